"""Cases: opened from responses, changed by people, each change with an entry in the history."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.case import PRIORITY, Case, CaseEvent, CaseState, CaseTally, Outcome, OwnerTally
from saywhy.errors import CaseChanged, CaseNotFound
from saywhy.feedback import Group, Scale, Score
from saywhy.store.case_tables import case_events, cases
from saywhy.store.response_rows import customer_of
from saywhy.store.score_groups import PRIORITY_OF_RESPONSE
from saywhy.store.statements import STREAMED, Row, batches, insert
from saywhy.store.tables import responses

#: A case follows another one in the list if its (rank, due time, id) is greater. The rank is that of its group
#: or of its urgency.
Position = tuple[int, datetime, int]

#: What is more urgent comes first, and in each of these the groups by priority; None: open and overdue.
_URGENCY = (None, CaseState.OPEN, CaseState.CONTACTED, CaseState.RESOLVED)

#: Ranks are less than this.
RANKS = len(_URGENCY) * len(PRIORITY)

#: A response: its source and its external id.
ResponseKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are listed; None: whatever the value. An empty owner is nobody."""

    states: Collection[CaseState] | None = None
    group: Group | None = None
    owner: str | None = None
    overdue_at: datetime | None = None  # those that are overdue at this time
    responses: Collection[int] | None = None  # those of the responses with these ids


def open_cases(
    connection: Connection,
    workspace_id: int,
    *,
    groups: Collection[Group],
    answered_since: datetime | None,
    opened_at: datetime,
    due_at: datetime,
    keys: Collection[ResponseKey] | None = None,
) -> int:
    """Open a case for each response that has none, is of one of the groups and not older; return their number.

    `keys` are the responses that are looked at, None all. Nobody can follow up a response without a customer. The time
    of one without a date is not known, so it is never too old. A case that has not ended goes to the present group of
    its response.
    """
    opened = 0
    for is_looked_at in _looked_at(keys):
        is_due = (
            (responses.c.workspace_id == workspace_id)
            & is_looked_at
            & PRIORITY_OF_RESPONSE.in_([PRIORITY.index(group) for group in groups])
            & sa.or_(*(column.is_not(None) for column in _CONTACT))
            & ~sa.exists().where(cases.c.response_id == responses.c.id)
        )
        if answered_since is not None:
            is_due &= responses.c.answered_at.is_(None) | (responses.c.answered_at >= answered_since)
        columns = {
            "workspace_id": responses.c.workspace_id,
            "response_id": responses.c.id,
            "priority": PRIORITY_OF_RESPONSE,
            "state": sa.literal(CaseState.OPEN.value),
            "opened_at": sa.literal(opened_at, cases.c.opened_at.type),
            "due_at": sa.literal(due_at, cases.c.due_at.type),
            "version": sa.literal(1),
        }
        of_responses = sa.select(*columns.values()).where(is_due).order_by(responses.c.id)
        statement = insert(connection, cases).from_select(list(columns), of_responses)
        statement = statement.on_conflict_do_nothing(index_elements=["response_id"])
        opened += len(connection.scalars(statement.returning(cases.c.id)).all())
        is_other_group = (
            (cases.c.workspace_id == workspace_id)
            & (cases.c.response_id == responses.c.id)
            & cases.c.state.in_(_UNENDED)
            & (cases.c.priority != PRIORITY_OF_RESPONSE)
            & is_looked_at
        )
        connection.execute(
            sa.update(cases).where(is_other_group).values(priority=PRIORITY_OF_RESPONSE, version=cases.c.version + 1)
        )
    return opened


def find(connection: Connection, workspace_id: int, case_id: int) -> Case:
    """The case of that number. Raises `CaseNotFound`."""
    query = _SELECT.where(cases.c.workspace_id == workspace_id, cases.c.id == case_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise CaseNotFound(f"there is no case {case_id}")
    return _case(row)


def page(
    connection: Connection,
    workspace_id: int,
    wanted: CaseFilter,
    limit: int,
    after: Position | None = None,
    overdue_at: datetime | None = None,
) -> list[Case]:
    """At most `limit` cases after a position in order of priority; with a time, in that of their urgency then."""
    rank: sa.ColumnElement[int] = cases.c.priority
    if overdue_at is not None:
        is_overdue = (cases.c.state == CaseState.OPEN.value) & (cases.c.due_at < overdue_at)
        ranks = ((cases.c.state == state.value, _rank(state)) for state in CaseState)
        rank = sa.case((is_overdue, _rank(None)), *ranks) + cases.c.priority
    keys = (rank, cases.c.due_at, cases.c.id)
    listed = sa.select(cases.c.id).where(cases.c.workspace_id == workspace_id, *_conditions(wanted))
    if after is not None:
        position = [sa.literal(value, key.type) for value, key in zip(after, keys, strict=True)]
        listed = listed.where(sa.tuple_(*keys) > sa.tuple_(*position))
    # All cases are ordered by an index alone; their responses are read of those that are listed.
    query = _SELECT.where(cases.c.id.in_(listed.order_by(*keys).limit(limit))).order_by(*keys)
    return [_case(row) for row in connection.execute(query)]


def position(case: Case, overdue_at: datetime | None = None) -> Position:
    """Where the case stands in the list: in order of priority, or with a time in that of their urgency then."""
    priority = PRIORITY.index(case.group)
    if overdue_at is None:
        return priority, case.due_at, case.id
    return _rank(None if case.is_overdue(overdue_at) else case.state) + priority, case.due_at, case.id


def owner_tallies(connection: Connection, workspace_id: int, now: datetime) -> list[OwnerTally]:
    """The owners of cases that have not ended, by name, with how many they have; first those of nobody."""
    is_overdue = (cases.c.state == CaseState.OPEN.value) & (cases.c.due_at < now)
    query = (
        sa.select(cases.c.owner, sa.func.count(), sa.func.count(sa.case((is_overdue, 1))))
        .where(cases.c.workspace_id == workspace_id, cases.c.state.in_(_UNENDED))
        .group_by(cases.c.owner)
    )
    tallies = [OwnerTally(*row) for row in connection.execute(query)]
    return sorted(tallies, key=lambda tally: (tally.owner is not None, tally.owner or ""))


def tallies(connection: Connection, workspace_id: int, now: datetime, since: datetime | None = None) -> list[CaseTally]:
    """How many cases there are, or were opened since a time, of each group, state and punctuality at this time."""
    is_open = cases.c.state == CaseState.OPEN.value
    kinds = (
        cases.c.priority,
        cases.c.state,
        (is_open & (cases.c.due_at < now)).label("is_overdue"),
        cases.c.contacted_at.is_not(None).label("is_contacted"),
        sa.func.coalesce(cases.c.contacted_at <= cases.c.due_at, sa.false()).label("is_in_time"),
    )
    query = sa.select(*kinds, sa.func.count()).where(*_opened(workspace_id, since)).group_by(*kinds)
    return [
        CaseTally(PRIORITY[priority], CaseState(state), bool(is_overdue), bool(is_contacted), bool(is_in_time), count)
        for priority, state, is_overdue, is_contacted, is_in_time, count in connection.execute(query)
    ]


def contact_hours(connection: Connection, workspace_id: int, since: datetime | None = None) -> dict[Group, list[float]]:
    """Hours from the opening of each case to the first contact, by group; of all or those opened since a time."""
    query = sa.select(cases.c.priority, cases.c.opened_at, cases.c.contacted_at)
    query = query.where(*_opened(workspace_id, since), cases.c.contacted_at.is_not(None))
    hours: dict[Group, list[float]] = {group: [] for group in PRIORITY}
    for priority, opened_at, contacted_at in connection.execute(query, execution_options=STREAMED):
        hours[PRIORITY[priority]].append((contacted_at - opened_at).total_seconds() / 3600)
    return hours


def with_outcome(connection: Connection, workspace_id: int, since: datetime | None = None) -> list[Case]:
    """The cases that have an outcome, in the order in which they were opened; all or those opened since a time."""
    query = _SELECT.where(*_opened(workspace_id, since), cases.c.outcome.is_not(None)).order_by(cases.c.id)
    return [_case(row) for row in connection.execute(query)]


def change(connection: Connection, workspace_id: int, case: Case, values: dict[str, Any], event: CaseEvent) -> Case:
    """Set columns of a case and add to its history. Raises `CaseChanged` if its version is no longer that of `case`."""
    is_unchanged = (cases.c.workspace_id == workspace_id) & (cases.c.id == case.id) & (cases.c.version == case.version)
    statement = sa.update(cases).where(is_unchanged).values(**values, version=cases.c.version + 1)
    if not connection.execute(statement).rowcount:
        raise CaseChanged(
            f"case {case.id} is no longer at version {case.version}: somebody else changed it; read it again"
        )
    connection.execute(
        sa.insert(case_events).values(
            case_id=case.id, at=event.at, author=event.author, changes=event.changes, note=event.note
        )
    )
    return find(connection, workspace_id, case.id)


def history(connection: Connection, case_id: int) -> tuple[CaseEvent, ...]:
    """The changes of a case, in the order in which they were made."""
    query = sa.select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.id)
    return tuple(CaseEvent(row.at, row.author, row.changes, row.note) for row in connection.execute(query))


_UNENDED = [state.value for state in CaseState if not state.is_final]

_CONTACT = (
    responses.c.customer_id,
    responses.c.customer_name,
    responses.c.customer_email,
    responses.c.customer_account,
)

_SELECT = sa.select(
    cases,
    responses.c.source,
    responses.c.external_id,
    responses.c.score,
    responses.c.scale,
    responses.c.wave,
    responses.c.answered_at,
    *_CONTACT,
    responses.c.customer_revenue,
    responses.c.customer_lifetime_value,
).select_from(cases.join(responses, cases.c.response_id == responses.c.id))


def _rank(state: CaseState | None) -> int:
    """Where cases in a state begin in the order of urgency, in which priorities are added; None: that are overdue."""
    return len(PRIORITY) * _URGENCY.index(CaseState.RESOLVED if state is CaseState.CLOSED else state)


def _looked_at(keys: Collection[ResponseKey] | None) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions that together select the responses with these keys; without any, one that selects all."""
    if keys is None:
        yield sa.true()
        return
    ids_of: dict[str, list[str]] = {}
    for source, external_id in keys:
        ids_of.setdefault(source, []).append(external_id)
    for source, ids in ids_of.items():
        for batch in batches(ids):
            yield (responses.c.source == source) & responses.c.external_id.in_(batch)


def _opened(workspace_id: int, since: datetime | None) -> Iterator[sa.ColumnElement[bool]]:
    """Whether a case of the workspace was opened since a time; None: ever."""
    yield cases.c.workspace_id == workspace_id
    if since is not None:
        yield cases.c.opened_at >= since


def _conditions(wanted: CaseFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.states is not None:
        yield cases.c.state.in_([state.value for state in wanted.states])
    if wanted.group is not None:
        yield cases.c.priority == PRIORITY.index(wanted.group)
    if wanted.owner is not None:
        yield cases.c.owner == wanted.owner if wanted.owner else cases.c.owner.is_(None)
    if wanted.overdue_at is not None:
        yield (cases.c.state == CaseState.OPEN.value) & (cases.c.due_at < wanted.overdue_at)
    if wanted.responses is not None:
        yield cases.c.response_id.in_(list(wanted.responses))


def _case(row: Row) -> Case:
    return Case(
        id=row.id,
        group=PRIORITY[row.priority],
        state=CaseState(row.state),
        opened_at=row.opened_at,
        due_at=row.due_at,
        version=row.version,
        source=row.source,
        response=row.external_id,
        response_id=row.response_id,
        score=None if row.score is None else Score(row.score, Scale(row.scale)),
        wave=row.wave,
        answered_at=row.answered_at,
        customer=customer_of(row),
        owner=row.owner,
        outcome=Outcome(row.outcome) if row.outcome else None,
        contacted_at=row.contacted_at,
        ended_at=row.ended_at,
    )
