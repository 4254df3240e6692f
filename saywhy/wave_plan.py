"""Plans of survey waves: which customers are asked in which wave, and why others are not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from saywhy.errors import InvalidInput

#: Waves of a plan: as many as a year has weeks.
MOST_WAVES = 53

#: Columns by which a list may be stratified.
MOST_DIMENSIONS = 10

#: Days between two surveys of a customer may be at most ten years.
MOST_DAYS = 3650

#: Largest seed: it fits an integer of every database.
LARGEST_SEED = 2**31 - 1

_NAME = re.compile(r"[^/\x00-\x1f\x7f\ud800-\udfff]{1,100}")


class LeftOut(StrEnum):
    """Why a customer of the list is not asked."""

    OPTED_OUT = "opted_out"
    NO_ADDRESS = "no_address"
    SAME_ADDRESS = "same_address"  # another customer of the list has it, too, and is asked
    ASKED_RECENTLY = "asked_recently"  # in too few days before or after each wave
    NOT_DRAWN = "not_drawn"  # the sample is smaller than the list


@dataclass(frozen=True, slots=True)
class ListedCustomer:
    """A customer of the list. `segments` are the values of the dimensions; one that is missing is blank."""

    id: str
    segments: Mapping[str, str]
    name: str | None = None
    email: str | None = None
    opted_out: bool = False
    asked_on: date | None = None  # the last time, as the list has it


@dataclass(frozen=True, slots=True)
class PlannedWave:
    """A wave, and the day on which its invitations are sent."""

    name: str
    send_on: date


@dataclass(frozen=True, slots=True)
class PlanDesign:
    """What a plan is made from, beside the list. The same design and list give the same plan.

    Raises `InvalidInput` for what cannot be.
    """

    waves: tuple[PlannedWave, ...]  # in order of time
    seed: int
    dimensions: tuple[str, ...] = ()  # strata are the combinations of their values
    min_days: int = 90  # between two surveys of a customer
    sample_size: int | None = None  # None: everybody who may be asked is
    at_least_one: bool = False  # each stratum has somebody in the sample

    def __post_init__(self) -> None:
        if not 1 <= len(self.waves) <= MOST_WAVES:
            raise InvalidInput(f"a plan has 1 to {MOST_WAVES} waves, not {len(self.waves)}")
        for wave in self.waves:
            check_name(wave.name, "wave")
        for wave, later in zip(self.waves, self.waves[1:], strict=False):
            if wave.send_on >= later.send_on:
                raise InvalidInput(f"wave {later.name!r} must be sent after {wave.name!r}")
        names = [wave.name for wave in self.waves]
        if len(set(names)) < len(names):
            raise InvalidInput("two waves have the same name")
        if len(self.dimensions) > MOST_DIMENSIONS or len(set(self.dimensions)) < len(self.dimensions):
            raise InvalidInput(f"stratify by at most {MOST_DIMENSIONS} different columns")
        if not 0 <= self.min_days <= MOST_DAYS:
            raise InvalidInput(f"the days between two surveys of a customer are 0 to {MOST_DAYS}, not {self.min_days}")
        if self.sample_size is not None and self.sample_size < 1:
            raise InvalidInput(f"a sample has at least one customer, not {self.sample_size}")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise InvalidInput(f"a seed is 0 to {LARGEST_SEED}, not {self.seed}")


@dataclass(frozen=True, slots=True)
class PlannedCustomer:
    """What the plan decided for a customer: the wave, else the reason for being left out.

    `stratum` has a value for each dimension of the design. Name and address are kept only of those who are asked.
    """

    id: str
    stratum: tuple[str, ...]
    wave: str | None = None
    left_out: LeftOut | None = None
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class WavePlan:
    """A stored plan; the name is unique in its workspace."""

    name: str
    design: PlanDesign
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class StratumPlan:
    """How many customers of a stratum are listed, and asked in each wave (in the order of the design)."""

    stratum: tuple[str, ...]
    listed: int
    asked: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlanOverview:
    """A plan in numbers: nobody is named."""

    plan: WavePlan
    listed: int
    asked: tuple[int, ...]  # in each wave
    left_out: Mapping[LeftOut, int]
    strata: tuple[StratumPlan, ...]


def check_name(name: str, kind: str) -> None:
    """Raise `InvalidInput` unless the name can be part of an address: 1 to 100 characters, no slash, not blank."""
    if not _NAME.fullmatch(name) or name != name.strip() or name in (".", ".."):
        raise InvalidInput(f"a {kind} has a name of 1 to 100 characters, without slashes and spaces at its ends")
