"""Whether a rate is below its target: by hand, and where the target is itself an estimate."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate
from scipy.stats import beta

from pipelines.impact.mention_counts import MentionCounts
from pipelines.impact.target_rate import compare_with_target
from saywhy.fix import FixState

NOBODY = MentionCounts(0, 0)


def test_the_probability_is_that_of_a_beta_posterior() -> None:
    """With Jeffreys' prior, 3 of 40 are Beta(3.5, 37.5); what is known of before does not matter for a given target."""
    for before in (NOBODY, MentionCounts(9, 20)):
        test = compare_with_target(before, MentionCounts(3, 40), 0.1)
        assert test.target == 0.1
        assert test.above_target == pytest.approx(beta.sf(0.1, 3.5, 37.5))


def test_half_of_the_rate_before_is_an_estimate() -> None:
    """The probability of θ > θ_before / 2 over both posteriors, as an integral gives it; a certain target is surer."""
    before, after = MentionCounts(10, 50), MentionCounts(12, 60)
    test = compare_with_target(before, after, None)
    density = beta(10.5, 40.5).pdf
    expected, _ = integrate.quad(lambda rate: density(rate) * beta.sf(rate / 2, 12.5, 48.5), 0, 1)
    assert test.above_target == pytest.approx(expected, abs=1e-3)
    assert test.target == 0.1
    certain = compare_with_target(before, after, 0.1)
    assert certain.above_target is not None
    assert certain.above_target > expected + 0.02


@pytest.mark.parametrize(
    ("mentions", "responses", "state"),
    [
        (0, 9, FixState.WATCHING),
        (9, 9, FixState.WATCHING),
        (10, 10, FixState.REGRESSED),
        (0, 10, FixState.WATCHING),
        (0, 60, FixState.VERIFIED),
        (30, 60, FixState.REGRESSED),
        (3, 60, FixState.WATCHING),
    ],
)
def test_states(mentions: int, responses: int, state: FixState) -> None:
    """Below ten responses nothing is said, whatever they say; a rate at its target of 5 % is watched."""
    assert compare_with_target(NOBODY, MentionCounts(mentions, responses), 0.05).state is state


def test_what_is_needed_decides() -> None:
    """So many more responses at the same rate decide, and one fewer would not; at the target, no number does."""
    for after, target in ((MentionCounts(0, 0), 0.05), (MentionCounts(2, 20), 0.2), (MentionCounts(4, 20), 0.1)):
        test = compare_with_target(NOBODY, after, target)
        assert (test.state, test.needed is not None and test.needed > 0) == (FixState.WATCHING, True)
        rate = after.mentions / max(after.responses, 1)
        undecided, decided = (
            beta.sf(target, rate * n + 0.5, (1 - rate) * n + 0.5)
            for n in (after.responses + (test.needed or 0) - 1, after.responses + (test.needed or 0))
        )
        assert 0.05 < undecided < 0.95
        assert not 0.05 < decided < 0.95
    assert compare_with_target(NOBODY, MentionCounts(5, 100), 0.05).needed is None
    assert compare_with_target(NOBODY, MentionCounts(0, 60), 0.05).needed == 0


def test_nothing_to_halve_is_no_target() -> None:
    """Where nobody named the cause before, or nobody wrote, there is no default target."""
    for before in (NOBODY, MentionCounts(0, 30)):
        test = compare_with_target(before, MentionCounts(5, 30), None)
        assert (test.state, test.target, test.above_target) == (FixState.WATCHING, None, None)


def test_answers_of_the_same_customers_say_less() -> None:
    """With a design effect of 3, 60 responses are as good as 20."""
    repeated, independent = MentionCounts(0, 60, 3.0), MentionCounts(0, 20)
    assert repeated.posterior() == independent.posterior()
    assert compare_with_target(NOBODY, repeated, 0.05).state is FixState.WATCHING


def test_the_interval_of_a_rate() -> None:
    """Jeffreys' interval contains the rate, narrows with the responses, and reaches 0 or 1 where all agree."""
    assert NOBODY.rate() is None
    nobody, everybody = MentionCounts(0, 20).rate(), MentionCounts(20, 20).rate()
    assert nobody is not None
    assert everybody is not None
    assert (nobody.value, nobody.low, everybody.value, everybody.high) == (0, 0, 1, 1)
    assert nobody.high == pytest.approx(1 - everybody.low)
    rates = [MentionCounts(n // 4, n).rate() for n in (20, 80, 320)]
    widths = [rate.high - rate.low for rate in rates if rate and rate.low < rate.value == 0.25 < rate.high]
    assert len(widths) == 3
    assert all(narrow < wide for wide, narrow in pairwise(widths))


@pytest.mark.slow
def test_at_the_target_either_claim_is_rare() -> None:
    """Of 400 fixes that halved the rate exactly, about 5 % are called verified and 5 % regressed; less than 9 %."""
    generator = np.random.default_rng(5)
    states = [
        compare_with_target(MentionCounts(before, 100), MentionCounts(after, 150), None).state
        for before, after in generator.binomial([100, 150], [0.2, 0.1], (400, 2)).tolist()
    ]
    for state in (FixState.VERIFIED, FixState.REGRESSED):
        assert 0.01 < states.count(state) / 400 < 0.09
