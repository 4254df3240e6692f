"""The causes of a report: which count, how they are measured, when they are new, and where they concentrate."""

from __future__ import annotations

import numpy as np
import pytest

from saywhy.annotation import Polarity
from saywhy.feedback import Scale, Segment
from saywhy.note import Note
from saywhy.topic import Assignment, Topic
from tests.builders.answers import SLOW, keys, of, report_on, response, ten


def test_points_are_those_of_all_scored_responses() -> None:
    """50 points among the ten with a comment are 25 points of the NPS of twenty; ratings and blanks do not count."""
    [alone] = report_on(ten(), SLOW).issues
    assert [of(alone.leave_out), of(alone.shapley)] == pytest.approx([50, 50])
    assert alone.few_mentions
    assert 0 < alone.impact < 50
    silent = [response(number, 9) for number in range(20, 30)]
    foreign = [response(40, None, "slow support a"), response(41, 1, "slow support b", scale=Scale.FIVE)]
    report = report_on([*ten(), *silent, *foreign], SLOW)
    [issue] = report.issues
    assert [of(issue.leave_out), of(issue.shapley)] == pytest.approx([25, 25])
    assert (issue.mentions, issue.detractors, issue.passives) == (4, 3, 1)
    assert (report.counts.responses, report.counts.scored) == (22, 21)
    assert report.nps is not None
    assert (report.nps.n, report.nps.score) == (20, 50)
    assert report.nps_with_comment is not None
    assert (report.nps_with_comment.n, report.nps_with_comment.score) == (10, 0)
    assert "two_bases" in keys(report)


def test_a_verdict_is_no_cause() -> None:
    """The theme `general`, and topics under it, are counted in a note and ranked nowhere."""
    named = SLOW | {"never again": ("general", Polarity.NEGATIVE)}
    responses = [*ten(), response(20, 0, "never again")]
    verdict = Topic("t9", "general", "never again", (), "negative", 1, b"")
    comment = responses[-1].comment
    assert comment is not None
    report = report_on(
        responses, named, topics=[verdict], assignments=[Assignment(comment.content_hash, 0, 11, "t9", 1)]
    )
    assert [issue.id for issue in report.issues] == ["support"]
    assert Note("verdicts", {"n": 1}) in report.notes


def test_topics_are_ranked_beside_themes() -> None:
    """A topic is ranked by the same measure, counts only clauses of its polarity, and names its theme."""
    responses = ten()
    topic = Topic("t1", "support", "days without an answer", ("slow", "support"), "negative", 3, b"")
    assignments = [
        Assignment(entry.comment.content_hash, 0, 12, "t1", 0.8) for entry in responses[:3] if entry.comment is not None
    ]
    report = report_on(responses, SLOW, topics=[topic], assignments=assignments)
    kinds = {(issue.kind, issue.id): issue for issue in report.issues}
    assert set(kinds) == {("theme", "support"), ("topic", "t1")}
    row = kinds["topic", "t1"]
    assert (row.label, row.theme, row.keywords) == ("days without an answer", "support", ("slow", "support"))
    assert (row.mentions, row.detractors) == (3, 3)
    assert of(row.leave_out) == pytest.approx(300 / 7)  # A = 0, E = (4 - 1)/7
    assert row.impact > 0
    assert report.delights == ()


def test_praise_and_blame_of_one_clause_count_on_both_sides() -> None:
    """A mixed mention is a complaint and praise; a neutral one is neither."""
    named = {"so-so": ("price", Polarity.MIXED), "as expected": ("quality", Polarity.NEUTRAL)}
    report = report_on(ten(text="so-so"), named)
    assert [issue.id for issue in report.issues] == [issue.id for issue in report.delights] == ["price"]
    assert of(report.issues[0].leave_out) == -of(report.delights[0].leave_out) == pytest.approx(50)
    assert report.issues[0].impact == pytest.approx(-report.delights[0].impact)  # the data cannot separate the two


def test_new_causes_are_significantly_new() -> None:
    """Four mentions in the second of two equal waves may be chance; twenty, after a single one before, are new."""
    quiet = [response(number, 9, f"as expected {number}") for number in range(100)]
    later = [response(number, 9, f"as expected {number}", "W2") for number in range(100, 200)]
    few = [response(number, 2, f"slow support {number}", "W2") for number in range(300, 304)]
    many = [response(number, 2, f"slow support {number}", "W2") for number in range(300, 320)]
    stray = response(400, 2, "slow support stray", "W1")
    assert not report_on([*quiet, *later, *few], SLOW).issues[0].is_new
    assert report_on([*quiet, *later, *many, stray], SLOW).issues[0].is_new
    assert not report_on([*quiet, *later, *many, stray], SLOW, wave="W1").issues[0].is_new


def test_too_many_values_are_no_segments_and_noise_is_no_concentration() -> None:
    """A dimension of 60 values is named in a note and not shown; noise in 40 segments gives no concentration."""
    generator = np.random.default_rng(5)
    responses = [
        response(
            number,
            int(generator.integers(0, 11)),
            f"slow support {number}" if generator.random() < 0.2 else f"as expected {number}",
            segments=(Segment("branch", str(number % 60)), Segment("shop", str(generator.integers(40)))),
        )
        for number in range(600)
    ]
    report = report_on(responses, SLOW)
    assert {group.name.split("=")[0] for group in report.segments} == {"shop"}
    assert sum(group.nps.n for group in report.segments) == 600
    assert Note("dropped", {"names": ("branch",)}) in report.notes
    assert report.issues[0].concentrated_in is None
