"""Promoting under load and killing whoever promotes, as `benchmarks.model_swap` measures it, on a small scale."""

from __future__ import annotations

import pytest

from benchmarks.model_swap import kill_promotions, swap_under_load


@pytest.mark.exhaustive
def test_no_request_fails_while_versions_are_promoted() -> None:
    """Under load, promoted and taken back: all are answered, and each version takes over."""
    answers, seconds = swap_under_load(3, 3, patience=300)  # so few that a busy machine keeps up
    assert answers.rows
    assert answers.failures == 0
    assert None not in seconds


@pytest.mark.slow
def test_a_killed_promotion_leaves_the_registry_whole() -> None:
    """Killed at random moments, the champion is the old or the new version, and opens."""
    done, broken = kill_promotions(10)
    assert done >= 10
    assert broken == []
