"""Estimates with 95 % intervals: a number, the NPS, the impact of a cause."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Nps:
    """NPS in points (-100 … 100) with its 95 % interval; `n` responses with a score, of which so many in each group.

    `design_effect`: the variance is so many times that of n independent responses; 1 if no customer answered twice.
    """

    score: float
    low: float
    high: float
    n: int
    promoters: int
    passives: int
    detractors: int
    design_effect: float = 1.0


@dataclass(frozen=True, slots=True)
class Impact:
    """Impact of a theme or topic in NPS points, with its 95 % interval. An association, not a causal effect.

    `impact` is the recoverable points: how much higher the NPS would be if nobody mentioned the cause, all else equal.
    It is positive if the cause costs points. `mentions`, `detractors`, `passives` and `promoters` count the responses
    that mention it (negatively, unless another polarity is asked for).
    """

    key: str
    impact: float
    low: float
    high: float
    mentions: int
    detractors: int
    promoters: int
    passives: int = 0
    significant: bool = False  # low > 0, and q_value is at most 5 %
    leave_out: Estimate | None = (
        None  # NPS without the responses that mention it, minus NPS: not adjusted for co-occurring causes
    )
    shapley: Estimate | None = None  # its part of all points lost, which sum to the total; None below 5 responses
    p_value: float = 1.0  # two-sided
    q_value: float = 1.0  # Benjamini-Hochberg, over all causes of the ranking
    top_three: float = 0.0  # probability of being among the three costliest causes
    few_mentions: bool = False  # the estimate was shrunk towards 0
