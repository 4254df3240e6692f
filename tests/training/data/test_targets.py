"""Labels become the right training targets, in rows, pairs of rows and written comments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.bundle import BUNDLED
from saywhy.code_frame import load_code_frame
from tests.training.rows import THEMES, row, write_mapping
from training.data.pairs import JOINED, join_short
from training.data.rows import read_neutral, read_written
from training.data.targets import SENTIMENTS, AnnotationSchemes
from training.evaluation.hard_cases import read_cases


@pytest.fixture
def schemes(tmp_path: Path) -> AnnotationSchemes:
    """Schemes of a dataset with both themes and without mixed sentiments."""
    write_mapping(tmp_path)
    rows = [row("a", "negative", ("price", "negative")), row("b", "positive", ("staff", "positive"))]
    return AnnotationSchemes(rows, tmp_path, THEMES)


def test_joined_texts_teach_each_part_and_the_whole(schemes: AnnotationSchemes) -> None:
    """Each part keeps its own labels; the whole has the labels of both parts and a mixed sentiment."""
    rows = [row("Too dear.", "negative", ("price", "negative")), row("Kind people.", "positive", ("staff", "positive"))]
    [joined] = join_short(rows, longest=50, share=1.0, seed=0)
    assert joined.dataset == JOINED
    assert joined.text == "".join(part.text for part in joined.parts)
    assert {part.text.split()[0] for part in joined.parts} == {"Too", "Kind"}
    whole = schemes.targets(joined)
    assert whole.themes.tolist() == [1, 1]
    assert whole.polarities.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert SENTIMENTS[whole.sentiment] == "mixed"
    assert whole.classes[whole.sentiment]
    for part in joined.parts:
        assert schemes.targets(part).themes.sum() == 1


@pytest.mark.parametrize(
    ("one", "other", "whole"),
    [
        ("positive", "positive", "positive"),
        ("neutral", "neutral", "neutral"),
        ("neutral", "positive", None),
        (None, "positive", None),
    ],
)
def test_sentiment_of_a_pair(schemes: AnnotationSchemes, one: str | None, other: str | None, whole: str | None) -> None:
    """Equal sentiments are the sentiment of the pair; neutral or unknown with positive leaves it unknown."""
    schemes._classes["shop"] = np.ones(4, bool)
    [joined] = join_short([row("One text", one), row("Other text", other)], longest=50, share=1.0, seed=0)
    sentiment = schemes.targets(joined).sentiment
    assert (SENTIMENTS[sentiment] if sentiment >= 0 else None) == whole


def test_only_short_texts_of_one_language_are_joined() -> None:
    """Long texts stay alone, and so does the last of an odd number; no text is lost."""
    rows = [row(f"Short {i}", "positive") for i in range(3)]
    rows += [row("kurz", "positive", language="de"), row("x" * 80, "positive")]
    joined = join_short(rows, longest=50, share=1.0, seed=0)
    assert sum(len(one.parts) or 1 for one in joined) == len(rows)
    assert sum(bool(one.parts) for one in joined) == 1
    assert all({part.language for part in one.parts} == {one.language} for one in joined if one.parts)


def test_written_comments_are_well_labelled() -> None:
    """Their themes and sentiments exist, no comment occurs twice, and each language has at least 350."""
    comments = list(read_written())
    themes = set(load_code_frame(BUNDLED / "code_frame.toml").ids)
    assert len({(comment.language, comment.text) for comment in comments}) == len(comments)
    for labelled in (part for comment in comments for part in (comment, *comment.parts)):
        assert labelled.sentiment in SENTIMENTS
        assert {theme for theme, _ in labelled.labels} <= themes
        assert {polarity for _, polarity in labelled.labels} <= set(SENTIMENTS)
    for language in ("de", "en", "zh-Hans", "zh-Hant"):
        assert sum(comment.language == language for comment in comments) >= 350


def test_written_comments_are_not_hard_cases() -> None:
    """No hard case is among the training texts, neither as a comment nor as a part of one."""
    cases = {case.text.strip(" .!,。，！") for case in read_cases()}
    written = {part.text.strip(" .!,。，！") for comment in read_written() for part in (comment, *comment.parts)}
    assert not {text for text in cases & written if len(text) > 6}


def test_neutral_texts_say_nothing_of_themes_or_sentiment() -> None:
    """Texts that are no feedback are distinct, have no label, and exist in several languages."""
    texts = list(read_neutral())
    assert len({(text.language, text.text) for text in texts}) == len(texts)
    assert all(text.text.strip() and not text.labels and text.sentiment is None for text in texts)
    assert {text.language for text in texts} >= {"en", "de", "zh-Hans"}
