"""Recoverable points: what the NPS would be without a cause, and how sure that is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from pipelines.impact.design import Controls, aggregated
from pipelines.impact.estimates import measure, ranked
from pipelines.impact.leave_out import leave_out
from pipelines.impact.nps import points_of
from pipelines.impact.recoverable import recoverable
from pipelines.impact.shapley import points_lost
from saywhy.estimate import Impact
from tests.builders.simulated_surveys import SimulatedSurvey


def named(*columns: list[int]) -> sparse.csr_array:
    """Who names what, one list of 0 and 1 a cause."""
    return sparse.csr_array(np.array(columns, dtype=bool).T)


def test_one_cause_costs_what_its_mentions_score_less() -> None:
    """With a single cause, the model compares the responses that name it with the others, as leave-out does."""
    generator = np.random.default_rng(1)
    is_named = generator.random(20_000) < 0.2
    scores = np.where(is_named, generator.choice([3, 7, 10], 20_000, p=[0.5, 0.3, 0.2]), 0)
    scores = np.where(is_named, scores, generator.choice([3, 7, 10], 20_000, p=[0.2, 0.3, 0.5])).astype(np.int8)
    estimate = recoverable(scores, named(is_named.tolist()))
    counts = [[int((scores[is_named] == value).sum()) for value in (10, 7, 3)]]
    everyone = [int((scores == value).sum()) for value in (10, 7, 3)]
    plain, error = leave_out(counts, everyone)
    assert estimate.points == pytest.approx(plain, abs=0.02)
    assert np.sqrt(estimate.covariance[0, 0]) == pytest.approx(error[0], rel=0.02)


def test_a_cause_without_effect_that_is_named_with_a_costly_one_costs_nothing() -> None:
    """Recoverable points are adjusted for the costly cause; leave-out is not, and attributes points to both."""
    survey = SimulatedSurvey(blamed=(0.3, 0.2), costs=(2.0, 0.0), overlap=3.0)
    scores, blamed, praised = survey.draw(20_000, 2)
    impacts, _ = measure(scores, blamed, praised, ["costly", "harmless"], list("xyz"))
    impact_of = {impact.key: impact for impact in impacts}
    truth = survey.truth()
    assert impact_of["costly"].low < truth[0] < impact_of["costly"].high
    assert impact_of["harmless"].low < 0 < impact_of["harmless"].high
    assert impact_of["harmless"].leave_out is not None
    assert impact_of["harmless"].leave_out.low > 5
    assert [impact.significant for impact in impacts] == [True, False]


@pytest.mark.slow
def test_the_standard_error_agrees_with_a_bootstrap() -> None:
    """Resampling whole responses and refitting 100 times gives errors that are smaller by up to 20 %: the interval has
    room for departures from proportionality besides.
    """
    scores, blamed, praised = SimulatedSurvey(overlap=1.0).draw(600, 3)
    columns = sparse.csr_array(sparse.hstack([blamed, praised], format="csr"))
    estimate = recoverable(scores, columns)
    generator = np.random.default_rng(4)
    draws = [generator.integers(0, 600, 600) for _ in range(100)]
    again = np.array([recoverable(scores[rows], columns[rows]).points for rows in draws])
    ratio = np.sqrt(estimate.covariance.diagonal()) / again.std(axis=0)
    assert 0.92 < ratio.min() < ratio.max() < 1.25


@pytest.mark.slow
@pytest.mark.parametrize(
    ("surveys", "responses"),
    [(40, 300), *(pytest.param(80, responses, marks=pytest.mark.exhaustive) for responses in (300, 1000))],
)
def test_intervals_cover_the_truth_as_often_as_they_say(surveys: int, responses: int) -> None:
    """In surveys with eight overlapping causes, 93 to 97 % of all intervals contain the true points."""
    survey = SimulatedSurvey()
    truth, covered = survey.truth(), []
    for seed in range(surveys):
        scores, blamed, praised = survey.draw(responses, seed)
        impacts, _ = measure(scores, blamed, praised, [*map(str, range(8))], [*map(str, range(3))])
        covered += [impact.low <= truth[int(impact.key)] <= impact.high for impact in impacts]
    assert 0.93 <= np.mean(covered) <= 0.97


def test_significant_causes_come_first_and_the_others_by_the_lower_quartile() -> None:
    """A narrow interval leads among significant causes only: of the others, that which probably costs most leads."""
    significant = Impact("sure", 3, 2, 4, 50, 50, 0, p_value=1e-9)
    larger = Impact("larger", 9, 1, 17, 50, 50, 0, p_value=0.001)
    narrow = Impact("narrow", 0, -1, 1, 50, 25, 25, p_value=1)
    wide = Impact("wide", 5, -2, 12, 50, 40, 10, p_value=0.16)
    assert [impact.key for impact in ranked([narrow, larger, wide, significant])] == [
        "sure",
        "larger",
        "wide",
        "narrow",
    ]


def test_responses_without_a_comment_dilute_the_points() -> None:
    """As many responses without a comment halve the points, and their variance by more than half."""
    scores, blamed, _ = SimulatedSurvey().draw(2000, 5)
    undiluted, diluted = recoverable(scores, blamed), recoverable(scores, blamed, responses=4000)
    assert diluted.points == pytest.approx(undiluted.points / 2)
    assert np.all(diluted.covariance.diagonal() < undiluted.covariance.diagonal() / 2)


def test_recoverable_points_are_adjusted_for_segments() -> None:
    """A cause that is named in a dissatisfied region, but is_named no effect within it, costs nothing."""
    generator = np.random.default_rng(6)
    region = generator.random(6000) < 0.5
    complains = generator.random(6000) < np.where(region, 0.3, 0.02)
    scores = generator.choice([10, 3], 6000)
    scores[region] = generator.choice([10, 3], int(region.sum()), p=[0.1, 0.9])
    scores = scores.astype(np.int8)
    unadjusted = recoverable(scores, named(complains.tolist()))
    adjusted = recoverable(
        scores, named(complains.tolist()), Controls.of(named(region.tolist(), (~region).tolist()), ["region"] * 2)
    )
    error = np.sqrt(adjusted.covariance[0, 0])
    assert unadjusted.points[0] > 5 * error
    assert abs(adjusted.points[0]) < 2 * error


def test_identical_rows_are_aggregated() -> None:
    """Each distinct row comes once with its counts, in an order that is independent of the input."""
    design = named([1, 1, 1, 1], [0, 1, 0, 1])
    scores = np.array([10, 3, 3, 0], dtype=np.int8)
    rows, counts, row = aggregated(design, scores)
    assert (rows.toarray()[row] == design.toarray()).all()
    assert {(*row, *count[[0, 3, 10]]) for row, count in zip(rows.toarray().tolist(), counts, strict=True)} == {
        (True, False, 0, 1, 1),
        (True, True, 1, 1, 0),
    }
    again, count, _ = aggregated(design[::-1], scores[::-1])
    assert (again.toarray() == rows.toarray()).all()
    assert (count == counts).all()


CELLS = st.integers(0, 40).flatmap(
    lambda size: st.tuples(
        st.lists(st.sampled_from([0, 3, 6, 7, 8, 9, 10]), min_size=size, max_size=size),
        st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=size, max_size=size),
        st.sampled_from(["any", "collinear", "everyone", "nobody"]),
    )
)


@pytest.mark.slow
@given(CELLS)
@settings(max_examples=60)
def test_any_survey_gives_a_sensible_answer(survey: tuple[list[int], list[list[bool]], str]) -> None:
    """Ties, unanimous scores, one response, none, causes that all or none name, identical causes: every number is
    finite, intervals contain the estimate and are within what is possible, and identical causes get the same points.
    """
    given_scores, cells, kind = survey
    scores = np.array(given_scores, dtype=np.int8)
    marks = np.array(cells, dtype=bool).reshape(-1, 5)
    if kind == "collinear":
        marks[:, 1] = marks[:, 0]
    elif kind in ("everyone", "nobody"):
        marks[:, 0] = kind == "everyone"
    blamed, praised = sparse.csr_array(marks[:, :3]), sparse.csr_array(marks[:, 3:4])
    costs, adds = measure(
        scores, blamed, praised, ["a", "b", "c"], ["d"], controls=Controls.of(sparse.csr_array(marks[:, 4:]), ["plan"])
    )
    for impact in (*costs, *adds):
        assert impact.leave_out is not None
        assert (impact.shapley is None) == (len(scores) < 5)
        shapley = impact.shapley or impact.leave_out
        for low, value, high in (
            (impact.low, impact.impact, impact.high),
            (impact.leave_out.low, impact.leave_out.value, impact.leave_out.high),
            (shapley.low, shapley.value, shapley.high),
        ):
            assert -200 <= low <= value + 1e-6
            assert value - 1e-6 <= high <= 200
        assert impact.mentions == impact.detractors + impact.passives + impact.promoters > 0
        assert 0 <= impact.p_value <= impact.q_value <= 1
        assert not (impact.significant and len({*points_of(scores).tolist()}) == 1)
    by_key = {impact.key: impact for impact in costs}
    if kind == "nobody":
        assert "a" not in by_key
    elif kind == "everyone" and given_scores:
        assert (by_key["a"].impact, by_key["a"].significant) == (0, False)
    elif kind == "collinear" and "a" in by_key:
        assert by_key["a"].impact == pytest.approx(by_key["b"].impact, abs=1e-6)
    shares = points_lost(points_of(scores), blamed)
    assert shares.points.sum() == pytest.approx(shares.total, abs=1e-6)


def test_missed_mentions_lose_points_and_false_mentions_hardly_any() -> None:
    """As the note on reports says: a model that finds 9 of 10 mentions finds about 9 of 10 points; one that adds a
    ninth of false mentions finds about all points.
    """
    generator = np.random.default_rng(9)
    is_named = generator.random(200_000) < 0.15
    scores = np.where(generator.random(200_000) < np.where(is_named, 0.7, 0.2), 3, 10).astype(np.int8)
    expected = recoverable(scores, named(is_named.tolist())).points[0]
    missed = is_named & (generator.random(200_000) < 0.9)
    assert recoverable(scores, named(missed.tolist())).points[0] == pytest.approx(0.9 * expected, rel=0.04)
    imagined = is_named | (generator.random(200_000) < 0.15 / 9 / 0.85)
    assert recoverable(scores, named(imagined.tolist())).points[0] == pytest.approx(expected, rel=0.04)
