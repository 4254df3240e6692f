"""The leave-out impact and its standard error."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.impact.leave_out import leave_out

# Ten responses: 4 promoters, 2 passives, 4 detractors (NPS 0); 3 detractors and a passive name "queue".
# T = -75, E = (4 - 1)/6 = 50, so E - A = 50 = p·(E - T) = .4·125.
# Adjusted variances: inside 4591.84 (P' = .75/7, D' = 3.75/7), outside 6111.11 (P' = 4.75/9, D' = 1.75/9);
# error² = .16·(4591.84/4 + 6111.11/6) + 125²·.24/10 = 721.64.
QUEUE, EVERYONE = (0, 1, 3), (4, 2, 4)


def test_agrees_with_a_hand_computation() -> None:
    """Impact and standard error are those worked by hand above."""
    impact, error = leave_out([QUEUE], EVERYONE)
    assert impact == pytest.approx([50])
    assert error == pytest.approx([721.64**0.5], abs=1e-3)


@pytest.mark.parametrize("cells", [(40, 60, 100, 110, 50, 40), (5, 10, 25, 150, 120, 90), (300, 50, 40, 400, 300, 200)])
def test_standard_error_agrees_with_a_bootstrap(cells: tuple[int, ...]) -> None:
    """Resampling whole responses 20,000 times gives the delta method's error within 4 %, for blame and for praise."""
    total = sum(cells)
    draws = np.random.default_rng(11).multinomial(total, np.array(cells) / total, size=20_000)
    bootstrapped, _ = leave_out(draws[:, :3], draws[:, :3] + draws[:, 3:])
    _, error = leave_out([cells[:3]], np.add(cells[:3], cells[3:]))
    assert error[0] == pytest.approx(bootstrapped.std(), rel=0.04)


def test_points_of_all_responses_where_only_some_could_name_it() -> None:
    """With ten more responses without a comment, the share that names it halves, and with it the points."""
    impact, error = leave_out([QUEUE], EVERYONE, responses=20)
    assert impact == pytest.approx([25])
    # .04·(4591.84/4 + 6111.11/6) + 125²·.16/20 = 211.66
    assert error == pytest.approx([211.66**0.5], abs=1e-3)


@pytest.mark.parametrize("share", [0.05, 0.4])
def test_interval_covers_the_truth_about_as_often_as_it_says(share: float) -> None:
    """Of 4,000 simulated surveys of 300 responses, 92 to 97 % have an interval that contains the true impact."""
    inside, outside = np.array([0.1, 0.3, 0.6]), np.array([0.5, 0.3, 0.2])
    truth = share * 100 * ((outside[0] - outside[2]) - (inside[0] - inside[2]))
    draws = np.random.default_rng(3).multinomial(300, np.append(share * inside, (1 - share) * outside), size=4000)
    draws = draws[draws[:, :3].sum(axis=1) > 0]
    impact, error = leave_out(draws[:, :3], draws[:, :3] + draws[:, 3:])
    assert 0.92 <= (np.abs(impact - truth) <= 1.96 * error).mean() <= 0.97
