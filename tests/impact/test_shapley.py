"""The points lost, shared out among causes that overlap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import sparse

from pipelines.impact import shapley
from pipelines.impact.shapley import points_lost, relative_importance
from tests.builders.surveys import Planted


@pytest.fixture(params=["exact", "sampled"])
def orders(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """All orders, or a sample of them."""
    if request.param == "sampled":
        monkeypatch.setattr(shapley, "MOST_EXACT", 0)
    return str(request.param)


@pytest.mark.parametrize("overlap", [0.0, 2.0])
def test_agrees_with_pingouin(overlap: float) -> None:
    """Relative importance is pingouin's (LMG) within 1e-5, with and without overlap."""
    points, blamed, praised = Planted(overlap=overlap).draw(500, 1)
    columns = np.hstack([blamed.toarray()[:, :6], praised.toarray()]).astype(float)
    data = pd.DataFrame(columns, columns=[f"c{place}" for place in range(9)])
    oracle = pingouin.linear_regression(data, points.astype(float), relimp=True)["relimp"].to_numpy()[1:]
    assert relative_importance(points, sparse.csr_array(columns)) == pytest.approx(oracle, abs=1e-5)


def test_shares_sum_to_the_points_lost(orders: str) -> None:
    """They sum to the intercept of the regression on all causes less the mean, however the orders are drawn."""
    points, blamed, _ = Planted(overlap=1.5).draw(800, 2)
    found = points_lost(points, blamed)
    design = np.column_stack([np.ones(800), blamed.toarray()])
    intercept = np.linalg.lstsq(design, points.astype(float), rcond=None)[0][0]
    assert found.points.sum() == pytest.approx(found.total), orders
    assert found.total == pytest.approx(intercept - points.mean(), abs=1e-5)


def test_one_cause_has_its_leave_out_impact() -> None:
    """With one cause there is nothing to share: 50 points in the survey of ten worked in tests/impact/test_estimates.py."""
    points = np.array([-100, -100, -100, 0, -100, 0, 100, 100, 100, 100], dtype=np.int8)
    found = points_lost(points, sparse.csr_array(np.array([[1] * 4 + [0] * 6]).T))
    assert found.points == pytest.approx([50])


def test_causes_always_named_together_share_what_they_cost(orders: str) -> None:
    """Two columns that are the same have half each; one that nobody, or everybody, names has nothing."""
    points = np.array([-100] * 20 + [0] * 10 + [100] * 30, dtype=np.int8)
    twin = np.arange(60) < 25
    columns = np.column_stack([twin, twin, np.zeros(60, dtype=bool), np.ones(60, dtype=bool)])
    found = points_lost(points, sparse.csr_array(columns))
    alone = points_lost(points, sparse.csr_array(twin[:, None]))
    assert found.points == pytest.approx([alone.total / 2, alone.total / 2, 0, 0], abs=1e-4), orders


def test_sampled_orders_come_close_to_all() -> None:
    """With eleven causes the sample is within a quarter of a point of the exact shares."""
    points, blamed, praised = Planted(overlap=1.0).draw(1000, 3)
    columns = sparse.csr_array(sparse.hstack([blamed, praised], format="csr"))
    exact = points_lost(points, columns).points
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shapley, "MOST_EXACT", 0)
        sampled = points_lost(points, columns).points
    assert sampled == pytest.approx(exact, abs=0.25)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """In 150 surveys of 300, 92 to 98 % of the intervals hold the shares of a survey of 400,000."""
    planted = Planted()
    points, blamed, _ = planted.draw(400_000, 99)
    truth = points_lost(points, blamed).points
    held = []
    for seed in range(150):
        points, blamed, _ = planted.draw(300, seed)
        found = points_lost(points, blamed)
        held += ((found.low <= truth) & (truth <= found.high)).tolist()
    assert 0.92 <= np.mean(held) <= 0.98
