"""What labelled texts teach: parts one by one, pairs of texts, and comments of our own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.bundle import BUNDLED
from saywhy.code_frame import load_code_frame
from training.data.rows import JOINED, SENTIMENTS, Conventions, Row, join_short, read_written
from training.fit.finetune import WRITTEN_COMMENTS

THEMES = ("price", "staff")


def row(text: str, sentiment: str | None, *labels: tuple[str, str | None], language: str = "en") -> Row:
    """A text of a complete dataset."""
    return Row(text, "shop", language, text, sentiment, "gold", labels, True)


@pytest.fixture
def conventions(tmp_path: Path) -> Conventions:
    """Those of a dataset that knows both themes and no mixed feelings."""
    (tmp_path / "themes.toml").write_text('complete = ["shop"]\n', "utf-8")
    rows = [row("a", "negative", ("price", "negative")), row("b", "positive", ("staff", "positive"))]
    return Conventions(rows, tmp_path / "themes.toml", THEMES)


def test_joined_texts_teach_each_part_and_the_whole(conventions: Conventions) -> None:
    """Praise and blame of two texts are each in their part; the whole has both and is mixed."""
    rows = [row("Too dear.", "negative", ("price", "negative")), row("Kind people.", "positive", ("staff", "positive"))]
    [joined] = join_short(rows, longest=50, share=1.0, seed=0)
    assert joined.dataset == JOINED
    assert joined.text == "".join(part.text for part in joined.parts)
    assert {part.text.split()[0] for part in joined.parts} == {"Too", "Kind"}
    whole = conventions.targets(joined)
    assert whole.themes.tolist() == [1, 1]
    assert whole.polarities.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert SENTIMENTS[whole.sentiment] == "mixed"
    assert whole.classes[whole.sentiment]
    for part in joined.parts:
        assert conventions.targets(part).themes.sum() == 1


@pytest.mark.parametrize(
    ("one", "other", "whole"),
    [
        ("positive", "positive", "positive"),
        ("neutral", "neutral", "neutral"),
        ("neutral", "positive", None),
        (None, "positive", None),
    ],
)
def test_the_feeling_of_a_pair(conventions: Conventions, one: str | None, other: str | None, whole: str | None) -> None:
    """Two that feel alike feel so together; a remark and praise teach nothing of the whole."""
    conventions._classes["shop"] = np.ones(4, bool)
    [joined] = join_short([row("One text", one), row("Other text", other)], longest=50, share=1.0, seed=0)
    sentiment = conventions.targets(joined).sentiment
    assert (SENTIMENTS[sentiment] if sentiment >= 0 else None) == whole


def test_only_short_texts_of_one_language_are_joined() -> None:
    """Long texts stay alone, and so does the last of an odd number; no text is lost."""
    rows = [row(f"Short {i}", "positive") for i in range(3)]
    rows += [row("kurz", "positive", language="de"), row("x" * 80, "positive")]
    joined = join_short(rows, longest=50, share=1.0, seed=0)
    assert sum(len(one.parts) or 1 for one in joined) == len(rows)
    assert sum(bool(one.parts) for one in joined) == 1
    assert all({part.language for part in one.parts} == {one.language} for one in joined if one.parts)


def test_our_own_comments_are_well_labelled() -> None:
    """Every theme and feeling of them exists, no comment is there twice, and each language has its share."""
    rows = list(read_written(WRITTEN_COMMENTS))
    themes = set(load_code_frame(BUNDLED / "code_frame.toml").ids)
    assert len({(row.language, row.text) for row in rows}) == len(rows)
    for one in (part for row in rows for part in (row, *row.parts)):
        assert one.sentiment in SENTIMENTS
        assert {theme for theme, _ in one.labels} <= themes
        assert {polarity for _, polarity in one.labels} <= set(SENTIMENTS)
    for language in ("de", "en", "zh-Hans", "zh-Hant"):
        assert sum(row.language == language for row in rows) >= 350


def test_our_own_comments_are_not_the_test_set() -> None:
    """No hard case was trained on, neither as a comment nor as a part of one."""
    from training.evaluation.hard_cases import read_cases

    cases = {case.text.strip(" .!,。，！") for case in read_cases()}
    written = {part.text.strip(" .!,。，！") for row in read_written(WRITTEN_COMMENTS) for part in (row, *row.parts)}
    assert not {text for text in cases & written if len(text) > 6}
