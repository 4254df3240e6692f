"""What a shared link shows of a report: the filters of the overview, or one cause."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import TypeAdapter, ValidationError

from pipelines.render.document import Selection
from pipelines.render.narrowing import issues_of, marks_of, narrowed
from pipelines.render.tree import REST
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.errors import InvalidInput
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES, Report
from saywhy.shared_link import SharedView
from saywhy.view_filters import OVERVIEW, Filters

_FILTERS = TypeAdapter(Filters)
_CAUSES = "/causes/"

#: What of the overview is no choice among causes.
_NOT_SHARED = ("wave", "rows")


def view_of(filters: Filters, cause: str | None = None) -> SharedView:
    """The view of a report with these filters, or of a cause of it. Raises `InvalidInput` for a key that is none."""
    if cause is not None:
        key = CauseKey.parse(cause)
        if key.kind not in ("theme", "topic") or not key.id:
            raise InvalidInput(f"{cause[:100]!r} is no cause: give `theme:ID` or `topic:ID`")
        filters = Filters(wave=filters.wave, group=filters.group)
    chosen = {name: str(value) for name, value in filters.query().items() if name not in _NOT_SHARED}
    return SharedView(filters.wave, cause, chosen)


def view_at(address: str) -> SharedView:
    """The view that is at an address of the overview or of a cause. Raises `InvalidInput` for another address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise InvalidInput("that address cannot be shared: it is none") from None
    if parts.netloc or not (parts.path == OVERVIEW or parts.path.startswith(_CAUSES)):
        raise InvalidInput("only the overview and causes can be shared")
    if parts.path == OVERVIEW:
        return view_of(Filters.of_address(address))
    query = dict(parse_qsl(parts.query))
    filters = Filters(
        query.get("wave", ALL_WAVES), group="promoters" if query.get("side") == "praise" else "detractors"
    )
    return view_of(filters, unquote(parts.path.removeprefix(_CAUSES)))


def filters_of(view: SharedView) -> Filters:
    """The filters of a view. What they choose and is not there any more chooses nothing."""
    try:
        return _FILTERS.validate_python({**view.filters, "wave": view.wave})
    except ValidationError:
        return Filters(wave=view.wave)


def selection_of(
    view: SharedView, report: Report, code_frame: CodeFrame, wording: Wording, aside: frozenset[str]
) -> Selection:
    """The part of the report that a view shows; `aside` are the keys of causes that people ignore for now."""
    filters = filters_of(view)
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
