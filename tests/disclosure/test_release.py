"""Which responses an anonymous workspace publishes: new ones wait, and small waves stay hidden."""

from __future__ import annotations

import pytest

from pipelines.disclosure.release import ReleasePlan, published_counts
from saywhy.feedback import Comment, Response, Scale, Score
from saywhy.report import Counts, Report
from tests.builders.answers import response


def report(wave: str, responses: int) -> Report:
    """A published report on that many responses."""
    counts = Counts(responses, responses, 0, 0, 0)
    return Report(wave, "2026-07-01T12:00:00+00:00", "m", counts, None, None, (), (), (), (), (), (), (), ())


def scored(count: int, first: int = 0, wave: str = "W1") -> list[Response]:
    """Responses with a score and no comment."""
    return [response(number, 9, None, wave) for number in range(first, first + count)]


@pytest.mark.parametrize(("new", "limit"), [(0, 20), (1, 20), (4, 20), (5, 25), (6, 26)])
def test_new_responses_wait_until_there_are_five(new: int, limit: int) -> None:
    """One to four new responses are not counted; five are."""
    plan = ReleasePlan.of([*scored(20), *scored(new, 20)], {"W1": [report("W1", 20)], "all": [report("all", 20)]})
    assert plan.positions.tolist() == [*range(limit)]
    assert len(list(plan.select([*scored(20), *scored(new, 20)]))) == limit


@pytest.mark.parametrize(
    "few",
    [
        [Response("test", f"silent-{number}", wave="W1") for number in range(8)] + scored(3, 50),
        [*scored(8, 50), Response("test", "c", Score(9), Comment("fine"), wave="W1")],
        [Response("test", f"{number}", None, Comment("fine"), wave="W1") for number in range(8)] + scored(2, 50),
        [Response("test", f"{number}", Score(5, Scale.FIVE), wave="W1") for number in range(8)] + scored(4, 50),
    ],
    ids=["scores", "comments", "scores beside comments", "scores beside ratings"],
)
def test_new_responses_wait_for_five_of_each_kind(few: list[Response]) -> None:
    """Eight or more new responses wait while one to four of them have a score or a comment; ratings are no scores."""
    history = {"W1": [report("W1", 20)], "all": [report("all", 20)]}
    plan = ReleasePlan.of([*scored(20), *few], history)
    assert plan.positions.tolist() == [*range(20)]
    assert [entry.external_id for entry in plan.select([*scored(20), *few])] == [str(number) for number in range(20)]


def test_small_waves_are_hidden() -> None:
    """A wave of one to four responses or scores is selected nowhere, also if it was published before."""
    unscored = [Response("test", f"u{number}", wave="W3") for number in range(9)]
    responses = [*scored(20), *scored(4, 100, "W2"), *unscored, *scored(3, 200, "W3")]
    history = {name: [report(name, size)] for name, size in (("W1", 20), ("W2", 4), ("W3", 12), ("all", 36))}
    plan = ReleasePlan.of(responses, history)
    assert plan.positions.tolist() == [*range(20)]
    assert {entry.wave for entry in plan.select(responses)} == {"W1"}


def test_responses_without_a_wave_are_those_in_no_single_report() -> None:
    """The published responses without a wave are those of the report on all waves minus those of the single waves."""
    history = {"W1": [report("W1", 20), report("W1", 12)], "all": [report("all", 27)]}
    assert published_counts(history) == {"W1": 20, None: 7}
    assert published_counts({}) == {None: 0}
