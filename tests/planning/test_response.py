"""What came of a wave: rates, differences, the R-indicator and weights, against numbers worked out by hand."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from models.arrays import Integers
from pipelines.impact.nps import nps_of
from pipelines.planning.balance import balance, r_indicator, standardised_difference, wilson
from pipelines.planning.response import measure
from pipelines.planning.weighting import weighted_nps
from saywhy.wave_plan import PlanDesign, PlannedCustomer, PlannedWave
from saywhy.wave_response import Respondent

DESIGN = PlanDesign((PlannedWave("one", date(2027, 1, 1)), PlannedWave("two", date(2027, 4, 1))), 1, ("industry",))


def test_rates_have_wilsons_interval() -> None:
    """(p + z²/2n ± z√(p(1-p)/n + z²/4n²))/(1 + z²/n); it is inside 0 … 1 where nobody or everybody answered."""
    rate = wilson(20, 80)
    assert rate is not None
    z, n, p = 1.959964, 80, 0.25
    centre, margin = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    expected = [p, (centre - margin) / (1 + z * z / n), (centre + margin) / (1 + z * z / n)]
    assert [rate.value, rate.low, rate.high] == pytest.approx(expected, abs=1e-6)
    nobody = wilson(0, 10)
    assert nobody is not None
    assert (nobody.value, nobody.low) == (0, 0)
    assert nobody.high == pytest.approx(0.2775, abs=1e-4)
    assert wilson(0, 0) is None


def test_standardised_differences() -> None:
    """The difference over the root of the mean variance; none where both groups are unanimous and differ."""
    assert standardised_difference(0.5, 0.4) == pytest.approx(0.1 / math.sqrt((0.25 + 0.24) / 2))
    assert standardised_difference(1, 1) == 0
    assert standardised_difference(1, 0) is None


def test_a_dimension_that_decides_who_answers_is_found() -> None:
    """Shares, differences and a corrected p-value of each dimension; the other dimension is balanced."""
    values = [("retail", "small"), ("retail", "large"), ("health", "small"), ("health", "large")]
    listed, asked = np.array([400, 400, 400, 400]), np.array([100, 100, 100, 100])
    industry, segment = balance(["industry", "segment"], values, listed, asked, np.array([20, 20, 60, 60]))
    health, retail = industry.categories
    assert (health.value, health.listed, health.asked, health.answered) == ("health", 800, 200, 120)
    assert health.answered_against_asked == pytest.approx(0.25 / math.sqrt((0.1875 + 0.25) / 2))
    assert retail.answered_against_listed == pytest.approx(-0.25 / math.sqrt((0.1875 + 0.25) / 2))
    assert health.asked_against_listed == 0
    assert industry.p_value is not None
    assert industry.p_value < 1e-10
    assert segment.p_value == pytest.approx(1)
    [untested] = balance(["industry"], [("retail",), ("health",)], listed[:2], asked[:2], np.array([0, 0]))
    assert untested.p_value is None
    assert untested.categories[0].answered_against_asked is None


def test_the_r_indicator_is_one_less_twice_the_deviation() -> None:
    """Two halves that answer with 20 % and 60 %: S = 0.2 and R = 0.6, up to what estimated rates add."""
    listed, asked = np.array([50_000, 50_000]), np.array([50_000, 50_000])
    estimate = r_indicator(listed, asked, np.array([10_000, 30_000]))
    assert estimate is not None
    assert estimate.value == pytest.approx(0.6, abs=1e-4)
    assert estimate.low < estimate.value < estimate.high
    assert estimate.high - estimate.low < 0.02
    equal = r_indicator(listed, asked, np.array([20_000, 20_000]))
    assert equal is not None
    assert equal.value == 1
    for answered in (np.array([0, 0]), np.array([0, 30_000])[:1]):
        assert r_indicator(listed[: len(answered)], asked[: len(answered)], answered) is None


@pytest.mark.parametrize("rates", [[0.3] * 8, [0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.3, 0.2], [0.1, 0.6] * 4])
def test_the_r_indicator_is_hardly_biased_and_its_interval_holds(rates: list[float]) -> None:
    """In waves of 400: the interval has the true R in at least 92 % of 500 waves, and S² is right on average."""
    rng = np.random.default_rng(0)
    listed = np.array([4000, 3000, 2000, 2000, 1500, 1500, 1000, 1000])
    asked = listed // 40
    true_rates, weights = np.array(rates), listed / listed.sum()
    spread = float(weights @ (true_rates - weights @ true_rates) ** 2)
    estimates = [r_indicator(listed, asked, rng.binomial(asked, true_rates)) for _ in range(500)]
    assert all(estimates)
    coverage = np.mean([one.low <= 1 - 2 * math.sqrt(spread) <= one.high for one in estimates if one])
    assert coverage >= 0.92
    squares = np.mean([((1 - one.value) / 2) ** 2 for one in estimates if one])
    assert squares == pytest.approx(spread, abs=0.0015)


def answers(*groups: tuple[int, int, int]) -> tuple[Integers, np.ndarray]:
    """Strata and points of answers: promoters, passives and detractors of each stratum."""
    stratum = np.repeat(np.arange(len(groups)), [sum(group) for group in groups])
    points = np.concatenate([np.repeat([100, 0, -100], group) for group in groups]).astype(np.int8)
    return stratum, points


def test_the_weighted_nps_is_that_of_the_list() -> None:
    """Half of the list gives +50 and half -50, but 80 of 100 answers are of the first: 30 unweighted, 0 weighted."""
    stratum, points = answers((60, 0, 20), (5, 0, 15))
    nobody = np.full(len(points), -1, dtype=np.int32)
    weighted = weighted_nps(np.array([500, 500]), stratum, points, nobody)
    assert weighted is not None
    assert weighted.nps.value == pytest.approx(0)
    assert weighted.weights.tolist() == pytest.approx([0.625, 2.5])
    assert weighted.weights[stratum].mean() == pytest.approx(1)
    assert weighted.effective_answers == pytest.approx(100**2 / (80 * 0.625**2 + 20 * 2.5**2))
    plain = nps_of(points)
    assert plain is not None
    assert plain.score == 30
    assert weighted.nps.high - weighted.nps.low > plain.high - plain.low


def test_strata_with_few_answers_are_weighted_together() -> None:
    """Those of two and three answers have one weight, and one without answers is not lost from the list."""
    stratum, points = answers((30, 0, 30), (2, 0, 0), (0, 0, 3), (0, 0, 0), (10, 0, 10))
    nobody = np.full(len(points), -1, dtype=np.int32)
    listed = np.array([400, 100, 100, 200, 200])
    weighted = weighted_nps(listed, stratum, points, nobody)
    assert weighted is not None
    assert len({round(weight, 9) for weight in weighted.weights[[0, 1, 2, 3]]}) == 1  # 5 are too few alone
    assert float(weighted.weights[stratum].mean()) == pytest.approx(1)
    assert weighted_nps(listed, stratum[:0], points[:0], nobody[:0]) is None


def test_a_plan_is_measured_by_wave_and_stratum() -> None:
    """Each wave by itself; one that is not sent has no rates, and answers without a score count as answers."""
    planned = [
        PlannedCustomer(f"{industry}-{number}", (industry,), wave)
        for industry in ("health", "retail")
        for number, wave in enumerate(["one"] * 40 + ["two"] * 40 + [None] * 20)
    ]
    respondents = {f"health-{number}": Respondent(100, "Acme") for number in range(20)}
    respondents |= {f"retail-{number}": Respondent(None if number else -100, None) for number in range(10)}
    one, two = measure(DESIGN, planned, respondents, date(2027, 2, 1))
    assert (one.wave, one.is_sent, one.asked, one.answered) == ("one", True, 80, 30)
    assert one.rate is not None
    assert one.rate.value == 30 / 80
    health, retail = one.strata
    assert (health.stratum, health.listed, health.asked, health.answered) == (("health",), 100, 40, 20)
    assert health.design_weight == 2.5
    assert retail.rate is not None
    assert retail.rate.value == 0.25
    assert one.nps is not None
    assert (one.nps.promoters, one.nps.detractors) == (20, 1)
    assert one.nps.design_effect > 1  # all promoters are of one account
    assert (two.is_sent, two.asked, two.answered, two.rate, two.nps, two.balance) == (False, 80, 0, None, None, ())
