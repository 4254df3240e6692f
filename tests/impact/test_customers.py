"""Several responses of one customer are not independent: intervals are those of sums of influences by customer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipelines.change.decomposition import change_since
from pipelines.impact.customers import clusters, design_effects, jackknife_groups
from pipelines.impact.estimates import measure
from pipelines.impact.leave_out import leave_out_design_effects
from pipelines.impact.nps import nps, nps_change, nps_of, points_of
from pipelines.impact.recoverable import recoverable
from pipelines.impact.scenario import project
from pipelines.impact.shapley import points_lost
from tests.builders.simulated_data import QuietWaves
from tests.builders.simulated_surveys import SimulatedSurvey

KEYS = ([*"abcdefgh"], [*"xyz"])


def test_design_effect_by_hand() -> None:
    """Sums of 2 and -2 by customer against squares of 1 are 2, times 2/1 · 3/4; unknown customers stand alone."""
    influence = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    customer = np.array([7, 7, 3, 3], dtype=np.int32)
    assert design_effects(customer, influence.__getitem__, 1) == pytest.approx([2 * 2 * 3 / 4])
    half_known = np.array([7, 7, -1, -1], dtype=np.int32)
    assert design_effects(half_known, influence.__getitem__, 1) == pytest.approx([6 / 4 * 3 / 2 * 3 / 4])
    assert design_effects(np.full(4, -1, dtype=np.int32), influence.__getitem__, 1).tolist() == [1]
    assert clusters(np.array([5, -1, 5, -1], dtype=np.int32)).tolist() == [0, 1, 0, 2]


def test_nothing_changes_where_no_customer_occurs_twice() -> None:
    """With every customer once, or none known, all numbers are those of independent responses."""
    scores, blamed, praised = SimulatedSurvey().draw(400, 3)
    customers = np.random.default_rng(0).permutation(400).astype(np.int32)
    plain = measure(scores, blamed, praised, *KEYS)
    assert measure(scores, blamed, praised, *KEYS, customer=customers) == plain
    assert measure(scores, blamed, praised, *KEYS, customer=np.full(400, -1, dtype=np.int32)) == plain
    assert nps_of(points_of(scores), customers) == nps_of(points_of(scores))


def test_responses_written_twice_say_no_more_than_once() -> None:
    """If every response is there three times under one customer, errors are those of the responses once."""
    scores, blamed, _ = SimulatedSurvey().draw(600, 3)
    rows, customer = np.tile(np.arange(600), 3), np.tile(np.arange(600, dtype=np.int32), 3)
    once, thrice = recoverable(scores, blamed), recoverable(scores[rows], blamed[rows], customer=customer)
    assert np.sqrt(thrice.covariance.diagonal()) == pytest.approx(np.sqrt(once.covariance.diagonal()), rel=0.03)
    assert leave_out_design_effects(points_of(scores)[rows], blamed[rows], customer) == pytest.approx(
        3 * np.ones(8), rel=0.01
    )
    single, repeated = nps_of(points_of(scores)), nps_of(points_of(scores)[rows], customer)
    assert single is not None
    assert repeated is not None
    assert (repeated.low, repeated.high) == pytest.approx((single.low, single.high), abs=0.05)
    nobody = np.array([], dtype=np.int8)
    [alone] = project(scores, blamed, [np.array([0])], fewer=(1.0,), others=nobody)
    [again] = project(scores[rows], blamed[rows], [np.array([0])], fewer=(1.0,), others=nobody, customer=customer)
    for name in ("gain", "nps"):
        widths = [getattr(each, name).high - getattr(each, name).low for each in (alone, again)]
        assert widths[0] == pytest.approx(widths[1], rel=0.03)


def test_unanimous_answers_of_a_customer_count_as_one() -> None:
    """Twelve promoters who are two customers have the interval of two promoters."""
    score = nps_of(np.full(12, 100, dtype=np.int8), np.repeat([0, 1], 6).astype(np.int32))
    assert score is not None
    assert score.low == pytest.approx(nps(2, 0, 0).low)
    assert score.n == 12


def test_changes_are_tested_with_the_responses_that_count() -> None:
    """A change between waves of repeated customers is less certain than between as many independent responses."""
    plain = nps_change(nps(50, 30, 20), nps(35, 30, 35))[1]
    repeated = nps_change(nps(50, 30, 20, design_effect=2), nps(35, 30, 35, design_effect=2))[1]
    assert plain < 0.05 < repeated


def test_jackknife_groups_keep_customers_together() -> None:
    """All responses of a customer are in one group, whatever their order, and no group is empty."""
    customer = np.random.default_rng(1).integers(0, 90, 400).astype(np.int32)
    order = np.random.default_rng(2).permutation(400)
    groups = jackknife_groups(customer, order, 40)
    assert all(len(set(groups[customer == one])) == 1 for one in range(90) if (customer == one).any())
    assert set(groups.tolist()) == set(range(40))


def test_shapley_intervals_do_not_depend_on_the_order_of_responses() -> None:
    """The same responses of the same customers in another order have the same interval."""
    survey = SimulatedSurvey(answers=3)
    scores, blamed, _ = survey.draw(300, 1)
    customer, shuffled = survey.customer(300), np.random.default_rng(0).permutation(300)
    first = points_lost(points_of(scores), blamed, customer=customer)
    second = points_lost(points_of(scores)[shuffled], blamed[shuffled], customer=90 - customer[shuffled] + 10)
    assert second.high == pytest.approx(first.high, abs=1e-9)


def test_intervals_cover_the_truth_where_customers_answer_five_times() -> None:
    """Of 40 surveys: 91 to 99 % of the intervals by customer contain the truth, fewer than 89 % of the others."""
    survey = replace(SimulatedSurvey(), answers=5)
    truth, customer = survey.truth(), survey.customer(500)
    covered: dict[bool, list[bool]] = {True: [], False: []}
    for seed in range(40):
        scores, blamed, _ = survey.draw(500, seed)
        for by_customer, contains in covered.items():
            estimate = recoverable(scores, blamed, customer=customer if by_customer else None)
            margin = 1.96 * np.sqrt(estimate.covariance.diagonal())
            contains += (np.abs(estimate.points - truth) <= margin).tolist()
    assert 0.91 <= np.mean(covered[True]) <= 0.99
    assert np.mean(covered[False]) < 0.89


def test_the_change_knows_who_answers_in_both_waves() -> None:
    """Of waves with the same customers, the parts of the change have other intervals, but the same values."""
    data = QuietWaves(300, answers=3).draw(4)
    independent = change_since(replace(data, account=np.full_like(data.account, -1)), 0, 1)
    change = change_since(data, 0, 1)
    assert change is not None
    assert independent is not None
    assert [part.frequency.value for part in change.causes] == [part.frequency.value for part in independent.causes]
    assert change.rest != independent.rest
    assert change.nps.high - change.nps.low > independent.nps.high - independent.nps.low


def test_one_customer_says_nothing_about_the_others() -> None:
    """With one customer in all, intervals are no narrower than those of independent responses, and finite."""
    scores, blamed, praised = SimulatedSurvey().draw(50, 3)
    customer = np.zeros(50, dtype=np.int32)
    alone, _ = measure(scores, blamed, praised, *KEYS, customer=customer)
    independent = {impact.key: impact for impact in measure(scores, blamed, praised, *KEYS)[0]}
    for impact in alone:
        assert impact.low <= independent[impact.key].low
        assert independent[impact.key].high <= impact.high
