"""What the page shows, ready to print: every number formatted, every place computed.

The templates only walk through these.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.render.geometry import Mark, Part


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled line of an axis."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Amount:
    """How many of something, out of a whole: a row with a bar."""

    key: str
    name: str
    count: str
    share: str
    bar: Part


@dataclass(frozen=True, slots=True)
class ScorePanel:
    """The NPS, its interval and the three groups that make it."""

    score: str
    interval: str
    n: str
    groups: tuple[Amount, ...]
    with_comment: str | None


@dataclass(frozen=True, slots=True)
class RatingRow:
    """A rating scale, which is never NPS."""

    name: str
    n: str
    mean: str
    top_box: str


@dataclass(frozen=True, slots=True)
class QuoteText:
    """A quote in three pieces, the middle one being the clause it stands for."""

    before: str
    clause: str
    after: str
    language: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What else is known of a row: a title, and what stands under it."""

    title: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what stands small beneath it, mostly its interval."""

    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of figures. `anchor` is that of the issue it speaks of, None where it is not on the page."""

    name: str
    kind: str
    figures: tuple[Figure, ...]
    anchor: str | None = None
    name_language: str | None = None
    badges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Rows of figures under their titles; `more` are folded away."""

    title: str
    hint: str
    item_title: str
    columns: tuple[str, ...]
    rows: tuple[FigureRow, ...]
    more: tuple[FigureRow, ...] = ()
    size: str = ""


@dataclass(frozen=True, slots=True)
class ChangePanel:
    """What moved since the wave before, in sentences and in figures."""

    title: str
    sentences: tuple[str, ...]
    causes: FigureTable | None


@dataclass(frozen=True, slots=True)
class AlertPanel:
    """Complaints above their history, and how often that is a false alarm."""

    title: str
    hint: str
    alerts: tuple[FindingText, ...]


@dataclass(frozen=True, slots=True)
class IssueRow:
    """One row of the ranking with its evidence."""

    anchor: str
    rank: str
    label: str
    label_language: str | None
    kind: str
    badges: tuple[str, ...]
    sure: bool
    impact: str
    interval: str
    mark: Mark
    mentions: str
    group: str
    revenue: str
    quotes: tuple[QuoteText, ...]
    quote_count: str
    keywords: tuple[str, ...]
    waves: tuple[Amount, ...]
    voices: str
    facts: tuple[Fact, ...]
    has_evidence: bool
    audited: str | None


@dataclass(frozen=True, slots=True)
class IssueTable:
    """Issues on one axis. `columns` is how many there are; without NPS there is no impact to show.

    `group_title` names the group that matters: the detractors who name an issue, the promoters who praise.
    """

    title: str
    item_title: str
    impact_title: str
    impact_explained: str
    group_title: str
    rows: tuple[IssueRow, ...]
    size: str
    columns: str
    ticks: tuple[Tick, ...]
    zero: str
    has_impact: bool
    has_revenue: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """The issues in sight, and the rest on an axis of their own, lest their wide intervals squeeze the others."""

    title: str
    hint: str
    nothing: str
    tables: tuple[IssueTable, ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The NPS of one wave or segment."""

    name: str
    score: str
    interval: str
    n: str
    mark: Mark
    current: bool


@dataclass(frozen=True, slots=True)
class GroupTable:
    """NPS by wave, or by the values of one segment dimension, on one axis."""

    title: str
    rows: tuple[GroupRow, ...]
    ticks: tuple[Tick, ...]
    zero: str
    size: str
    folded: bool


@dataclass(frozen=True, slots=True)
class FindingText:
    """A finding in words, and the row of the ranking that bears it out (its anchor), where there is one."""

    text: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that `report.html.j2` prints."""

    title: str
    generated: str
    facts: tuple[tuple[str, str], ...]
    lead: str
    findings: tuple[FindingText, ...]
    score: ScorePanel | None
    no_score: str
    ratings: tuple[RatingRow, ...]
    issues: Ranking
    measures: FigureTable | None
    board: FigureTable | None
    delights: Ranking
    change: ChangePanel | None
    alerts: AlertPanel | None
    waves: GroupTable | None
    segments: tuple[GroupTable, ...]
    concentrations: FigureTable | None
    sentiment: tuple[Amount, ...]
    languages: tuple[Amount, ...]
    notes: tuple[str, ...]
