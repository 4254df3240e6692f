"""Numbers in NPS points with their 95 % intervals: the score itself, and what one cause costs."""

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
    """NPS in points (-100 … 100) with its 95 % interval. `n` counts all scored responses, the others each group."""

    score: float
    low: float
    high: float
    n: int
    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True, slots=True)
class Impact:
    """What one theme or topic costs, in NPS points, with its 95 % interval. An association, not a causal effect.

    `impact` is the recoverable points: by how much the NPS would be higher if nobody named the cause and everything
    else stayed as it is. Positive means that the cause costs points. `mentions`, `detractors`, `passives` and
    `promoters` count the responses that name it (negatively, unless another polarity was asked for).
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
    leave_out: Estimate | None = None  # what other tools show: not adjusted for causes named in the same responses
    shapley: Estimate | None = None  # the share of all points lost; the shares sum to the total
    p_value: float = 1.0  # two-sided
    q_value: float = 1.0  # Benjamini-Hochberg, over all causes of the ranking
    top_three: float = 0.0  # probability of being among the three that cost most
    few_mentions: bool = False  # so few that the estimate was shrunk towards 0
