"""Feedback: responses, with their scores, comments, segments and customers."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from saywhy.errors import InvalidInput, ScoreOutOfRange
from saywhy.text import normalise


class Group(StrEnum):
    """The three groups of NPS: promoter 9-10, passive 7-8, detractor 0-6."""

    PROMOTER = "promoter"
    PASSIVE = "passive"
    DETRACTOR = "detractor"

    @property
    def points(self) -> int:
        """Points of a response of this group: 100, 0 or -100. The NPS is the mean of all points."""
        return _POINTS[self]

    @property
    def plural(self) -> str:
        """What those in it are called: the key of their name in texts, and of their number in reports."""
        return f"{self.value}s"


_POINTS = {Group.PROMOTER: 100, Group.PASSIVE: 0, Group.DETRACTOR: -100}


class Scale(StrEnum):
    """The scale of a score. Only 0-10 and the groups are NPS; the others are ratings.

    `RATING` also runs from 0 to 10, but asks for something else than a recommendation. Of `GROUPS` only the group of
    the respondent is known, not the score: 0 detractor, 1 passive, 2 promoter.
    """

    NPS = "0-10"
    GROUPS = "groups"
    RATING = "rating"
    TEN = "1-10"
    SEVEN = "1-7"
    FIVE = "1-5"
    ZERO_FIVE = "0-5"
    HUNDRED = "0-100"
    FOUR = "1-4"
    THREE = "1-3"

    @property
    def is_nps(self) -> bool:
        """Whether the scores give an NPS."""
        return self is Scale.NPS or self is Scale.GROUPS

    @property
    def bounds(self) -> tuple[int, int]:
        """Lowest and highest valid value, both included."""
        return _BOUNDS[self]

    @property
    def value_range(self) -> str:
        """The bounds as people write them: `0-10`."""
        return "{}-{}".format(*self.bounds)


def _bounds(scale: Scale) -> tuple[int, int]:
    if scale is Scale.GROUPS:
        return 0, len(Group) - 1
    low, high = ("0-10" if scale is Scale.RATING else scale.value).split("-")
    return int(low), int(high)


_BOUNDS = {scale: _bounds(scale) for scale in Scale}


@dataclass(frozen=True, slots=True)
class Score:
    """A likelihood to recommend (0-10), a group, or a rating on another scale. 0 is a score; a missing score is `None`.

    Raises `ScoreOutOfRange` for a value outside the scale.
    """

    value: int
    scale: Scale = Scale.NPS

    def __post_init__(self) -> None:
        low, high = self.scale.bounds
        if not low <= self.value <= high:
            raise ScoreOutOfRange(f"score {self.value} is outside {self.scale}")

    @property
    def group(self) -> Group | None:
        """Promoter, passive or detractor; `None` on a rating scale, which is never NPS."""
        if self.scale is Scale.GROUPS:
            return (Group.DETRACTOR, Group.PASSIVE, Group.PROMOTER)[self.value]
        if self.scale is not Scale.NPS:
            return None
        if self.value >= 9:
            return Group.PROMOTER
        return Group.PASSIVE if self.value >= 7 else Group.DETRACTOR

    @classmethod
    def of_group(cls, group: Group) -> Score:
        """The score of a respondent of whom only the group is known."""
        return cls((Group.DETRACTOR, Group.PASSIVE, Group.PROMOTER).index(group), Scale.GROUPS)


@dataclass(frozen=True, slots=True)
class Comment:
    """The open answer of a response. `verbatim` is the original text and never changes.

    The clean stage sets the rest: `language` (before cleaning a hint; afterwards the language that was detected: `en`,
    `de`, `zh-Hans`, `zh-Hant`, …, `und` if it cannot be determined),
    `is_answer` (False for "no", "-", "keine"), `duplicate_of` (content hash of the first comment that this one is a
    near-duplicate of).
    """

    verbatim: str
    language: str | None = None
    is_answer: bool = True
    duplicate_of: str | None = None

    @property
    def text(self) -> str:
        """The normalised verbatim (`saywhy.text.normalise`): for comparing and searching, not for offsets."""
        return normalise(self.verbatim)

    @property
    def content_hash(self) -> str:
        """SHA-256 of the verbatim, 64 hex digits: the key of everything computed from the comment."""
        return hashlib.sha256(self.verbatim.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A value of a dimension, e.g. `industry=retail`."""

    dimension: str
    value: str

    def __str__(self) -> str:
        return f"{self.dimension}={self.value}"

    @classmethod
    def parse(cls, text: str) -> Segment:
        """The segment that is written as `dimension=value`. Raises `InvalidInput`."""
        dimension, separator, value = text.partition("=")
        if not separator or not dimension:
            raise InvalidInput(f"{text!r} is not a segment; write NAME=VALUE")
        return cls(dimension, value)


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer who answered, for follow-up.

    `revenue` is annual, `lifetime_value` is the total revenue expected of the customer; both in one currency for the
    workspace.
    """

    id: str | None = None
    name: str | None = None
    email: str | None = None
    account: str | None = None
    revenue: Decimal | None = None
    lifetime_value: Decimal | None = None


#: The ids that `pipelines.ingest.responses` makes.
_CONTENT_ID = re.compile(r"row-[0-9a-f]{24}(-\d+)?")

#: Longest id, source and wave of a response, in characters: databases index them.
LONGEST_KEY = 500


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of a respondent to a survey; (source, external id) identifies it within a workspace.

    Raises `InvalidInput` if id, source or wave is longer than `LONGEST_KEY`.
    """

    source: str
    external_id: str
    score: Score | None = None
    comment: Comment | None = None
    answered_at: datetime | None = None
    wave: str | None = None
    segments: tuple[Segment, ...] = ()
    customer: Customer | None = None

    @property
    def has_content_id(self) -> bool:
        """Whether the id was made from the content of the row, as the export has none."""
        return _CONTENT_ID.fullmatch(self.external_id) is not None

    def __post_init__(self) -> None:
        for name, key in (("id", self.external_id), ("source", self.source), ("wave", self.wave or "")):
            if len(key) > LONGEST_KEY:
                raise InvalidInput(f"{name} {key[:40]!r}… has more than {LONGEST_KEY} characters")


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was not imported: line in the file (from 1), reason, and the row as read."""

    line: int
    reason: str
    row: str
