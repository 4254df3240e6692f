"""From responses and annotations to the report: counts, scores, notes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import orjson
import pytest

from saywhy.annotation import Polarity
from saywhy.errors import NothingToAnalyse, WaveNotFound
from saywhy.feedback import Comment, Response, Scale, Score
from saywhy.note import Note
from tests.builders.answers import SLOW, annotate, build_report, keys, of, report_on, response, ten


def test_ratings_are_never_nps() -> None:
    """Scores on 1-5 give a mean and a top box, no NPS; causes are listed by frequency with nothing claimed."""
    scores, texts = [5, 5, 4, 1], ["lovely staff", "as expected", "slow support", "slow support again"]
    report = report_on(
        [response(number, *pair, scale=Scale.FIVE) for number, pair in enumerate(zip(scores, texts, strict=True))], SLOW
    )
    assert report.nps is None
    assert report.waves == report.segments == ()
    assert [asdict(rating) for rating in report.ratings] == [{"scale": "1-5", "n": 4, "mean": 3.75, "top_box": 0.5}]
    [issue] = report.issues
    assert (issue.id, issue.mentions, issue.impact, issue.low, issue.high) == ("support", 2, 0, -100, 100)
    assert issue.quotes[0].score is None
    assert issue.revenue_at_risk is None
    assert "no_nps" in keys(report)
    assert "no_impact" in keys(report)


def test_waves_go_by_time_not_by_name() -> None:
    """A wave is as old as its first answer; undated waves come last, by name."""
    dated = {"Spring": 3, "Autumn": 9, "Late": None, "Early": None}
    responses = [
        response(number, 9, "fine", wave, answered_at=month and datetime(2026, month, 1, tzinfo=UTC))
        for number, (wave, month) in enumerate(dated.items())
    ]
    assert [group.name for group in report_on(responses).waves] == ["Spring", "Autumn", "Early", "Late"]


def test_non_answers_are_counted_and_nothing_else() -> None:
    """A comment that is no answer is in the counts and not among those with a comment."""
    nothing = Response("test", "99", Score(3), Comment("n/a", is_answer=False), wave="W1")
    report = report_on([*ten(), nothing], SLOW)
    assert (report.counts.comments, report.counts.non_answers) == (11, 1)
    assert report.nps_with_comment is not None
    assert report.nps_with_comment.n == 10
    assert sum(count for _, count in report.languages) == sum(count for _, count in report.sentiment) == 10


def test_answers_without_annotation_are_left_out_and_counted_in_a_note() -> None:
    """An answer that no model has annotated does not count as one that names no cause."""
    annotated = ten()
    annotations = {
        entry.comment.content_hash: annotate(entry.comment, [(0, 4, "support", Polarity.NEGATIVE)] if index < 4 else [])
        for index, entry in enumerate(annotated)
        if entry.comment
    }
    unread = response(50, 0, "not read yet")
    report = build_report("all", [*annotated, unread], annotations)
    assert of(report.issues[0].leave_out) == pytest.approx(50 * 10 / 11)
    assert Note("unread", {"n": 1}) in report.notes


@pytest.mark.parametrize(
    "responses",
    [
        [response(1, 0, "slow support")],
        [response(1, None)],
        [response(1, 9)],
        [response(number, 10, "slow support") for number in range(5)],
        [response(1, None, "slow support")],
    ],
)
def test_sparse_waves_give_a_sensible_report(responses: list[Response]) -> None:
    """One response, no score, no comment, promoters only, no scores: a report in plain JSON, nothing significant."""
    report = report_on(responses, SLOW)
    assert not any(issue.significant for issue in report.issues)
    assert orjson.loads(orjson.dumps(asdict(report)))["generated_at"] == "2026-07-01T12:00:00.000+00:00"


def test_no_responses_and_unknown_waves_are_errors() -> None:
    """Without responses there is nothing to analyse; the error for an unknown wave lists the known waves."""
    with pytest.raises(NothingToAnalyse):
        report_on([])
    with pytest.raises(WaveNotFound, match=r"W3.*all, W1"):
        report_on(ten(), wave="W3")
