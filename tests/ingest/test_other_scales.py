"""Scales that are neither 0-10 nor start with 1: smileys, stars, 0-5, 0-100. None is taken for NPS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipelines.ingest import ColumnChoice, examine
from pipelines.ingest.scores import parse_score
from saywhy.errors import ScaleUndecided
from saywhy.feedback import Scale
from tests.builders.exports import IDS, TEXTS, read, roles, table

QUESTION = "How likely are you to recommend us?"


@pytest.mark.parametrize(
    ("faces", "scale", "scores"),
    [
        ("😡😐😊", Scale.THREE, (1, 2, 3)),
        ("☹️ 😐 ☺️", Scale.THREE, (1, 2, 3)),
        ("😡🙁🙂😀", Scale.FOUR, (1, 2, 3, 4)),
        ("😡😟😐🙂😍", Scale.FIVE, (1, 2, 3, 4, 5)),
        (":-( :-| :-)", Scale.THREE, (1, 2, 3)),
    ],
)
@pytest.mark.parametrize("name", ["How was it?", "NPS", QUESTION])
def test_smileys_are_ratings(tmp_path: Path, name: str, faces: str, scale: Scale, scores: Sequence[int]) -> None:
    """They are found by content, whatever the question, and each one keeps its place from unhappy to happy."""
    set_of_faces = faces.split() if " " in faces else list(faces)
    path = table(tmp_path, {"id": IDS, name: (set_of_faces * 6)[:12], "Why?": TEXTS})
    layout, responses, _ = read(path)
    assert (layout.scale, roles(layout)) == (scale, (name, "Why?"))
    assert tuple(response.score and response.score.value for response in responses)[: len(scores)] == scores
    assert all(response.score and response.score.group is None for response in responses)


def test_smileys_with_names_and_blanks(tmp_path: Path) -> None:
    """A name behind a smiley changes nothing; no answer is a blank score."""
    cells = ["😀 Very happy", "🙂 Happy", "🙁 (unhappy)", "😡 Very unhappy", "-", "n/a"] * 2
    _, responses, rejected = read(table(tmp_path, id=IDS, Feeling=cells, Why=TEXTS))
    assert [response.score and response.score.value for response in responses[:6]] == [4, 3, 2, 1, None, None]
    assert rejected == []


def test_smileys_in_comments_are_comments(tmp_path: Path) -> None:
    """A column in which only some write a smiley is no score."""
    path = table(tmp_path, id=IDS, NPS=[9, 0] * 6, Comment=["😀", *TEXTS[1:]])
    layout, responses, _ = read(path)
    assert roles(layout) == ("NPS", "Comment")
    assert responses[0].comment
    assert responses[0].comment.verbatim == "😀"


@pytest.mark.parametrize(("cell", "score"), [("★★★☆☆", 3), ("⭐⭐⭐⭐⭐", 5), ("☆☆☆☆☆", None)])
def test_stars_are_counted(cell: str, score: int | None) -> None:
    """Full stars count; a row of empty ones is no answer that can be read."""
    if score is None:
        with pytest.raises(ValueError, match="not a number"):
            parse_score(cell)
    else:
        assert parse_score(cell) == score


def test_0_to_5_is_asked_or_read_as_a_rating(tmp_path: Path) -> None:
    """Answers from 0 to 5 may be on either scale, so that the file is refused; the question decides it."""
    answers = [0, 1, 2, 3, 4, 5] * 2
    with pytest.raises(ScaleUndecided, match="on a scale to 5 or to 10"):
        examine(table(tmp_path, {"id": IDS, QUESTION: answers, "Why?": TEXTS}))
    layout, responses, _ = read(table(tmp_path, {"id": IDS, f"{QUESTION} (0-5)": answers, "Why?": TEXTS}))
    assert layout.scale is Scale.ZERO_FIVE
    assert [response.score and response.score.value for response in responses] == answers
    few = table(tmp_path, {"id": IDS[:4], QUESTION: answers[:4], "Why?": TEXTS[:4]})
    assert "import again with that scale" in examine(few).scale_reason


@pytest.mark.parametrize("name", [QUESTION, f"{QUESTION} 0 = not at all, 100 = extremely"])
def test_0_to_100_is_a_rating(tmp_path: Path, name: str) -> None:
    """Also where the first answers are below 10; what is a code elsewhere (77, 99) is a score here."""
    answers = [0, 7, 10, 35, 50, 62, 77, 85, 90, 99, 100, -99]
    layout, responses, rejected = read(table(tmp_path, {"id": IDS, name: answers, "Why?": TEXTS}))
    assert layout.scale is Scale.HUNDRED
    assert [response.score and response.score.value for response in responses] == [*answers[:-1], None]
    assert rejected == []


def test_few_wrong_answers_do_not_make_a_scale(tmp_path: Path) -> None:
    """A file of NPS with typing errors and codes for no answer stays one."""
    answers = [0, 9, 10, 3, 8, 99, 99, 99, 7, 22, 6, 10]
    layout, *_ = read(table(tmp_path, {"id": IDS, QUESTION: answers, "Why?": TEXTS}))
    assert layout.scale is Scale.NPS
    chosen = examine(
        table(tmp_path, {"id": IDS, "points": answers, "Why?": TEXTS}), columns=ColumnChoice(score="points")
    )
    assert chosen.scale is not Scale.HUNDRED
