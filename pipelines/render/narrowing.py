"""Which causes of a ranking a view keeps, with which marks, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.render.ranking import issue_label
from pipelines.render.tree import REST, Node, trees
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.fix import FixState
from saywhy.issue import Issue
from saywhy.report import Report
from saywhy.view_filters import Filters


@dataclass(frozen=True, slots=True)
class Tree:
    """A theme with its causes that pass the filter; `is_context`: the theme itself does not."""

    root: Node
    parts: tuple[Node, ...]
    is_context: bool


def issues_of(report: Report, filters: Filters) -> tuple[Issue, ...]:
    """The ranking that the filters choose: complaints, or praise by promoters."""
    return report.delights if filters.group == "promoters" else report.issues


def marks_of(issues: Sequence[Issue], report: Report, aside: Collection[str] = ()) -> dict[str, set[str]]:
    """The marks (`view_filters.Mark`) of complaints, or of praise, by the keys of the causes. What escalates or was
    fixed is a complaint.
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


def narrowed(
    issues: Sequence[Issue],
    marks: Mapping[str, set[str]],
    filters: Filters,
    code_frame: CodeFrame,
    wording: Wording,
) -> list[Tree]:
    """The trees of the ranking with what passes the filters, in the order that they choose.

    Complaints that people set aside are kept only where the filter asks for them.
    """
    kept = _filtered(trees(issues), lambda node: _passes(node, filters, marks))
    if filters.sort == "rank":
        return list(kept)
    in_order = [
        Tree(
            tree.root,
            tuple(sorted(tree.parts, key=lambda node: _sort_key(node.issue, filters, code_frame, wording))),
            tree.is_context,
        )
        for tree in kept
    ]
    return sorted(in_order, key=lambda tree: _sort_key(tree.root.issue, filters, code_frame, wording))


def most_specific(chosen: Sequence[Tree], filters: Filters, code_frame: CodeFrame, wording: Wording) -> list[Issue]:
    """The causes of the trees, and the themes in which none was found, in the order that the filters choose."""
    leaves = []
    for tree in chosen:
        causes = [node.issue for node in tree.parts if node.issue.kind != REST]
        leaves += causes or ([] if tree.is_context else [tree.root.issue])
    return sorted(leaves, key=lambda issue: _sort_key(issue, filters, code_frame, wording))


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


def _sort_key(issue: Issue, filters: Filters, code_frame: CodeFrame, wording: Wording) -> tuple[float, str]:
    """The key by which causes are sorted: that of the ranking, or of another column."""
    if filters.sort == "name":
        return 0, issue_label(issue, code_frame, wording).casefold()
    numbers = {"mentions": issue.mentions, "people": getattr(issue, filters.group)}
    if filters.sort == "rank":
        return issue.rank, ""
    return -float(numbers.get(filters.sort, issue.revenue_at_risk or 0)), ""
