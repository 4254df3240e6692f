"""What came of a planned wave: who answered, how well they stand for those asked and for the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from saywhy.estimate import Estimate, Nps


@dataclass(frozen=True, slots=True)
class StratumResponse:
    """One stratum of a wave.

    `design_weight` is the listed over the asked customers; `weight` is that of an answer with a score in the weighted
    NPS (1 on average), the same for strata that were joined because few answered.
    """

    stratum: tuple[str, ...]
    listed: int
    asked: int
    answered: int
    rate: Estimate | None  # share of those asked, 0 … 1, with Wilson's interval; None if nobody was asked
    design_weight: float | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class CategoryBalance:
    """One value of a dimension: customers listed, asked and answered, and standardised differences of the shares."""

    value: str
    listed: int
    asked: int
    answered: int
    answered_against_asked: float | None
    answered_against_listed: float | None
    asked_against_listed: float | None


@dataclass(frozen=True, slots=True)
class DimensionBalance:
    """A dimension: how far those who answered differ from those who did not.

    `p_value` is that of the χ² test, corrected by Holm for the number of dimensions; None where it cannot be tested.
    """

    dimension: str
    categories: tuple[CategoryBalance, ...]
    p_value: float | None


@dataclass(frozen=True, slots=True)
class WaveResponse:
    """What came of one wave. Numbers that cannot be computed are None: of a wave not sent, or without answers."""

    wave: str
    send_on: date
    is_sent: bool
    asked: int
    answered: int
    rate: Estimate | None  # 0 … 1, with Wilson's interval
    r_indicator: Estimate | None  # at most 1: everybody was equally likely to answer
    nps: Nps | None
    weighted_nps: Estimate | None  # post-stratified to the list
    effective_answers: float | None  # so many equally weighted answers would be as precise (Kish)
    strata: tuple[StratumResponse, ...]
    balance: tuple[DimensionBalance, ...]


@dataclass(frozen=True, slots=True)
class Respondent:
    """The answer of a customer who was asked: NPS points (None without a score) and account (None if unknown)."""

    points: int | None
    account: str | None
