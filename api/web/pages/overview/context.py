"""The context of the overview: everything that its template prints."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.charts import LineChart, Sparkline
from api.web.selects import Select
from api.web.shell import Choice
from pipelines.render.context import FindingText, GroupTable, ScorePanel, Tick
from pipelines.render.geometry import Mark


@dataclass(frozen=True, slots=True)
class Badge:
    """A mark of a cause: `kind` is one of `filters.Mark`, or "other"."""

    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class CauseRow:
    """A row of the tree: a theme, a cause in it (`is_part`), or the rest of the theme.

    `href` leads to its quotes. `sure`: the impact is significant. A row that is only there for its parts `is_context`.
    """

    number: str
    is_part: bool
    is_context: bool
    label: str
    label_language: str | None
    href: str
    kind: str
    badges: tuple[Badge, ...]
    sure: bool
    impact: str
    interval: str
    drawing: Mark
    mentions: str
    people: str
    revenue: str
    trend: Sparkline | None
    times: str


@dataclass(frozen=True, slots=True)
class CauseTable:
    """The ranking as a tree. Columns that no row has anything for are left out; `zero` is where the axis is 0.

    `more` leads to the rows that are left out; None if there are none.
    """

    title: str
    hint: str
    caption: str
    item_title: str
    impact_title: str
    people_title: str
    is_praise: bool
    rows: tuple[CauseRow, ...]
    ticks: tuple[Tick, ...]
    zero: str
    has_impact: bool
    has_revenue: bool
    has_trend: bool
    has_times: bool
    nothing: str
    more: str | None
    more_label: str


@dataclass(frozen=True, slots=True)
class PinnedNote:
    """What happened in a wave, as somebody wrote it down. `number` stands in the chart."""

    number: str
    id: str
    wave: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The NPS by wave: as a chart and, beside it, as a table. Its notes may be changed if `waves` is not empty."""

    chart: LineChart
    table: GroupTable
    notes: tuple[PinnedNote, ...]


@dataclass(frozen=True, slots=True)
class SavedViewLink:
    """A saved view: an address with a name."""

    id: str
    name: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ReportPart:
    """What the overview shows of a report."""

    score: ScorePanel | None
    score_title: str
    no_score: str
    lead: str
    findings: tuple[FindingText, ...]
    trend: Trend | None
    causes: CauseTable
    report_href: str
    generated: str


@dataclass(frozen=True, slots=True)
class EmptyPart:
    """Before the first analysis: how many responses there are, in words, and whether an analysis is under way."""

    responses: str | None
    is_analysing: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The overview. Exactly one of `report` and `empty` is there. `here` is its address, to be saved or returned to.

    `may_edit`: whoever asks may pin notes and save views; `waves` are those to which a note can be pinned.
    """

    here: str
    reset: str | None
    filters: tuple[Select, ...]
    rows: str
    report: ReportPart | None
    empty: EmptyPart | None
    views: tuple[SavedViewLink, ...]
    may_edit: bool
    waves: tuple[Choice, ...]
