"""A benchmark: the numbers of a report beside those of another wave, a segment, or another workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from saywhy.errors import InvalidInput
from saywhy.estimate import Estimate, Nps
from saywhy.issue import CauseKey
from saywhy.note import Note

#: What a report can be compared with.
Kind = Literal["wave", "segment", "workspace"]


@dataclass(frozen=True, slots=True)
class Against:
    """What a report is compared with, as people write it: `wave:2025-Q1`, `segment:plan=Enterprise`, `workspace:brand`.

    `name` of a workspace may be followed by a slash and one of its waves until `wave` says which it is.
    """

    kind: Kind
    name: str
    wave: str | None = None  # of the other workspace

    @classmethod
    def parse(cls, text: str) -> Against:
        """Raises `InvalidInput`."""
        kind, _, name = text.partition(":")
        if kind not in get_args(Kind) or not name:
            raise InvalidInput(
                f"{text!r} is nothing to compare with; write wave:WAVE, segment:NAME=VALUE or workspace:NAME[/WAVE]"
            )
        return cls(cast(Kind, kind), name)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A number of the report beside that of the reference, and `difference`: the first minus the second.

    There is no difference where one of the two numbers is too uncertain for one. `q_value` is corrected over all causes
    (Benjamini-Hochberg); of the NPS, which is one test, it is the p-value. It is None where nothing can be claimed.
    """

    value: float
    reference: float
    difference: Estimate | None
    q_value: float | None = None
    significant: bool = False


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    """One of the two groups of responses that are compared, which share no response."""

    name: str  # a wave ("all": all waves), a segment, or a workspace
    without: str | None  # the wave or segment whose responses are left out, as they are the other group
    nps: Nps | None
    with_comment: int | None  # responses that could name a cause; None where the report does not say


@dataclass(frozen=True, slots=True)
class CauseComparison:
    """One cause, blamed (`polarity` "negative") or praised ("positive"), in both groups.

    `rate` is the share of the responses with a comment that name it, 0 … 1, and `points` is the impact. Either is None
    where one of the groups has no such number.
    """

    polarity: str
    kind: str
    id: str
    label: str
    rate: Comparison | None
    points: Comparison | None

    @property
    def key(self) -> CauseKey:
        return CauseKey(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A report beside a reference: the NPS of both, and of each cause the rate of mentions and the impact.

    `causes` are those of the two rankings in their order, then those that only the reference names.
    """

    against: Against
    group: ComparedGroup
    reference: ComparedGroup
    nps: Comparison | None  # None where one of the groups has none
    causes: tuple[CauseComparison, ...]
    notes: tuple[Note, ...]  # what cannot be compared, and why
