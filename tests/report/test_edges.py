"""Edge cases: whatever people answer, the report is consistent, or the error is clear."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.impact.estimates import QUARTILE
from pipelines.render import to_csv, to_html
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.errors import NothingToAnalyse
from saywhy.feedback import Response, Segment
from saywhy.report import Report
from tests.builders.answers import report_on, response

THEME_WORDS = {
    "slow": ("support", Polarity.NEGATIVE),
    "dear": ("price", Polarity.NEGATIVE),
    "so-so": ("design", Polarity.MIXED),
    "kind": ("staff", Polarity.POSITIVE),
}
WORDS = st.sets(st.sampled_from(sorted(THEME_WORDS)))
SCORES = st.one_of(st.none(), st.integers(0, 10))
WAVES = st.sampled_from(["W1", "W2", "W3"])

#: One answer: score, the words of the comment (None: no comment), wave, segment.
ANSWER = st.tuples(SCORES, st.one_of(st.none(), WORDS), WAVES, st.sampled_from(["", "north", "south"]))
ANSWERS = st.lists(ANSWER, min_size=1, max_size=30)


def survey(answers: list[tuple[Any, ...]], **fixed: Any) -> list[Response]:
    """The responses; `fixed` overrides score, words or wave of all of them."""
    responses = []
    for number, (score, words, wave, region) in enumerate(answers):
        words = fixed.get("words", words)
        text = None if words is None else " ".join([*sorted(words), f"and more {number}"])
        segments = (Segment("region", region),) if region else ()
        responses.append(response(number, fixed.get("score", score), text, fixed.get("wave", wave), segments=segments))
    return responses


def numbers(value: object) -> Iterator[float]:
    """Every number in a report."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for entry in value:
            yield from numbers(entry)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def checked(responses: list[Response]) -> Report:
    """The report on all waves, after checking the invariants of every report on it and on the last wave."""
    reports = [report_on(responses, THEME_WORDS, wave) for wave in ("all", responses[-1].wave or "all")]
    for report in reports:
        assert all(math.isfinite(number) for number in numbers(asdict(report)))
        assert orjson.loads(orjson.dumps(asdict(report)))["wave"] == report.wave
        for ranking in (report.issues, report.delights):
            assert [issue.rank for issue in ranking] == list(range(1, len(ranking) + 1))
            quartiles = [issue.impact - QUARTILE * (issue.impact - issue.low) for issue in ranking]
            order = [  # rounded, as the ranking does: the last bits decide nothing
                (issue.significant, round(issue.low if issue.significant else quartile, 6))
                for issue, quartile in zip(ranking, quartiles, strict=True)
            ]
            assert order == sorted(order, reverse=True)
            for issue in ranking:
                assert -200 <= issue.low <= issue.impact + 1e-9
                assert issue.impact - 1e-9 <= issue.high <= 200
                assert issue.mentions > 0
                assert issue.low > 0 or not issue.significant
        if report.nps:
            assert -100 <= report.nps.low <= report.nps.score <= report.nps.high <= 100
        if report.change:
            change = report.change
            parts = sum(cause.frequency.value + cause.severity.value for cause in change.causes)
            assert change.rest is not None
            assert change.writing is not None
            before, after = (
                next(g.nps for g in report.waves if g.name == name) for name in (change.before, change.after)
            )
            assert parts + change.writing.value + change.rest.value == pytest.approx(
                after.score - before.score, abs=1e-6
            )
        assert to_csv(report)
    assert "<h1>" in to_html(reports[0], load_code_frame(), language="de")
    return reports[0]


@given(ANSWERS)
@settings(max_examples=15)
def test_any_survey(answers: list[tuple[Any, ...]]) -> None:
    """Any scores, comments, waves and segments, blanks included."""
    checked(survey(answers))


@given(ANSWERS, st.integers(0, 10))
@settings(max_examples=8)
def test_ties_and_unanimous_waves(answers: list[tuple[Any, ...]], score: int) -> None:
    """If everyone gives the same score, the interval still has a width and no cause is significant."""
    report = checked(survey(answers, score=score))
    assert report.nps is not None
    assert report.nps.score == (100 if score >= 9 else 0 if score >= 7 else -100)
    assert report.nps.high > report.nps.low
    assert not any(issue.significant for issue in (*report.issues, *report.delights))
    assert not report.change or report.change.p_value > 0.05 or len(answers) > 20


@given(ANSWER)
@settings(max_examples=8)
def test_one_response(answer: tuple[Any, ...]) -> None:
    """Nothing is significant, and a note says that there are few responses."""
    report = checked(survey([answer]))
    assert not any(issue.significant for issue in (*report.issues, *report.delights))
    assert report.change is None
    assert report.alerts == ()
    if report.nps:
        assert "few_responses" in {note.key for note in report.notes}


@given(ANSWERS)
@settings(max_examples=8)
def test_no_comments(answers: list[tuple[Any, ...]]) -> None:
    """Scores alone give a score and no cause."""
    report = checked(survey(answers, words=None))
    assert report.issues == report.delights == ()
    assert report.counts.comments == 0
    assert (report.nps is None) == all(score is None for score, *_ in answers)


@given(ANSWERS)
@settings(max_examples=8)
def test_one_theme_in_every_comment(answers: list[tuple[Any, ...]]) -> None:
    """Without a reference group, the impact is 0 and not significant."""
    report = checked(survey(answers, words={"slow"}))
    [issue] = report.issues
    assert issue.mentions in (len(answers), report.counts.scored)
    assert (issue.impact, issue.significant) == (0, False)


@given(st.lists(st.tuples(st.integers(0, 10), st.booleans(), WAVES), min_size=1, max_size=30))
@settings(max_examples=8)
def test_collinear_themes(answers: list[tuple[int, bool, str]]) -> None:
    """Two themes that are always named together get the same impact."""
    report = checked(
        survey([(score, {"slow", "dear"} if named else set(), wave, "") for score, named, wave in answers])
    )
    by_id = {issue.id: issue for issue in report.issues}
    assert by_id.keys() in ({"support", "price"}, set())
    if by_id:
        assert by_id["support"].impact == pytest.approx(by_id["price"].impact, abs=1e-6)
        assert by_id["support"].mentions == by_id["price"].mentions


@given(ANSWERS, ANSWER)
@settings(max_examples=8)
def test_a_segment_of_one(answers: list[tuple[Any, ...]], alone: tuple[Any, ...]) -> None:
    """A single response in its segment has a score with a wide interval and no concentration; a note points it out."""
    responses = survey([*answers, (0, {"slow"}, alone[2], "island")])
    report = checked(responses)
    island = next(group for group in report.segments if group.name == "region=island")
    assert (island.nps.n, island.nps.score) == (1, -100)
    assert island.nps.high - island.nps.low > 50
    assert not any(issue.concentrated_in == "region=island" for issue in report.issues)
    assert "small_groups" in {note.key for note in report.notes}


def test_no_response_is_an_error() -> None:
    """Without a single response there is nothing to report on."""
    with pytest.raises(NothingToAnalyse):
        report_on([])
