"""Root causes that the machine found, what became of them, and what people said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

#: A topic below this stability is shown as unstable, and not ranked: nine in ten of such topics share less than .6 of
#: their members (Jaccard index) with their like when a fifth of the feedback is left out: docs/explanation/topics.md.
UNSTABLE = 0.7


@dataclass(frozen=True, slots=True)
class Part:
    """One of the smaller causes that a large topic falls into."""

    id: str
    label: str
    size: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A root cause found by clustering clauses, under the theme that most of its clauses fit, as people have made it.

    `id` is stable across runs. `centroid` is unit-length float16 little-endian like `Clause.vector`.
    `polarity` tells causes of complaint from causes of praise. `stability` is 0 … 1, None where people made the topic.
    `growth` counts the clauses that came with the latest new feedback; `first_seen` is the day of the first of all.
    """

    id: str
    theme: str
    label: str
    keywords: tuple[str, ...]
    polarity: str
    size: int
    centroid: bytes
    first_seen: datetime | None = None
    labels: dict[str, str] = field(default_factory=dict)  # by language of the reader, where members allow
    stability: float | None = None
    growth: int = 0
    is_emerging: bool = False  # found since all feedback was last clustered together
    is_pinned: bool = False
    is_ignored: bool = False
    is_adopted: bool = False  # `theme` is a theme that people made of it
    parts: tuple[Part, ...] = ()

    @property
    def is_unstable(self) -> bool:
        return self.stability is not None and self.stability < UNSTABLE

    @property
    def is_ranked(self) -> bool:
        """Whether reports rank it: it is stable, or people have said that it is a cause."""
        return not self.is_unstable or self.is_pinned or self.is_adopted


@dataclass(frozen=True, slots=True)
class Cluster:
    """A topic as the machine found it, before all edits; `parent` is set for a part of a large one.

    `reach` is the least similarity to the centroid that a clause must have to be assigned, in the space of its `Fit`,
    and both mean something for vectors of this `model` only. What is no cause ("great!") is kept too, to know it again.
    """

    id: str
    theme: str
    label: str
    keywords: tuple[str, ...]
    polarity: str
    size: int
    centroid: bytes
    reach: float
    model: str
    found_at: datetime
    stability: float | None = None
    parent: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    size_before: int = 0  # before the latest run that brought new feedback
    is_cause: bool = True
    is_emerging: bool = False
    first_seen: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """One clause of one comment belongs to one topic, with a confidence in 0 … 1."""

    content_hash: str
    start: int
    end: int
    topic: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Member:
    """Where the machine put one clause: a cluster and perhaps a part of it, or None where it fits none."""

    content_hash: str
    start: int
    end: int
    cluster: str | None
    confidence: float
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """When all clauses of a workspace were last clustered together, and what was taken out of their vectors.

    `means` are float16 little-endian vectors: the mean of all, then the offset of each language from it.
    """

    model: str
    fitted_at: datetime
    clauses: int
    languages: tuple[str, ...]
    means: bytes


class Fate(StrEnum):
    """What became of a cluster at a fit."""

    FOUND = "found"
    CONTINUED = "continued"
    SPLIT = "split"  # it was split from the other
    MERGED = "merged"  # it was merged into the other
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Lineage:
    """What became of a cluster: `share` of its clauses (of those still there) are with the `other` one."""

    at: datetime
    fate: Fate
    cluster: str
    other: str | None = None
    share: float | None = None


class EditKind(StrEnum):
    """What people can say of topics."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    PIN = "pin"
    IGNORE = "ignore"
    ADOPT = "adopt"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody said of a topic, and when. Edits are never changed: to undo one is another."""

    id: int
    kind: EditKind
    topic: str | None
    arguments: dict[str, Any]
    author: str
    at: datetime
    note: str | None = None
