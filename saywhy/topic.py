"""Root causes that the machine found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Topic:
    """A root cause found by clustering clauses, under the theme that most of its clauses fit.

    `id` is stable across runs. `centroid` is unit-length float16 little-endian like `Clause.vector`.
    `polarity` tells causes of complaint from causes of praise.
    """

    id: str
    theme: str
    label: str
    keywords: tuple[str, ...]
    polarity: str
    size: int
    centroid: bytes
    first_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """One clause of one comment belongs to one topic, with a confidence in 0 … 1."""

    content_hash: str
    start: int
    end: int
    topic: str
    confidence: float
