"""What the models say of a comment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Polarity(StrEnum):
    """How something feels. `mixed` only for a whole comment, or for a theme praised and blamed in one comment."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Of the whole comment: a label, a score in -1 … +1, a confidence in 0 … 1 (the label's probability).

    `uncertain`: the confidence is below the model's own limit, so a person should look.
    """

    label: Polarity
    score: float
    confidence: float
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class ThemeLabel:
    """One theme that the comment is about, with how the comment feels about it."""

    theme: str
    polarity: Polarity
    confidence: float


@dataclass(frozen=True, slots=True)
class Mention:
    """The span of a comment about one theme: `verbatim[start:end]`, in characters (code points)."""

    start: int
    end: int
    theme: str
    polarity: Polarity
    confidence: float


@dataclass(frozen=True, slots=True)
class Clause:
    """The unit that topics are made of: a span, the theme it fits best, its polarity, and its vector.

    `vector` is unit-length, float16 little-endian (2 bytes a dimension). Every clause of an answer is here,
    also those in which no theme is sure enough to be a mention.
    """

    start: int
    end: int
    theme: str
    polarity: Polarity
    vector: bytes


@dataclass(frozen=True, slots=True)
class Annotation:
    """All that the models said of one comment, with the model version that said it.

    `vector` is that of the whole comment, in the format of `Clause.vector`.
    """

    model: str
    sentiment: Sentiment
    themes: tuple[ThemeLabel, ...]
    mentions: tuple[Mention, ...]
    clauses: tuple[Clause, ...]
    vector: bytes
