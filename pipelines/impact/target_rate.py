"""Whether a cause is named less often after its fix than a target rate: a beta-binomial model with Jeffreys' prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from models.arrays import Floats
from pipelines.impact.mention_counts import MentionCounts, jeffreys
from saywhy.fix import FixState

#: Probability from which on a rate is called below or above its target.
CERTAINTY = 0.95

#: Fewest responses after a fix from which anything is said of its rate.
MIN_RESPONSES = 10

#: The default target, as a share of the rate before the fix.
DEFAULT_REDUCTION = 0.5

#: How many equally likely values stand for a target that is estimated.
_TARGET_VALUES = 200

#: Numbers of responses beyond this are not foreseen.
_MAX_RESPONSES = 100_000


@dataclass(frozen=True, slots=True)
class TargetTest:
    """Whether the rate after a fix is below its target; the fields are those of `saywhy.fix.FixOutcome`."""

    state: FixState
    target: float | None
    above_target: float | None
    needed: int | None


def compare_with_target(before: MentionCounts, after: MentionCounts, target: float | None) -> TargetTest:
    """Compare the rate after a fix with the target, or with half of the rate before where `target` is None.

    With θ the rate after, which has a Beta posterior (`MentionCounts.posterior`), the fix has *regressed* if
    P(θ > target) ≥ .95 and is *verified* if P(θ < target) ≥ .95, both from `MIN_RESPONSES` responses after the fix on.
    Half of the rate before is an estimate too: the probability is then that of θ > θ_before / 2, over both posteriors.
    Taken for certain, it would be far more often claimed wrongly (`python -m benchmarks.fixes`).

    `needed` is how many more responses would decide if the rate stays as it is, about.
    """
    if target is None:
        if not before.mentions:
            return TargetTest(FixState.WATCHING, None, None, None)
        quantiles = (np.arange(_TARGET_VALUES) + 0.5) / _TARGET_VALUES
        targets = DEFAULT_REDUCTION * beta.ppf(quantiles, *before.posterior())
        target = DEFAULT_REDUCTION * before.share
    else:
        targets = np.array([target])
    above = _probability_above(targets, *after.posterior())
    state = _state(after.responses, above)
    needed = 0 if state is not FixState.WATCHING else _needed(targets, after)
    return TargetTest(state, target, above, needed)


def _probability_above(targets: Floats, mentioned: float, others: float) -> float:
    """P(θ > target) for θ ~ Beta(`mentioned`, `others`), where the target is equally likely any of `targets`, (M,)."""
    return float(beta.sf(targets, mentioned, others).mean())


def _state(responses: int, above: float) -> FixState:
    if responses >= MIN_RESPONSES and above >= CERTAINTY:
        return FixState.REGRESSED
    if responses >= MIN_RESPONSES and above <= 1 - CERTAINTY:
        return FixState.VERIFIED
    return FixState.WATCHING


def _needed(targets: Floats, after: MentionCounts) -> int | None:
    """How many more responses with the same rate of mentions would decide; None if `_MAX_RESPONSES` would not."""
    rate = after.mentions / after.responses if after.responses else 0.0

    def is_decided(responses: int) -> bool:
        effective = responses / after.design_effect
        above = _probability_above(targets, *jeffreys(rate * effective, effective))
        return _state(responses, above) is not FixState.WATCHING

    too_few, enough = after.responses, max(after.responses + 1, MIN_RESPONSES)
    while not is_decided(enough):
        too_few, enough = enough, 2 * enough
        if enough > _MAX_RESPONSES:
            return None
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if is_decided(middle) else (middle, enough)
    return enough - after.responses
