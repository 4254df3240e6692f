"""The context of `document.html.j2`: every number is formatted and every position computed."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.render.context import Amount, FindingText, GroupTable, IssueTable, QuoteText, ScorePanel


@dataclass(frozen=True, slots=True)
class CauseSection:
    """A cause by itself: what it costs or adds, what it is, when and where it is named, and what people say of it."""

    number: str
    label: str
    label_language: str | None
    kind: str
    badges: tuple[str, ...]
    points: str
    interval: str
    counts: tuple[tuple[str, str], ...]
    definition: str
    segments: tuple[str, ...]
    waves: tuple[Amount, ...]
    quotes: tuple[QuoteText, ...]


@dataclass(frozen=True, slots=True)
class DocumentRanking:
    """Causes in one table; `more` says how many rows are left out, empty if none is."""

    kind: str  # "costs" or "adds"
    title: str
    hint: str
    nothing: str
    table: IssueTable | None
    more: str


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The same document in another language, named in it."""

    label: str
    language: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A document. `chosen` says what it is narrowed to, as (title, value); `banner` who shares it and until when.

    Its title stands on every page of a PDF. `languages` are links to the document in other languages; a PDF has none.
    """

    title: str
    subject: str
    chosen: tuple[tuple[str, str], ...]
    banner: str
    languages: tuple[LanguageLink, ...]
    score: ScorePanel | None
    score_title: str
    no_score: str
    lead: str
    findings: tuple[FindingText, ...]
    waves: GroupTable | None
    rankings: tuple[DocumentRanking, ...]
    causes_title: str
    causes: tuple[CauseSection, ...]
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    generated: str
