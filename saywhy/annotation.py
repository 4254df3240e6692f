"""The annotation of a comment: sentiment, themes, mentions and vectors, by one model version."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Start and end offset in the verbatim, in characters.
Span = tuple[int, int]


class Polarity(StrEnum):
    """Polarity of a clause, theme or comment. `mixed` only for comments, and for themes both negative and positive."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    MIXED = "mixed"


def overall_polarity(polarities: set[Polarity]) -> Polarity:
    """Polarity of a theme from those of its mentions: mixed if both negative and positive, neutral if neither."""
    if {Polarity.NEGATIVE, Polarity.POSITIVE} <= polarities:
        return Polarity.MIXED
    for polarity in (Polarity.NEGATIVE, Polarity.POSITIVE):
        if polarity in polarities:
            return polarity
    return Polarity.NEUTRAL


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Sentiment of a whole comment.

    `score` is in -1 … +1, `confidence` (the probability of the label) in 0 … 1. `uncertain`: the confidence is below
    the limit of the model version, so a person should check the label.
    """

    label: Polarity
    score: float
    confidence: float
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class ThemeLabel:
    """A theme of the comment, and its polarity."""

    theme: str
    polarity: Polarity
    confidence: float


@dataclass(frozen=True, slots=True)
class Mention:
    """A clause that is about a theme: `verbatim[start:end]`, in characters (code points)."""

    start: int
    end: int
    theme: str
    polarity: Polarity
    confidence: float

    @property
    def span(self) -> Span:
        """Its start and end."""
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a comment, the unit of topic clustering: span, most probable theme, polarity, vector.

    `vector` has unit length, as float16 little-endian (2 bytes for each dimension). Clauses without a mention are
    included.
    """

    start: int
    end: int
    theme: str
    polarity: Polarity
    vector: bytes

    @property
    def span(self) -> Span:
        """Its start and end."""
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Annotation:
    """The annotation of one comment; `model` is the model version.

    `vector` is that of the whole comment, in the format of `Clause.vector`.
    """

    model: str
    sentiment: Sentiment
    themes: tuple[ThemeLabel, ...]
    mentions: tuple[Mention, ...]
    clauses: tuple[Clause, ...]
    vector: bytes


@dataclass(frozen=True, slots=True)
class NamedCause:
    """A clause that names a root cause of the code frame's library: `verbatim[start:end]`, in characters."""

    start: int
    end: int
    cause: str
    theme: str
    polarity: Polarity
    confidence: float
