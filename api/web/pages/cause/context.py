"""The context of the page of a cause: everything that its template prints."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.charts import LineChart
from api.web.downloads import FileLink
from api.web.selects import Select
from api.web.sharing import ShareForm
from api.web.shell import Choice, Link
from pipelines.render.context import Fact, Figure, QuoteText, Tick
from pipelines.render.geometry import Mark


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes an entry of the history back: the form's `action`, and the number that it sends."""

    action: str
    number: str
    label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person or the machine did to the cause. `outcome` says why it does not hold, empty if it does.

    `links` lead to other causes that it made or concerns.
    """

    text: str
    note: str
    by: str
    moment: str
    outcome: str
    links: tuple[Link, ...]
    undo: Undo | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What the cause costs, or adds, in NPS points, or that this is not known."""

    title: str
    points: str
    interval: str
    drawing: Mark
    zero: str
    ticks: tuple[Tick, ...]
    is_sure: bool
    unsure: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A step from new to verified. `detail` tells when or how much."""

    name: str
    label: str
    detail: str
    is_current: bool
    is_done: bool


@dataclass(frozen=True, slots=True)
class HandlingPart:
    """How people handle the cause. The fields are as forms send them; `ticket_href` is None unless it is an address."""

    stages: tuple[Stage, ...]
    steps: tuple[Choice, ...]  # what people may set it to
    owner: str
    ticket: str
    ticket_href: str | None
    effort: str
    effort_text: str
    fixed: str  # since when, and what that brought; empty if it is not marked as fixed
    aside: str  # until when it is set aside; empty if it is not
    aside_over: bool
    waves: tuple[Choice, ...]
    may_fix: bool


@dataclass(frozen=True, slots=True)
class MarkedQuote:
    """A quote. `comment` is what edits call it, None where it may not be edited."""

    quote: QuoteText
    comment: str | None


@dataclass(frozen=True, slots=True)
class QuoteGroup:
    """The quotes of a score group; those in `more` are folded. `count`: how many of it name the cause.

    `href` leads to all comments of the group on the cause; None where they cannot be shown one by one.
    """

    key: str
    title: str
    range: str
    count: str
    href: str | None
    quotes: tuple[MarkedQuote, ...]
    more: tuple[MarkedQuote, ...]
    more_label: str


@dataclass(frozen=True, slots=True)
class WaveRow:
    """A wave: the share that names the cause, and what it costs there."""

    wave: str
    share: str
    interval: str
    mentions: str
    points: Figure


@dataclass(frozen=True, slots=True)
class When:
    """How often the cause is named, by wave."""

    chart: LineChart
    rows: tuple[WaveRow, ...]
    points_title: str
    table_files: tuple[FileLink, ...]
    figure_files: tuple[FileLink, ...]


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment in which the cause is named more often than elsewhere."""

    dimension: str
    segment: str
    times: Figure
    drawing: Mark
    rate: str
    elsewhere: str


@dataclass(frozen=True, slots=True)
class Where:
    """The segments on one axis; `zero` is where it begins."""

    rows: tuple[SegmentRow, ...]
    zero: str
    table_files: tuple[FileLink, ...]
    figure_files: tuple[FileLink, ...]


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """An account that names the cause; `href` leads to its page, None if who it is may not be known."""

    account: str
    href: str | None
    score: str
    answers: str
    last: str
    revenue: str


@dataclass(frozen=True, slots=True)
class Who:
    """The accounts that name the cause; those in `more` are folded. `unlisted` says how many are not listed, and
    `searched` among how many responses was looked; empty if all are.
    """

    rows: tuple[CustomerRow, ...]
    more: tuple[CustomerRow, ...]
    more_label: str
    unlisted: str
    searched: str
    has_revenue: bool
    table_files: tuple[FileLink, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """Another cause, or a part of this one, with a detail; `href` is None for what has no page."""

    label: str
    detail: str
    href: str | None


@dataclass(frozen=True, slots=True)
class TopicForms:
    """What people may correct of the topic. `others` are those of the same kind to merge into or move to."""

    id: str
    name: str
    definition: str
    others: tuple[Choice, ...]
    parts: tuple[Choice, ...]
    is_pinned: bool
    is_ignored: bool
    is_adopted: bool
    takes_comments: bool


@dataclass(frozen=True, slots=True)
class CausePage:
    """The page of a cause. `here` is its address, `action` that of its forms.

    `wave` and `side` are what is chosen, empty for what is shown by default. `sides` lead to the cause as complaint and
    as praise, empty where it is only one of them; `done` is what was just done; `stale` says that the figures are from
    before an edit, `unranked` that there are none. `comments` leads to all comments on the cause. Who `may_choose`
    moves and splits off the comments of quotes.
    """

    title: str
    label_language: str | None
    kind: str
    theme: Link | None
    badges: tuple[str, ...]
    here: str
    path: str
    action: str
    side: str
    wave: str
    waves: Select
    sides: tuple[Link, ...]
    definition: str
    definition_title: str
    done: Entry | None
    stale: str
    unranked: str
    cost: Cost | None
    facts: tuple[Fact, ...]
    handling: HandlingPart | None
    quotes: tuple[QuoteGroup, ...]
    comments: str | None
    may_choose: bool
    when: When | None
    where: Where | None
    who: Who | None
    co_named: tuple[Related, ...]
    parts: tuple[Related, ...]
    parts_title: str
    topic: TopicForms | None
    history: tuple[Entry, ...]
    may_edit: bool
    share: ShareForm | None
    report_href: str | None
