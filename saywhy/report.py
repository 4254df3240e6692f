"""Everything a page shows, computed. Templates and renderers do no arithmetic.

`dataclasses.asdict(report)` is the JSON that `saywhy report --format json` and `GET /v1/reports/{wave}` give.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: What stands in a note: numbers as they are, so that every language writes them its own way.
Value = int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nps:
    """NPS in points (-100 … 100) with its 95 % interval; n counts all scored responses, then each group."""

    score: float
    low: float
    high: float
    n: int
    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True, slots=True)
class Impact:
    """What one theme or topic costs, in NPS points, with its 95 % interval. An association, not a cause.

    Positive means that it costs. `mentions` and `detractors` count responses that name it (negatively, unless
    another polarity was asked for); `promoters` likewise.
    """

    key: str
    impact: float
    low: float
    high: float
    mentions: int
    detractors: int
    promoters: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim with personal data masked; the clause it stands for is `text[start:end]`."""

    text: str
    start: int
    end: int
    language: str
    score: int | None
    wave: str | None = None
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """One row of the ranking: a theme or a topic, what it costs and the quotes that prove it."""

    rank: int
    kind: str  # "theme" or "topic"
    id: str
    label: str
    theme: str
    impact: float
    low: float
    high: float
    mentions: int
    detractors: int
    promoters: int
    significant: bool  # the whole interval lies above 0
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    waves: tuple[tuple[str, int], ...] = ()  # (wave, responses that mention it), in order of the waves
    is_new: bool = False  # it came up in the latest wave: hardly a mention before, which is no accident
    concentrated_in: str | None = None  # the segment it is mentioned in far more often than elsewhere
    revenue_at_risk: float | None = None  # annual revenue of accounts with a detractor who names it
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupNps:
    """NPS of one wave or one segment."""

    name: str
    nps: Nps


@dataclass(frozen=True, slots=True)
class RatingSummary:
    """A rating scale (1-5, 1-10): its mean and top-box share (0 … 1). Never NPS."""

    scale: str
    n: int
    mean: float
    top_box: float


@dataclass(frozen=True, slots=True)
class Counts:
    """How many responses went into the report, and how many comments of what kind."""

    responses: int
    scored: int
    comments: int
    non_answers: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader must know: which sentence of the renderers' catalogues (`key`), and what is filled into it."""

    key: str
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to "why this score?" for one wave, or for all (`wave` is "all")."""

    wave: str
    generated_at: str  # ISO 8601, UTC
    model: str
    counts: Counts
    nps: Nps | None  # None where nothing was asked on the 0-10 scale
    nps_with_comment: Nps | None
    ratings: tuple[RatingSummary, ...]
    waves: tuple[GroupNps, ...]
    segments: tuple[GroupNps, ...]
    languages: tuple[tuple[str, int], ...]  # (language, comments), most frequent first
    sentiment: tuple[tuple[str, int], ...]  # (label, comments)
    issues: tuple[Issue, ...]  # themes and topics in one ranking, costliest first
    delights: tuple[Issue, ...]  # what promoters praise; `impact` is what it adds
    notes: tuple[Note, ...]  # what a reader must know: small n, association is not cause, …
