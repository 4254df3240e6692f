"""Topics: clusters of clauses as the machine found them, their changes over time, and what people edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from saywhy.annotation import Span
from saywhy.code_frame import LibraryCause

#: Topics below this stability are marked as unstable. When a fifth of the feedback was left out, nine in ten of them
#: shared less than .6 of their members (Jaccard index) with the best match: docs/explanation/topics.md.
MIN_STABILITY = 0.7

#: A clause: content hash of its comment, start and end offset in the verbatim.
ClauseKey = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the smaller causes that a large topic divides into."""

    id: str
    label: str
    size: int


@dataclass(frozen=True, slots=True)
class Definition:
    """What a topic is about, in a sentence for readers of each language ("und" where the language is not known).

    It is proposed if a language model wrote it, from quotes, and no person has said so.
    """

    texts: dict[str, str]
    is_proposed: bool = False

    def text(self, language: str = "en") -> str:
        """The sentence in a language, else in English, else in any."""
        return self.texts.get(language) or self.texts.get("en") or next(iter(self.texts.values()))


@dataclass(frozen=True, slots=True)
class Topic:
    """A root cause as it is shown: a cluster of clauses with all edits applied.

    `id` is stable across runs. `theme` is that of most of its clauses. `centroid` is of unit length, stored like
    `Clause.vector` (float16, little-endian). `polarity` separates causes of complaint from causes of praise.
    `stability` is 0 … 1, None for a topic that people made. `growth` is the number of clauses that the latest new
    feedback added; `first_seen` is the day of its earliest comment.
    """

    id: str
    theme: str
    label: str
    keywords: tuple[str, ...]
    polarity: str
    size: int
    centroid: bytes
    first_seen: datetime | None = None
    labels: dict[str, str] = field(default_factory=dict)  # by language of the reader, where enough members are in it
    stability: float | None = None
    growth: int = 0
    is_emerging: bool = False  # found since all feedback was last clustered together
    is_vague: bool = False  # no clear subject, or unstable: it is listed, but not ranked unless people name or pin it
    is_pinned: bool = False
    is_ignored: bool = False
    is_adopted: bool = False  # `theme` is a theme that people made of it
    parts: tuple[Part, ...] = ()
    definition: Definition | None = None

    def name(self, language: str) -> str:
        """The label in a language, or the one that it has if there is none in it."""
        return self.labels.get(language, self.label)

    @property
    def is_discovered(self) -> bool:
        """Whether clustering found it; not if people or the cause library define what is in it."""
        return self.stability is not None

    @property
    def is_unstable(self) -> bool:
        return self.stability is not None and self.stability < MIN_STABILITY


@dataclass(frozen=True, slots=True)
class Cluster:
    """A topic as the machine found it, before any edit. `parent` is the id of the cluster that it is a part of.

    `reach` is the lowest cosine similarity to the centroid at which a clause is assigned. Centroid and reach hold in
    the centred space of the `ClusteringFit`, and only for vectors of this `model`. Clusters without a cause ("great!")
    are kept too (`is_cause` is False), so that later clauses of that kind are recognised. `is_vague` ones are causes by
    their theme, but their clauses share no subject, or they are unstable. `joined` is the id of a library cause that
    says the same: they are one topic.
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
    is_vague: bool = False
    is_emerging: bool = False
    first_seen: datetime | None = None
    ended_at: datetime | None = None
    definition: Definition | None = None
    joined: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """The topic of one clause, with a confidence in 0 … 1, and the id of the part of the topic that it is in."""

    content_hash: str
    start: int
    end: int
    topic: str
    confidence: float
    part: str | None = None

    @property
    def span(self) -> Span:
        """Its start and end."""
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Membership:
    """The cluster of one clause, and the part of that cluster if it has parts; None if the clause is in no cluster.

    `second` is a second cause of the library that the clause names. Confidences are 0 … 1.
    """

    content_hash: str
    start: int
    end: int
    cluster: str | None
    confidence: float
    part: str | None = None
    second: str | None = None
    second_confidence: float = 0.0

    @property
    def key(self) -> ClauseKey:
        return self.content_hash, self.start, self.end


@dataclass(frozen=True, slots=True)
class ClusteringFit:
    """The latest clustering of all clauses of a workspace: its time, its size, and the means that centre vectors.

    `means` are float16 little-endian vectors: the mean of all clauses, then the offset of each language from it.
    """

    model: str
    fitted_at: datetime
    clauses: int
    languages: tuple[str, ...]
    means: bytes


class Fate(StrEnum):
    """What became of a cluster when all clauses were clustered again."""

    FOUND = "found"
    CONTINUED = "continued"
    SPLIT = "split"  # it was split from the other
    MERGED = "merged"  # it was merged into the other
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Lineage:
    """One event in the history of a cluster. `share` of its clauses that still exist are in the `other` cluster."""

    at: datetime
    fate: Fate
    cluster: str
    other: str | None = None
    share: float | None = None


class EditKind(StrEnum):
    """How people can correct topics."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    PIN = "pin"
    IGNORE = "ignore"
    ADOPT = "adopt"
    CREATE = "create"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Edit:
    """A correction of a topic by a person. Edits are never changed; undoing one is another edit."""

    id: int
    kind: EditKind
    topic: str | None
    arguments: dict[str, Any]
    author: str
    at: datetime
    note: str | None = None


class Verdict(StrEnum):
    """What a person made of a proposal."""

    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on a proposal; `edit` is the number of the merge that followed from accepting it."""

    verdict: Verdict
    author: str
    at: datetime
    note: str | None = None
    edit: int | None = None


@dataclass(frozen=True, slots=True)
class MergeProposal:
    """A language model's guess that a topic says the same as the topic `into`. Only a person can merge them."""

    id: int
    topic: str
    into: str
    reason: str
    at: datetime
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class ExampleCause:
    """A cause that people defined by examples, as the code frame defines its causes by a library.

    `examples` and `counterexamples` are clauses: those that the topic was created with, and those that people moved
    into it and out of it since. `texts` are examples in people's own words. Without an example it collects nothing: its
    edit was undone, or all examples were moved elsewhere.
    """

    cause: LibraryCause
    examples: frozenset[ClauseKey] = frozenset()
    counterexamples: frozenset[ClauseKey] = frozenset()
    texts: tuple[str, ...] = ()
