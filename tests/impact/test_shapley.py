"""The points lost, divided among causes that overlap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import sparse

from models.arrays import Floats
from pipelines.impact import shapley
from pipelines.impact.estimates import measure
from pipelines.impact.nps import points_of
from pipelines.impact.shapley import points_lost
from tests.builders.simulated_surveys import Scores, SimulatedSurvey


@pytest.fixture(params=["exact", "sampled"])
def orders(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """All orders of the causes, or a sample of them."""
    if request.param == "sampled":
        monkeypatch.setattr(shapley, "MAX_EXACT", 0)
    return str(request.param)


def relative_importance(points: Scores, columns: Floats) -> Floats:
    """The share of R² of each column, which sum to R² (LMG): (N,), (N, K) → (K,)."""
    covariance = np.cov(columns, points, rowvar=False, bias=True)
    with_points = covariance[:-1, -1]
    return shapley.shapley(covariance[:-1, :-1], with_points, with_points) / float(points.var())


@pytest.mark.parametrize("overlap", [0.0, 2.0])
def test_agrees_with_pingouin(overlap: float) -> None:
    """Shapley values of R² are pingouin's relative importance (LMG) within 1e-5, with and without overlap."""
    scores, blamed, praised = SimulatedSurvey(overlap=overlap).draw(500, 1)
    points = points_of(scores)
    columns = np.hstack([blamed.toarray()[:, :6], praised.toarray()]).astype(float)
    table = pd.DataFrame(columns, columns=[f"c{column}" for column in range(9)])
    oracle = pingouin.linear_regression(table, points.astype(float), relimp=True)["relimp"].to_numpy()[1:]
    assert relative_importance(points, columns) == pytest.approx(oracle, abs=1e-5)


def test_shares_sum_to_the_points_lost(orders: str) -> None:
    """They sum to the intercept of the regression on all causes less the mean, however the orders are drawn."""
    scores, blamed, _ = SimulatedSurvey(overlap=1.5).draw(800, 2)
    points = points_of(scores)
    shares = points_lost(points, blamed)
    design = np.column_stack([np.ones(800), blamed.toarray()])
    intercept = np.linalg.lstsq(design, points.astype(float), rcond=None)[0][0]
    assert shares.points.sum() == pytest.approx(shares.total), orders
    assert shares.total == pytest.approx(intercept - points.mean(), abs=1e-5)


def test_one_cause_has_its_leave_out_impact() -> None:
    """A single cause has all the points lost: 50 in the ten responses worked by hand in test_leave_out.py."""
    points = np.array([-100, -100, -100, 0, -100, 0, 100, 100, 100, 100], dtype=np.int8)
    shares = points_lost(points, sparse.csr_array(np.array([[1] * 4 + [0] * 6]).T))
    assert shares.points == pytest.approx([50])


def test_causes_always_named_together_share_what_they_cost(orders: str) -> None:
    """Two identical columns have half each; a column that nobody, or everybody, names has nothing."""
    points = np.array([-100] * 20 + [0] * 10 + [100] * 30, dtype=np.int8)
    twin = np.arange(60) < 25
    columns = np.column_stack([twin, twin, np.zeros(60, dtype=bool), np.ones(60, dtype=bool)])
    shares = points_lost(points, sparse.csr_array(columns))
    single = points_lost(points, sparse.csr_array(twin[:, None]))
    assert shares.points == pytest.approx([single.total / 2, single.total / 2, 0, 0], abs=1e-4), orders


def test_sampled_orders_come_close_to_all() -> None:
    """With eleven causes the sample is within a quarter of a point of the exact shares."""
    scores, blamed, praised = SimulatedSurvey(overlap=1.0).draw(1000, 3)
    points = points_of(scores)
    columns = sparse.csr_array(sparse.hstack([blamed, praised], format="csr"))
    exact = points_lost(points, columns).points
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shapley, "MAX_EXACT", 0)
        sampled = points_lost(points, columns).points
    assert sampled == pytest.approx(exact, abs=0.25)


@pytest.mark.slow
def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """In 150 surveys of 300, 92 to 98 % of the intervals contain the shares of a survey of 400,000."""
    survey = SimulatedSurvey()
    scores, blamed, _ = survey.draw(400_000, 99)
    points = points_of(scores)
    truth = points_lost(points, blamed).points
    covered = []
    for seed in range(150):
        scores, blamed, _ = survey.draw(300, seed)
        points = points_of(scores)
        shares = points_lost(points, blamed)
        covered += ((shares.low <= truth) & (truth <= shares.high)).tolist()
    assert 0.92 <= np.mean(covered) <= 0.98


def test_no_share_is_more_than_possible(orders: str) -> None:
    """Where everybody names a cause, the regression expects 500 points of those who name none: it is cut to 100."""
    points = np.array([-100, -100, 100, 100], dtype=np.int8)
    blamed = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 0], [0, 0, 1]], dtype=bool)
    design = np.column_stack([np.ones(4), blamed])
    assert np.linalg.solve(design, points.astype(float))[0] == pytest.approx(500)
    shares = points_lost(points, sparse.csr_array(blamed))
    assert shares.total == pytest.approx(100), orders
    assert shares.points.sum() == pytest.approx(100)
    assert np.abs(shares.points).max() <= 200


def test_unanimous_responses_leave_the_shares_uncertain() -> None:
    """Five detractors with a cause and five promoters without: the jackknife varies little, yet the interval is wide.
    With two responses no share is stated.
    """
    scores = np.array([3] * 5 + [10] * 5, dtype=np.int8)
    points = points_of(scores)
    blamed, praised = sparse.csr_array((points < 0)[:, None]), sparse.csr_array((10, 0), dtype=bool)
    [impact], _ = measure(scores, blamed, praised, ["a"], [])
    assert impact.shapley is not None
    assert points_lost(points, blamed).low[0] > impact.shapley.low
    assert impact.shapley.high - impact.shapley.low > 60
    [impact], _ = measure(scores[4:6], blamed[4:6], praised[4:6], ["a"], [])
    assert impact.shapley is None
