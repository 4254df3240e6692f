"""Sums and differences of published segments disclose no small group, whatever the dimensions."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from pipelines.annotate.columns import Annotations
from pipelines.disclosure.combinations import Span, exposing_combination, publishable_together
from pipelines.report.build import report_on
from pipelines.tabulate.tabulation import tabulate
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Response, Score, Segment
from saywhy.report import Report
from tests.builders.answers import NOW
from tests.builders.linear_attack import isolated


def nested_survey(seed: int) -> list[Response]:
    """Sites of two to four teams each, some of them tiny, a tenure that is independent of both, and a few moves."""
    draw = random.Random(seed)
    responses: list[Response] = []
    for site in "XYZ"[: draw.randint(1, 3)]:
        for team in "abcd"[: draw.randint(2, 4)]:
            for _ in range(draw.choice([1, 2, 3, 4, 6, 9, 12, 20]) if responses else 6):
                at = site if draw.random() < 0.98 else draw.choice("XYZ")
                segments = [Segment("site", at), Segment("team", site + team)]
                segments += [Segment("tenure", draw.choice(["short", "medium", "long"]))] * (draw.random() < 0.9)
                responses.append(
                    Response("hr", str(len(responses)), Score(draw.randrange(11)), None, None, "W1", tuple(segments))
                )
    return responses


def publish(responses: Sequence[Response]) -> Report:
    """The protected report on the only wave."""
    data = tabulate(responses, Annotations.of(()), (), (), load_code_frame())
    return report_on("W1", data, "m", NOW, anonymous=True)


def derivable(report: Report, responses: Sequence[Response]) -> list[int]:
    """The sizes of sets of one to four people of whom a combination of the wave and its segments tells something."""
    rows = [[True] * len(responses)]
    rows += [[group.name in map(str, entry.segments) for entry in responses] for group in report.segments]
    return isolated([np.array(row) for row in rows])


def test_a_site_minus_its_teams_is_not_the_hidden_team() -> None:
    """Of a site of 25, teams of 12 and 10 and a hidden team of 3, one shown number less hides the three."""
    teams = [*["a"] * 12, *["b"] * 10, *["c"] * 3, *["d"] * 20]
    responses = [
        Response(
            "hr",
            str(number),
            Score(0 if team == "c" else 9),
            None,
            None,
            "W1",
            (Segment("site", "Y" if team == "d" else "X"), Segment("team", team)),
        )
        for number, team in enumerate(teams)
    ]
    report = publish(responses)
    assert derivable(report, responses) == []
    assert {"site=X", "team=a"} <= {group.name for group in report.segments}


@pytest.mark.parametrize("seed", range(60))
def test_nested_segments_disclose_no_small_group(seed: int) -> None:
    """In random nested surveys no linear combination of the wave and its segments concerns one to four people."""
    responses = nested_survey(seed)
    assert derivable(publish(responses), responses) == []


@pytest.mark.slow
def test_the_attack_by_combinations_succeeds_without_protection(monkeypatch: pytest.MonkeyPatch) -> None:
    """If only small segments are hidden, most nested surveys give up a small group: the attack itself works."""
    monkeypatch.setattr("pipelines.disclosure.combinations.exposing_combination", lambda *_: None)
    surveys = [nested_survey(seed) for seed in range(60)]
    assert sum(bool(derivable(publish(responses), responses)) for responses in surveys) > 30


def test_independent_dimensions_stay_published() -> None:
    """Teams and tenures of 200 people all stay, though their cells are small: no combination isolates a cell."""
    draw = random.Random(5)
    responses = [
        Response(
            "hr",
            str(number),
            Score(draw.randrange(11)),
            None,
            None,
            "W1",
            (Segment("team", draw.choice("abcdefgh")), Segment("tenure", draw.choice("uvwxyz"))),
        )
        for number in range(200)
    ]
    assert len(publish(responses).segments) == 8 + 6


def test_a_combination_is_found_for_unequal_weights() -> None:
    """A group of 20, one of 17 inside it and the 3 others: the weights name the two groups that expose them."""
    groups = np.stack([np.ones(40), np.arange(40) < 20, np.arange(40) < 17]).astype(float)
    one_each = np.ones(40, dtype=int)
    weights = exposing_combination(groups, Span.of(groups[:0]), one_each)
    assert weights is not None
    assert np.allclose(weights[0], 0)
    assert np.flatnonzero(np.abs(weights @ groups) > 1e-9).tolist() == [17, 18, 19]
    assert exposing_combination(groups[:2], Span.of(groups[:0]), one_each) is None
    assert exposing_combination(groups[:2], Span.of(groups[2:]), one_each) is not None
    assert exposing_combination(groups[:1], Span.of(groups[1:]), one_each) is None  # that of the others is known


@pytest.mark.parametrize("few", [4, 5])
def test_in_a_large_survey_few_people_are_found(few: int) -> None:
    """Among thousands of kinds of people, a group that tells of four beside three others is hidden, of five not."""
    draw = np.random.default_rng(7)
    known = draw.random((12, 5000)) < 0.3
    new = known[0] ^ known[1]
    overlap = np.flatnonzero(known[0] & known[1])
    known[2] = known[0] & known[1]
    new[overlap[:few]] = True  # and those in one of two groups: the sum of both minus twice the third
    assert publishable_together({"new": new}, [*known]) == ({"new"} if few == 5 else set())
    assert publishable_together({"other": draw.random(5000) < 0.3}, [*known]) == {"other"}
