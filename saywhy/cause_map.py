"""A map: complaints in the plane, near each other where they are said in similar words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from saywhy.issue import CauseKey


@dataclass(frozen=True, slots=True)
class MappedCause:
    """A complaint that is a topic: what is known of it, and the vector by which it is placed.

    `vector` is the centroid of its clauses, of unit length, stored as in `Topic`. `is_ranked`: it is in the ranking of
    the report; the others are discovered topics without a clear subject.
    """

    key: CauseKey
    label: str
    theme: str
    detractors: int
    mentions: int
    vector: bytes
    is_ranked: bool
    is_discovered: bool
    labels: Mapping[str, str] = field(default_factory=dict)  # by language of the reader
    impact: float | None = None  # NPS points; None if it is not ranked

    def name(self, language: str) -> str:
        """The label in a language, or the one that it has if there is none in it."""
        return self.labels.get(language, self.label)
