"""Detection of the scale from question and answers; ratings never become NPS."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest import examine, read_responses
from saywhy.errors import ScaleUndecided
from saywhy.feedback import Rejection, Response, Scale


def survey(folder: Path, question: str, scores: list[int]) -> Path:
    """A CSV file with those scores."""
    path = folder / "export.csv"
    path.write_text(f'"{question}",comment\n' + "".join(f"{score},word\n" for score in scores), encoding="utf-8")
    return path


FROM_1_TO_10 = [score for score in range(1, 11) for _ in range(20)]
FROM_1_TO_5 = [score for score in range(1, 6) for _ in range(20)]
FROM_0_TO_10 = [0, *FROM_1_TO_10]


@pytest.mark.parametrize(
    ("question", "scores", "scale"),
    [
        ("nps", FROM_0_TO_10, Scale.NPS),
        ("nps", FROM_1_TO_10, Scale.TEN),
        ("nps", FROM_1_TO_5, Scale.FIVE),
        ("score", FROM_1_TO_10, Scale.TEN),
        ("Rating", [3, 10, 7], Scale.TEN),
        ("Stars", [3, 4, 5], Scale.FIVE),
        ("nps", [3, 10, 7], Scale.NPS),
        ("score", [0, 3], Scale.NPS),
        ("Would you recommend us? (0-10)", FROM_1_TO_10, Scale.NPS),
        ("Would you recommend us, from 0 (never) to 10 (always)?", FROM_1_TO_10, Scale.NPS),
        ("1. Would you recommend us? (10 = always)", FROM_0_TO_10, Scale.NPS),
        ("Würden Sie uns weiterempfehlen (1 bis 10)?", [7, 9], Scale.TEN),
        ("お勧めする可能性 (0-10)", FROM_1_TO_10, Scale.NPS),
        ("추천 의향 (0-10)", FROM_1_TO_10, Scale.NPS),
        ("Czy polecisz nas znajomym? (0-10)", FROM_1_TO_10, Scale.NPS),
        ("Порекомендуете ли вы нас? (0-10)", FROM_1_TO_10, Scale.NPS),
        ("Ci consiglieresti a un amico? (0-10)", FROM_1_TO_10, Scale.NPS),
        ("Bizi tavsiye eder misiniz? (0-10)", FROM_1_TO_10, Scale.NPS),
        ("您会推荐我们吗（1-5分）", [4, 5], Scale.FIVE),
        ("您會推薦我們嗎（0到10）", [4, 5], Scale.NPS),
    ],
)
def test_scale_is_detected(tmp_path: Path, question: str, scores: list[int], scale: Scale) -> None:
    """The question decides if it names the scale; else many answers without a 0, or without any above 5, do."""
    layout = examine(survey(tmp_path, question, scores))
    assert layout.scale is scale
    first = next(iter(read_responses(layout)))
    assert isinstance(first, Response)
    assert first.score is not None
    assert (first.score.group is None) == (scale is not Scale.NPS)


def test_a_missing_zero_is_explained_and_the_user_decides(tmp_path: Path) -> None:
    """Two hundred answers without a 0 are a rating, unless the user chooses the scale from 0 to 10."""
    path = survey(tmp_path, "nps", FROM_1_TO_10)
    assert "none of 200 answers is 0" in examine(path).scale_reason
    layout = examine(path, scale=Scale.NPS)
    assert (layout.scale, layout.scale_reason) == (Scale.NPS, "as asked for")
    ids = [item.external_id for item in read_responses(layout) if isinstance(item, Response)]
    assert ids == [item.external_id for item in read_responses(examine(path)) if isinstance(item, Response)]


def test_a_zero_far_below_the_sample_counts(tmp_path: Path) -> None:
    """Rare zeros are found in the whole file."""
    assert examine(survey(tmp_path, "nps", FROM_1_TO_10 * 50 + [0])).scale is Scale.NPS


def test_a_given_scale_rejects_what_lies_outside(tmp_path: Path) -> None:
    """Scores outside the given scale are rejected with the reason."""
    path = survey(tmp_path, "score", [0, 5, 10])
    reasons = {
        scale: [item.reason for item in read_responses(examine(path, scale=scale)) if isinstance(item, Rejection)]
        for scale in (Scale.NPS, Scale.TEN, Scale.FIVE)
    }
    assert reasons == {
        Scale.NPS: [],
        Scale.TEN: ["score 0 is outside 1-10"],
        Scale.FIVE: ["score 0 is outside 1-5", "score 10 is outside 1-5"],
    }


@pytest.mark.parametrize(
    ("question", "scores"),
    [("Would you recommend us? (1-10)", [0, 5, 9]), ("score", [0, 1, 2, 3, 4, 5] * 10)],
)
def test_contradictions_are_errors(tmp_path: Path, question: str, scores: list[int]) -> None:
    """A 0 on a scale from 1, or answers from 0 to 5: the user must choose."""
    with pytest.raises(ScaleUndecided, match="--scale"):
        examine(survey(tmp_path, question, scores))
