"""What a shared link shows of a report: the filters of the overview, or one cause."""

from __future__ import annotations

from pipelines.render.document import Selection
from pipelines.render.narrowing import issues_of, marks_of, narrowed
from pipelines.render.tree import REST
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.report import ALL_WAVES, Report
from saywhy.shared_link import SharedView
from saywhy.view_filters import Filters


def selection_of(
    view: SharedView, report: Report, code_frame: CodeFrame, wording: Wording, aside: frozenset[str]
) -> Selection:
    """The part of the report that a view shows; `aside` are the keys of causes that people ignore for now."""
    filters = view.chosen
    is_praise = filters.group == "promoters"
    if view.cause is not None:
        wave = wording["all_waves"] if report.wave == ALL_WAVES else report.wave
        return Selection(cause=view.cause, is_praise=is_praise, described=((wording["wave"], wave),))
    if not view.filters and not aside:
        return Selection()
    issues = issues_of(report, filters)
    trees = narrowed(issues, marks_of(issues, report, aside), filters, code_frame, wording)
    nodes = (node for tree in trees for node in (tree.root, *tree.parts) if node.issue.kind != REST)
    keys = tuple(str(node.issue.key) for node in nodes)
    return Selection(keys, is_praise, filters.segment, described=described(filters, wording))


def described(filters: Filters, wording: Wording) -> tuple[tuple[str, str], ...]:
    """What filters choose, in words: (title, value) of each that is not as by default."""
    chosen = filters.query()
    words = {
        "segment": wording.segment(filters.segment),
        "voice": wording.language_name(filters.voice) if filters.voice else "",
        "group": wording[filters.group],
        "mark": wording[f"overview.mark_{filters.mark}"] if filters.mark else "",
        "sort": wording[f"overview.sort_{filters.sort}"],
    }
    return tuple((wording[f"overview.filter_{name}"], value) for name, value in words.items() if name in chosen)
