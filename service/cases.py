"""Following up: responses open cases, people work on them, and each change is kept with author and time.

None of it exists in an anonymous workspace: every function raises `NoFollowUp` there, but `open_for`, which opens none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipelines.clean.personal_data import mask
from pipelines.follow_up import deadlines
from saywhy import store
from saywhy.case import (
    LONGEST_NAME,
    PRIORITY,
    Case,
    CaseChange,
    CaseEvent,
    CaseOrder,
    CaseState,
    OwnerTally,
    check_text,
)
from saywhy.code_frame import CodeFrame
from saywhy.errors import CaseChanged, InvalidInput
from saywhy.feedback import Response
from saywhy.follow_up import FollowUpPolicy
from saywhy.store import Connection, Engine
from saywhy.store.cases import CaseFilter
from service.anonymity import Withheld, refuse
from service.exports import Exporter
from service.paging import PAGE, cursor_of, page_size, position_of
from service.workspaces import reading, writing


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some of the cases, in order; `next` is the cursor of those that follow, None at the end."""

    cases: tuple[Case, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class CaseDetails:
    """A case with its history, oldest entry first, the comment of its response, and the causes that this names."""

    case: Case
    history: tuple[CaseEvent, ...]
    comment: str | None  # with personal data masked unless it may be shown
    causes: Mapping[str, str]  # labels of topics by id, in order of position


def open_for(
    connection: Connection, workspace_id: int, responses: Collection[Response], now: datetime | None = None
) -> int:
    """Open the cases of responses that were just saved, in the same transaction; return their number.

    The policy of the workspace says which. A response has at most one case, however often it is imported.
    """
    if store.workspaces.is_anonymous(connection, workspace_id):
        return 0
    policy, now = store.follow_up_policies.load(connection, workspace_id), now or datetime.now(UTC)
    keys = {(response.source, response.external_id) for response in responses}
    return _open(connection, workspace_id, policy, now, None if policy.max_age is None else now - policy.max_age, keys)


def open_earlier(engine: Engine, workspace: str, since: datetime | None, now: datetime | None = None) -> int:
    """Open the cases of all stored responses since a time, or of any age; return their number.

    For responses that were too old when they were imported, or of groups that opened no cases then. Raises
    `WorkspaceNotFound`.
    """
    with following_up(writing(engine, workspace)) as (connection, workspace_id):
        policy = store.follow_up_policies.load(connection, workspace_id)
        return _open(connection, workspace_id, policy, now or datetime.now(UTC), since, None)


def list_cases(
    engine: Engine,
    workspace: str,
    wanted: CaseFilter | None = None,
    *,
    order: CaseOrder = CaseOrder.PRIORITY,
    limit: int = PAGE,
    cursor: str | None = None,
    now: datetime | None = None,
) -> CasePage:
    """Cases in this order, by default detractors first; a cursor is one of the same order.

    Raises `WorkspaceNotFound` and `InvalidInput` for a cursor that is none.
    """
    limit = page_size(limit)
    overdue_at = (now or datetime.now(UTC)) if order is CaseOrder.URGENCY else None
    after = None
    if cursor is not None:
        rank, due, case_id = position_of(cursor, int, str, int)
        try:
            moment = datetime.fromisoformat(str(due)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise InvalidInput(f"{cursor[:40]!r} is not a cursor") from None
        if int(rank) >= (len(PRIORITY) if overdue_at is None else store.cases.RANKS):
            raise InvalidInput(f"{cursor[:40]!r} is not a cursor")
        after = (int(rank), moment, int(case_id))
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        cases = store.cases.page(connection, workspace_id, wanted or CaseFilter(), limit + 1, after, overdue_at)
    if len(cases) <= limit:
        return CasePage(tuple(cases), None)
    rank, due_at, case_id = store.cases.position(cases[limit - 1], overdue_at)
    return CasePage(tuple(cases[:limit]), cursor_of((rank, due_at.isoformat(), case_id)))


def count_cases(engine: Engine, workspace: str, now: datetime | None = None) -> list[OwnerTally]:
    """How many cases that have not ended each owner has, by name; first those of nobody. Raises `WorkspaceNotFound`."""
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        return store.cases.owner_tallies(connection, workspace_id, now or datetime.now(UTC))


def read_comments(
    engine: Engine, workspace: str, cases: Collection[Case], *, with_personal_data: bool = False
) -> dict[int, str]:
    """The comments that cases are about, by the number of the case. Personal data is masked unless it may be shown.

    Raises `WorkspaceNotFound`.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        responses = list(store.responses.by_id(connection, workspace_id, [case.response_id for case in cases]))
    comments = {(each.source, each.external_id): each.comment.verbatim for each in responses if each.comment}
    called = {case.id: comments.get((case.source, case.response)) for case in cases}
    return {number: text if with_personal_data else mask(text)[0] for number, text in called.items() if text}


def read_case(engine: Engine, workspace: str, case_id: int, *, with_personal_data: bool = False) -> CaseDetails:
    """A case with its history and its response. Raises `WorkspaceNotFound` and `CaseNotFound`."""
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        case = store.cases.find(connection, workspace_id, case_id)
        return _details(connection, workspace_id, case, with_personal_data)


def change_case(
    engine: Engine,
    workspace: str,
    case_id: int,
    change: CaseChange,
    *,
    author: str,
    version: int | None = None,
    with_personal_data: bool = False,
    now: datetime | None = None,
) -> CaseDetails:
    """Change a case, if it still has the version that the author read; None: whatever its version.

    Raises `WorkspaceNotFound`, `CaseNotFound`, `CaseChanged`, `IllegalTransition`, and `InvalidInput` for an outcome of
    a case whose customer nobody has contacted.
    """
    now = now or datetime.now(UTC)
    check_text("name of the author", author, LONGEST_NAME)
    with following_up(writing(engine, workspace)) as (connection, workspace_id):
        case = store.cases.find(connection, workspace_id, case_id)
        if version is not None and version != case.version:
            raise CaseChanged(
                f"case {case_id} is at version {case.version}, not {version}: somebody else changed it; read it again"
            )
        values = _changed_values(case, change, now)
        event = CaseEvent(now, author, {name: values[name] for name in ("state", "owner", "outcome") if name in values})
        event = replace(event, note=(change.note or "").strip() or None)
        changed = case
        if values or event.note:
            changed = store.cases.change(connection, workspace_id, case, values, event)
        return _details(connection, workspace_id, changed, with_personal_data)


def read_policy(engine: Engine, workspace: str) -> FollowUpPolicy:
    """How the workspace follows up. Raises `WorkspaceNotFound`."""
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        return store.follow_up_policies.load(connection, workspace_id)


def save_policy(engine: Engine, workspace: str, policy: FollowUpPolicy) -> None:
    """Follow up like this from now on; cases that are open stay as they are. The workspace is created if need be.

    Raises `InvalidInput` if the holidays are not known, or no case would ever be due.
    """
    if policy.business_hours is not None:
        deadlines.check(policy.business_hours)
        deadlines.due_at(datetime.now(UTC), policy)
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, workspace)
        refuse(connection, workspace_id, Withheld.FOLLOW_UP)
        store.follow_up_policies.put(connection, workspace_id, policy)


@contextmanager
def following_up(transaction: Any) -> Iterator[tuple[Connection, int]]:
    """The transaction, if its workspace is not anonymous. Raises `NoFollowUp`."""
    with transaction as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.FOLLOW_UP)
        yield connection, workspace_id


def _details(connection: Connection, workspace_id: int, case: Case, with_personal_data: bool) -> CaseDetails:
    exporter = Exporter.of(connection, workspace_id, CodeFrame(()), with_personal_data=with_personal_data)
    [response] = exporter.export_all(store.responses.by_id(connection, workspace_id, [case.response_id]))
    causes = {cause.id: cause.label for cause in response.causes}
    history = store.cases.history(connection, case.id)
    if not with_personal_data:
        history = tuple(replace(event, note=event.note and mask(event.note)[0]) for event in history)
    return CaseDetails(case, history, response.comment, causes)


def _open(
    connection: Connection,
    workspace_id: int,
    policy: FollowUpPolicy,
    now: datetime,
    since: datetime | None,
    keys: Collection[tuple[str, str]] | None,
) -> int:
    return store.cases.open_cases(
        connection,
        workspace_id,
        groups=policy.groups,
        answered_since=since,
        opened_at=now,
        due_at=deadlines.due_at(now, policy),
        keys=keys,
    )


def _changed_values(case: Case, change: CaseChange, now: datetime) -> dict[str, Any]:
    """The columns that the change sets to another value."""
    values: dict[str, Any] = {}
    state = case.state
    if change.state is not None and change.state is not case.state:
        state = case.state.to(change.state)
        values["state"] = state.value
        values["contacted_at" if state is CaseState.CONTACTED else "ended_at"] = now
    if change.owner is not None and (owner := change.owner.strip() or None) != case.owner:
        values["owner"] = owner
    if change.outcome is not None and change.outcome is not case.outcome:
        if state is CaseState.OPEN:
            raise InvalidInput(f"case {case.id} has no outcome yet: nobody has contacted the customer")
        values["outcome"] = change.outcome.value
    return values
