"""The contexts of the templates: every number is formatted and every position computed.

Templates do no arithmetic: they only iterate over these values.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.render.geometry import Mark, Part
from saywhy.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled tick mark of an axis."""

    x: str
    label: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A count with its share of a total, as a row with a bar."""

    key: str
    name: str
    count: str
    share: str
    bar: Part


@dataclass(frozen=True, slots=True)
class ScorePanel:
    """The NPS, its interval and its three groups of respondents."""

    score: str
    interval: str
    n: str
    groups: tuple[Amount, ...]
    with_comment: str | None


@dataclass(frozen=True, slots=True)
class RatingRow:
    """The ratings on one scale, which are never NPS."""

    name: str
    n: str
    mean: str
    top_box: str


@dataclass(frozen=True, slots=True)
class QuoteText:
    """A quote in three parts; the middle one is the clause that names the cause."""

    before: str
    clause: str
    after: str
    language: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Further details of a row: a title and its entries."""

    title: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with a detail in small print, mostly its interval, and a mark that makes it stand out."""

    value: str
    detail: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of figures. `anchor` is that of the issue in the ranking, None if the issue is not on the page."""

    name: str
    kind: str
    figures: tuple[Figure, ...]
    anchor: str | None = None
    name_language: str | None = None
    badges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Rows of figures under their column titles; the rows in `more` are folded."""

    title: str
    hint: str
    item_title: str
    columns: tuple[str, ...]
    rows: tuple[FigureRow, ...]
    more: tuple[FigureRow, ...] = ()
    size: str = ""


@dataclass(frozen=True, slots=True)
class ChangePanel:
    """The change since the wave before, in sentences and in figures."""

    title: str
    sentences: tuple[str, ...]
    causes: FigureTable | None


@dataclass(frozen=True, slots=True)
class BenchmarkPanel:
    """What the report is compared with: the NPS of both, sentences, causes that only the reference names, and notes."""

    title: str
    scores: FigureTable | None
    sentences: tuple[str, ...]
    only_there: FigureTable | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertPanel:
    """Complaints named more often than before, with the rate of false alarms."""

    title: str
    hint: str
    alerts: tuple[FindingText, ...]


@dataclass(frozen=True, slots=True)
class IssueRow:
    """A row of the ranking with its evidence. `sure`: the impact is significant; `is_part`: it is a part of a theme.

    `benchmark` has a figure for each of these columns of the table. `estimate` is the impact in numbers, for drawings
    in characters.
    """

    anchor: str
    rank: str
    is_part: bool
    label: str
    label_language: str | None
    kind: str
    badges: tuple[str, ...]
    sure: bool
    impact: str
    interval: str
    estimate: Estimate
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
    benchmark: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class IssueTable:
    """Issues on one axis. `columns` is the number of columns; without NPS there is no impact.

    `benchmark` has the titles of the columns of a comparison, if there is one. `group_title` names the group that is
    counted: detractors for complaints, promoters for praise.
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
    benchmark: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first issues in one table, and the remaining ones, with wider intervals, in another with its own axis."""

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
    """NPS by wave, or by value of one segment dimension, on one axis."""

    title: str
    rows: tuple[GroupRow, ...]
    ticks: tuple[Tick, ...]
    zero: str
    size: str
    folded: bool


@dataclass(frozen=True, slots=True)
class FindingText:
    """A finding as a sentence, with the anchor of its issue in the ranking if there is one."""

    text: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """The context of `report.html.j2`."""

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
    scenarios: FigureTable | None
    fixes: FigureTable | None
    delights: Ranking
    change: ChangePanel | None
    benchmark: BenchmarkPanel | None
    alerts: AlertPanel | None
    waves: GroupTable | None
    segments: tuple[GroupTable, ...]
    concentrations: FigureTable | None
    sentiment: tuple[Amount, ...]
    languages: tuple[Amount, ...]
    notes: tuple[str, ...]
