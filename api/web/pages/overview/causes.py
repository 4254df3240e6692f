"""The ranking of causes as a tree, filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.web.cause_links import cause_href
from api.web.charts import Sparkline, sparkline
from api.web.pages.overview.context import Badge, CauseRow, CauseTable
from api.web.pages.overview.filters import Filters
from api.web.rendering import Web
from pipelines.render.amounts import ticks
from pipelines.render.geometry import Axis
from pipelines.render.ranking import issue_badges, issue_kind, issue_label, label_language
from pipelines.render.tree import REST, Node, trees
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.fix import FixState
from saywhy.issue import Issue
from saywhy.report import Report

#: Rows that are shown at first.
VISIBLE_ROWS = 25


@dataclass(frozen=True, slots=True)
class Tree:
    """A theme with its causes that pass the filter; `is_context`: the theme itself does not."""

    root: Node
    parts: tuple[Node, ...]
    is_context: bool


def cause_table(
    report: Report, filters: Filters, code_frame: CodeFrame, web: Web, aside: Collection[str] = ()
) -> CauseTable:
    """The complaints of the report, or its praise, that pass the filters, in the order that they choose.

    Complaints that people set `aside` (their keys) are shown only where the filter asks for them.
    """
    wording, is_praise = web.wording, filters.group == "promoters"
    issues = report.delights if is_praise else report.issues
    marks = marks_of(issues, report, aside)

    def passes(node: Node) -> bool:
        return _passes(node, filters, marks)

    shown = _sorted(_filtered(trees(issues), passes), filters, code_frame, web)
    listed = [(node, tree.is_context and node is tree.root) for tree in shown for node in (tree.root, *tree.parts)]
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
        more=web.href("/", **{**filters.query(), "rows": "all"}) if len(listed) > len(visible) else None,
        more_label=wording("overview.more_causes", n=wording.count(len(listed))),
    )


def marks_of(issues: Sequence[Issue], report: Report, aside: Collection[str] = ()) -> dict[str, set[str]]:
    """The marks (`filters.Mark`) of complaints, or of praise, by the keys of the causes. What escalates or was fixed is
    a complaint.
    """
    marks: dict[str, set[str]] = {}
    for issue in issues:
        flags = {"new": issue.is_new, "pebble": issue.is_pebble, "unsure": not issue.significant}
        marks[str(issue.key)] = {mark for mark, is_set in flags.items() if is_set}
    if issues is report.issues:
        for alert in report.alerts:
            marks.setdefault(str(alert.key), set()).add("escalating")
        for fix in report.fixes:
            if fix.state is not FixState.WATCHING:
                marks.setdefault(fix.cause, set()).add("fixed" if fix.state is FixState.VERIFIED else "regressed")
        for issue in issues:
            if str(issue.key) in aside or issue.parent in aside:  # a theme takes its causes along
                marks[str(issue.key)].add("ignored")
    return marks


def _passes(node: Node, filters: Filters, marks: Mapping[str, set[str]]) -> bool:
    issue = node.issue
    if node.issue.kind == REST:
        return not filters.is_narrowed and "ignored" not in marks.get(f"theme:{issue.id}", ())
    if "ignored" in marks[str(issue.key)] and filters.mark != "ignored":
        return False
    return (
        (not filters.segment or filters.segment in {rate.segment for rate in issue.segments})
        and (not filters.voice or filters.voice in issue.languages)
        and (not filters.mark or filters.mark in marks[str(issue.key)])
        and (filters.group != "passives" or issue.passives > 0)
    )


def _filtered(all_trees: Sequence[Sequence[Node]], passes: Callable[[Node], bool]) -> Iterator[Tree]:
    """The trees with what passes; a theme stays for its causes."""
    for root, *parts in all_trees:
        kept, is_context = tuple(filter(passes, parts)), not passes(root)
        if kept or not is_context:
            yield Tree(root, kept, is_context)


def _sorted(found: Iterator[Tree], filters: Filters, code_frame: CodeFrame, web: Web) -> list[Tree]:
    """In the order of the ranking, or by another column, the causes of a theme among themselves."""
    if filters.sort == "rank":
        return list(found)

    def key(node: Node) -> tuple[float, str]:
        issue = node.issue
        if filters.sort == "name":
            return 0, issue_label(issue, code_frame, web.wording).casefold()
        numbers = {"mentions": issue.mentions, "people": getattr(issue, filters.group)}
        return -float(numbers.get(filters.sort, issue.revenue_at_risk or 0)), ""

    in_order = [Tree(tree.root, tuple(sorted(tree.parts, key=key)), tree.is_context) for tree in found]
    return sorted(in_order, key=lambda tree: key(tree.root))


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
