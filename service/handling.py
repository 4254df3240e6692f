"""How people handle causes: progress, owner, ticket, setting aside, and the history of all that, effort and fixes too.

Anonymous workspaces have it too, of the causes that are published: it tells nothing of responses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import Conflict, NotFound
from saywhy.fix import Fix
from saywhy.handling import (
    LONGEST_LINES,
    Aside,
    Handling,
    HandlingChange,
    HandlingField,
    Progress,
)
from saywhy.issue import CauseKey, Issue
from saywhy.report import ALL_WAVES
from saywhy.store import Connection, Engine
from service.cause_changes import keep_change
from service.efforts import set_effort
from service.reports.reading import find_latest_report
from service.topics.validation import single_line
from service.topics.views import visible_topics
from service.workspaces import reading, writing


def read_handling(engine: Engine, workspace: str, cause: str) -> tuple[Handling, tuple[HandlingChange, ...]]:
    """How a cause (`kind:id`) is handled, and all changes of it, latest first.

    Raises `WorkspaceNotFound`, and `NotFound` for a cause without changes that is neither in the latest report nor
    among the topics.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        if not (changes := store.cause_changes.load(connection, workspace_id, cause)):
            _require_cause(connection, workspace_id, cause)
    return _handling(changes), tuple(reversed(changes))


def list_handling(engine: Engine, workspace: str) -> dict[str, Handling]:
    """How causes are handled, by key, of those of which anything was ever set. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        by_cause: dict[str, list[HandlingChange]] = {}
        for change in store.cause_changes.load(connection, workspace_id):
            by_cause.setdefault(change.cause, []).append(change)
    return {cause: _handling(changes) for cause, changes in by_cause.items()}


def change_handling(
    engine: Engine,
    workspace: str,
    cause: str,
    wanted: Mapping[HandlingField, Progress | str | Aside | None],
    *,
    by: str,
) -> tuple[HandlingChange, ...]:
    """Set progress, owner, ticket (an address or a number) or aside of a cause, or several of them, all or none.

    None and blank texts stand for nobody, no ticket, and set aside no longer. What a cause that is set aside costs now,
    and how many customers name it, is taken from the report. Returns the changes, none for a field that is the same.
    Raises `WorkspaceNotFound`, `InvalidInput`, and `NotFound` for a cause that is neither in the latest report nor
    among the topics.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        _require_cause(connection, workspace_id, cause)
        issue = _issues(connection, workspace_id).get(cause)
        changes = [
            _keep(connection, workspace_id, cause, field, _stored(field, value, issue), by=by)
            for field, value in wanted.items()
        ]
    return tuple(filter(None, changes))


def _stored(field: HandlingField, value: Progress | str | Aside | None, issue: Issue | None) -> Any:
    """The value as it is kept; None for what a cause is at first."""
    match value:
        case Progress():
            return None if value is Progress.NEW else value.value
        case Aside():
            points, customers = measures(issue)
            return replace(value, points_then=points or 0.0, customers_then=customers or 0).as_json()
        case str() if value.strip():
            return single_line(value, f"the {field}", LONGEST_LINES[field])
        case _:
            return None


def is_aside(handling: Handling, issue: Issue | None, today: date) -> bool:
    """Whether a cause is set aside, and none of the conditions holds yet, by what the latest report says of it."""
    return handling.aside is not None and not handling.aside.is_over(*measures(issue), today)


def causes_aside(engine: Engine, workspace: str, today: date | None = None) -> frozenset[str]:
    """The keys of the causes that are set aside, and whose conditions do not hold yet. Raises `WorkspaceNotFound`."""
    aside = {cause: handling for cause, handling in list_handling(engine, workspace).items() if handling.aside}
    if not aside:
        return frozenset()
    with reading(engine, workspace) as (connection, workspace_id):
        issues = _issues(connection, workspace_id)
    today = today or datetime.now(UTC).date()
    return frozenset(cause for cause, handling in aside.items() if is_aside(handling, issues.get(cause), today))


def measures(issue: Issue | None) -> tuple[float | None, int | None]:
    """What a cause costs in points, and how many customers name it; None where that is not known."""
    if issue is None:
        return None, None
    return issue.impact, issue.stake.accounts if issue.stake else None


def undo_change(engine: Engine, workspace: str, number: int, *, by: str, code_frame: CodeFrame) -> HandlingChange:
    """Set a field back to what it was before a change; undoing that restores it. Returns the change that was undone.

    Raises `WorkspaceNotFound`, `NotFound`, `Conflict` if the field was changed again since, and what marking a fix
    raises.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        changes = {change.id: change for change in store.cause_changes.load(connection, workspace_id)}
        if (change := changes.get(number)) is None:
            raise NotFound(f"there is no change {number}")
        _require_latest(change, changes)
    match change.field:
        case HandlingField.EFFORT:
            days = "none" if change.before is None else repr(change.before["days"])
            set_effort(engine, workspace, change.cause, days, by=by, undoes=number)
        case HandlingField.FIX:
            _undo_fix(engine, workspace, change, by, code_frame)
        case _:
            with writing(engine, workspace) as (connection, workspace_id):
                store.workspaces.lock(connection, workspace_id)
                _require_cause(connection, workspace_id, change.cause)
                _keep(connection, workspace_id, change.cause, change.field, change.before, by=by, undoes=number)
    return change


def _undo_fix(engine: Engine, workspace: str, change: HandlingChange, by: str, code_frame: CodeFrame) -> None:
    from service.fixes import mark_fixed, remove_fix  # loads scipy, which no other change needs

    if change.before is None:
        remove_fix(engine, workspace, change.cause, by=by, undoes=change.id)
    else:
        fix = Fix.of_json(change.cause, change.before)
        mark_fixed(engine, workspace, code_frame, fix, by=by, undoes=change.id)


def _require_latest(change: HandlingChange, changes: Mapping[int, HandlingChange]) -> None:
    for other in changes.values():
        if other.id > change.id and (other.cause, other.field) == (change.cause, change.field):
            raise Conflict(f"the {change.field} was changed again since, by change {other.id}: undo that first")


def _keep(
    connection: Connection,
    workspace_id: int,
    cause: str,
    field: HandlingField,
    value: Any,
    *,
    by: str,
    undoes: int | None = None,
) -> HandlingChange | None:
    earlier = [one for one in store.cause_changes.load(connection, workspace_id, cause) if one.field is field]
    before = earlier[-1].value if earlier else None
    return keep_change(connection, workspace_id, cause, field, before, value, by=by, undoes=undoes)


def _require_cause(connection: Connection, workspace_id: int, cause: str) -> None:
    if cause in _issues(connection, workspace_id):
        return
    topics = visible_topics(connection, workspace_id)
    if cause not in {str(CauseKey.of(topic)) for topic in topics}:
        raise NotFound(f"there is no cause {cause!r}, neither in the latest report nor among the topics")


def _issues(connection: Connection, workspace_id: int) -> dict[str, Issue]:
    """The causes of the latest report on all waves by key; a complaint comes before praise of the same theme."""
    report = find_latest_report(connection, workspace_id, ALL_WAVES)
    return {str(issue.key): issue for issue in (*report.delights, *report.issues)} if report else {}


def _handling(changes: Iterable[HandlingChange]) -> Handling:
    latest = {change.field: change.value for change in changes}
    progress, aside = latest.get(HandlingField.PROGRESS), latest.get(HandlingField.ASIDE)
    return Handling(
        Progress(progress) if progress else Progress.NEW,
        latest.get(HandlingField.OWNER),
        latest.get(HandlingField.TICKET),
        Aside.of_json(aside) if aside else None,
    )
