"""The ranking as a tree: a theme, its causes and the rest of it, so that rows of one matter stand together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from saywhy.issue import Issue

#: The kind of a row that is neither a theme nor a topic, but what is left of a theme.
REST = "rest"


@dataclass(frozen=True, slots=True)
class Node:
    """A row of the tree. `number` is "2" for a theme, "2.1" for a cause in it, and empty for the rest of it."""

    issue: Issue
    number: str
    is_part: bool = False


def trees(issues: Sequence[Issue]) -> list[list[Node]]:
    """The themes, each followed by its causes in order and by the rest of it; a cause without its theme stands alone.

    A tree comes before those whose first row ranks lower, so that the costliest row is in the first tree.
    """
    keys = {str(issue.key) for issue in issues}
    parts: defaultdict[str, list[Issue]] = defaultdict(list)  # by the key of the theme
    roots: list[Issue] = []
    for issue in issues:
        if issue.parent in keys:
            parts[str(issue.parent)].append(issue)
        else:
            roots.append(issue)

    def best_rank(root: Issue) -> int:
        return min(issue.rank for issue in [root, *parts[str(root.key)]])

    return [
        [Node(root, str(number)), *_parts(root, number, parts[str(root.key)])]
        for number, root in enumerate(sorted(roots, key=best_rank), 1)
    ]


def _parts(root: Issue, number: int, topics: Sequence[Issue]) -> list[Node]:
    nodes = [Node(topic, f"{number}.{index}", True) for index, topic in enumerate(topics, 1)]
    return [*nodes, Node(_rest(root), "", True)] if topics and root.rest else nodes


def _rest(theme: Issue) -> Issue:
    """The rest of a theme as a row without evidence of its own."""
    rest = theme.rest
    assert rest is not None
    return Issue(
        rank=theme.rank,
        kind=REST,
        id=theme.id,
        label=theme.label,
        theme=theme.theme,
        impact=rest.impact,
        low=rest.low,
        high=rest.high,
        mentions=rest.mentions,
        detractors=rest.detractors,
        promoters=rest.promoters,
        significant=rest.low > 0,
        leave_out=rest.leave_out,
        top_three=rest.top_three,
    )
