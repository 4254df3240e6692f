"""A heat map: how often each complaint is named in each segment, compared with elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.estimate import Estimate
from saywhy.issue import CauseKey


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One complaint in one segment. `times` is the ratio of the two rates, shrunk towards 1; None if one of the groups
    is empty. `is_elevated`: it is significantly above 1, corrected over all pairs, as in the ranking.
    """

    mentions: int  # responses in the segment that name it
    rate: float  # their share of the segment, 0 … 1
    elsewhere: float  # the share of all other responses
    times: Estimate | None
    is_elevated: bool


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One complaint, with a cell for each segment."""

    key: CauseKey
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """All complaints that somebody names, in all segments of the dimensions that can be compared.

    `segments` are names (`dimension=value`), `sizes` the responses of each that could name a cause.
    """

    wave: str
    segments: tuple[str, ...]
    sizes: tuple[int, ...]
    rows: tuple[HeatRow, ...]
