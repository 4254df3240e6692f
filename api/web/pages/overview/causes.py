"""The ranking of causes as a tree, filtered and sorted."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from api.web.cause_links import cause_href
from api.web.charts import Sparkline, sparkline
from api.web.downloads import figure_links, table_links
from api.web.pages.overview.context import Badge, CauseRow, CauseTable
from api.web.rendering import Web
from pipelines.render.amounts import ticks
from pipelines.render.geometry import Axis
from pipelines.render.narrowing import issues_of, marks_of, narrowed
from pipelines.render.ranking import issue_badges, issue_kind, issue_label, label_language
from pipelines.render.tree import REST, Node
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.issue import Issue
from saywhy.report import Report
from saywhy.view_filters import Filters

#: Where the files of the overview are: its own address has no name before the ending.
FILES = "/overview"

#: Rows that are shown at first.
VISIBLE_ROWS = 25


def cause_table(
    report: Report, filters: Filters, code_frame: CodeFrame, web: Web, aside: Collection[str] = ()
) -> CauseTable:
    """The complaints of the report, or its praise, that pass the filters, in the order that they choose.

    Complaints that people set `aside` (their keys) are shown only where the filter asks for them.
    """
    wording, is_praise = web.wording, filters.group == "promoters"
    marks = marks_of(issues_of(report, filters), report, aside)
    listed = listed_causes(report, filters, marks, code_frame, wording)
    visible = listed if filters.rows == "all" else listed[:VISIBLE_ROWS]
    seen = [node.issue for node, _ in visible]
    axis = Axis.around(edge for issue in seen for edge in (issue.low, issue.impact, issue.high))
    rows = tuple(_row(node, is_context, axis, marks, report, filters, code_frame, web) for node, is_context in visible)
    name = "delights" if is_praise else "ranking"
    has_impact = report.nps is not None
    return CauseTable(
        title=wording[name if has_impact else f"{name}_by_mentions"],
        hint=wording["overview.causes_hint" if has_impact else "ranking_without_nps"],
        caption=wording["overview.causes_caption"],
        item_title=wording["delight" if is_praise else "issue"],
        impact_title=wording["adds" if is_praise else "costs"],
        people_title=wording[filters.group],
        is_praise=is_praise,
        rows=rows,
        ticks=ticks(axis, wording),
        zero=axis.position(0),
        has_impact=has_impact,
        has_revenue=any(issue.revenue_at_risk is not None for issue in seen),
        has_trend=any(row.trend for row in rows),
        has_times=any(row.times for row in rows),
        nothing=wording["overview.nothing_matches" if filters.is_narrowed else "lead_none"],
        table_files=table_links(web, FILES, filters.query(), wording["overview.causes_caption"]),
        figure_files=figure_links(web, FILES, filters.query(), wording["overview.causes_caption"], "causes"),
        more=web.href("/", **{**filters.query(), "rows": "all"}) if len(listed) > len(visible) else None,
        more_label=wording("overview.more_causes", n=wording.count(len(listed))),
    )


def listed_causes(
    report: Report, filters: Filters, marks: Mapping[str, set[str]], code_frame: CodeFrame, wording: Wording
) -> list[tuple[Node, bool]]:
    """All rows that pass the filters, in order, and whether each is there for its parts alone."""
    shown = narrowed(issues_of(report, filters), marks, filters, code_frame, wording)
    return [(node, tree.is_context and node is tree.root) for tree in shown for node in (tree.root, *tree.parts)]


def _row(
    node: Node,
    is_context: bool,
    axis: Axis,
    marks: Mapping[str, set[str]],
    report: Report,
    filters: Filters,
    code_frame: CodeFrame,
    web: Web,
) -> CauseRow:
    issue, wording = node.issue, web.wording
    times = next((rate.times.value for rate in issue.segments if rate.segment == filters.segment), None)
    return CauseRow(
        number=node.number,
        is_part=node.is_part,
        is_context=is_context,
        label=issue_label(issue, code_frame, wording),
        label_language=label_language(issue, wording),
        href=cause_href(web, issue.key, wave=report.wave, is_praise=filters.group == "promoters"),
        kind="" if node.is_part else issue_kind(issue, code_frame, wording),
        badges=_badges(issue, marks.get(str(issue.key), set()), wording),
        sure=issue.significant,
        impact=wording.points(issue.impact),
        interval=wording.interval(issue.low, issue.high),
        drawing=axis.mark(issue.impact, issue.low, issue.high),
        mentions=wording.amount(issue.mentions),
        people=wording.amount(getattr(issue, filters.group)),
        revenue="–" if issue.revenue_at_risk is None else wording.amount(issue.revenue_at_risk),
        trend=_trend(issue, report, wording),
        times="" if times is None else wording("overview.times", times=wording.points(times)),
    )


def _badges(issue: Issue, marks: set[str], wording: Wording) -> tuple[Badge, ...]:
    """The marks that filters know, then those of the report page that they do not know."""
    if issue.kind == REST:
        return ()
    known = [
        mark for mark in ("ignored", "regressed", "escalating", "new", "pebble", "fixed", "unsure") if mark in marks
    ]
    badges = [Badge(mark, wording[f"overview.mark_{mark}"]) for mark in known]
    further = (label for label in issue_badges(issue, wording) if label not in (wording["new"], wording["pebble"]))
    return (*badges, *(Badge("other", label) for label in further))


def _trend(issue: Issue, report: Report, wording: Wording) -> Sparkline | None:
    """How many of 100 scored responses of each wave name it: waves are of different sizes."""
    sizes = {group.name: group.nps.n for group in report.waves}
    shares = [(wave, mentions / sizes[wave]) for wave, mentions in issue.waves if sizes.get(wave)]
    listed = wording["comma"].join(f"{wave} {wording.points(100 * share)}" for wave, share in shares)
    return sparkline([share for _, share in shares], wording("overview.trend_text", waves=listed))
