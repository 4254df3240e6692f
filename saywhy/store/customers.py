"""Customers: their answers by account and person, what they complain of, and how their accounts were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.annotation import Polarity
from saywhy.case import CaseState
from saywhy.customer import Answer, CustomerAlert, HealthBand
from saywhy.feedback import LONGEST_KEY, Scale, Score
from saywhy.store import webhooks, workspaces
from saywhy.store.case_tables import account_health, cases, customer_alerts, new_accounts
from saywhy.store.redaction import FORGOTTEN
from saywhy.store.statements import STREAMED, Row, batches, upsert
from saywhy.store.tables import ACCOUNT, first_given, fixes, indexed, responses, runs
from saywhy.store.topic_tables import assignments, topics

_columns = responses.c
#: What tells the people of an account apart.
PERSON = first_given(_columns.customer_id, _columns.customer_email, _columns.customer_name, _columns.customer_account)


class State(NamedTuple):
    """What changes as soon as how accounts are could be different, but by the time of day."""

    revision: int  # of the workspace
    run: int | None
    run_state: str | None
    cases: int
    case_versions: int
    fixed: frozenset[str]


def state(connection: Connection, workspace_id: int) -> State:
    """The state of all that the health of accounts is computed from."""
    run = sa.select(runs.c.id, runs.c.state).where(runs.c.workspace_id == workspace_id).order_by(runs.c.id.desc())
    latest = connection.execute(run.limit(1)).one_or_none()
    counts = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(cases.c.version), 0))
    case_count, case_versions = connection.execute(counts.where(cases.c.workspace_id == workspace_id)).one()
    fixed = connection.scalars(sa.select(fixes.c.cause).where(fixes.c.workspace_id == workspace_id))
    return State(
        revision=workspaces.revision(connection, workspace_id),
        run=latest.id if latest else None,
        run_state=latest.state if latest else None,
        cases=case_count,
        case_versions=int(case_versions),  # PostgreSQL: a decimal
        fixed=frozenset(fixed),
    )


def answers(
    connection: Connection, workspace_id: int, account: str | None = None, *, since_follow_up: bool = False
) -> Iterator[Answer]:
    """All answers of customers, or those of one account, as a stream in the order in which they were saved.

    `since_follow_up`: only those from the first one on whose customer was contacted.
    """
    is_answer = (_columns.workspace_id == workspace_id) & (
        ACCOUNT.is_not(None) if account is None else _is_of([account])
    )
    query = (
        sa.select(
            _columns.id,
            ACCOUNT.label("account"),
            first_given(_columns.customer_account, _columns.customer_id).is_(None).label("is_personal"),
            PERSON.label("person"),
            _columns.score,
            _columns.scale,
            _columns.answered_at,
            _columns.wave,
            _columns.customer_revenue,
            _columns.customer_lifetime_value,
            _columns.content_hash,
            cases.c.state,
            cases.c.due_at,
            cases.c.contacted_at,
        )
        .select_from(responses.outerjoin(cases, cases.c.response_id == _columns.id))
        .where(is_answer)
        .order_by(_columns.id)
    )
    if since_follow_up:
        first = (
            sa.select(sa.func.min(_columns.answered_at))
            .join(cases, cases.c.response_id == _columns.id)
            .where(is_answer, cases.c.contacted_at.is_not(None))
        )
        query = query.where(_columns.answered_at >= first.scalar_subquery())
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield _answer(row)


def responses_of(connection: Connection, workspace_id: int, name: str, *, by_email: bool = True) -> dict[int, str]:
    """The ids of the responses of a customer, with the account of each, in the order in which they were saved.

    `name` is an account, else the id of a customer, else, if `by_email`, an e-mail address in any case of letters.
    Empty: there is no such customer.
    """
    has_name: list[sa.ColumnElement[bool]] = [
        _equals(_columns.customer_account, name) & _is_of([name]),
        _equals(_columns.customer_id, name) & (indexed(_columns.customer_id) == name[:LONGEST_KEY]),
    ]
    if by_email:
        has_name.append(sa.func.lower(_columns.customer_email) == name.lower())
    for is_named in has_name:
        query = sa.select(_columns.id, ACCOUNT.label("account")).where(_columns.workspace_id == workspace_id, is_named)
        if account_of := {row.id: row.account for row in connection.execute(query.order_by(_columns.id))}:
            return account_of
    return {}


def _equals(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """The text is this one, which is not empty.

    Not as `column = name`: SQLite would put the name in place of the column in other conditions too, which then do not
    use their index.
    """
    return sa.func.coalesce(column, sa.literal_column("''")) == name


def complaints(
    connection: Connection,
    workspace_id: int,
    content_hashes: Collection[str] | None = None,
    *,
    without: Collection[str] = (),
) -> dict[str, set[str]]:
    """The topics, as `topic:id`, that comments complain of, by content hash: of these comments, or of all.

    Ignored topics are left out, and those `without`.
    """
    query = (
        sa.select(topics.c.id)
        .where(topics.c.workspace_id == workspace_id, ~topics.c.is_ignored)
        .where(topics.c.polarity == Polarity.NEGATIVE.value)
    )
    negative = {topic: f"topic:{topic}" for topic in connection.scalars(query)}
    negative = {topic: key for topic, key in negative.items() if key not in without}
    complained = defaultdict[str, set[str]](set)
    clauses = sa.select(assignments.c.content_hash, assignments.c.topic_id, assignments.c.second_topic_id).where(
        assignments.c.workspace_id == workspace_id
    )
    parts = [clauses]
    if content_hashes is not None:
        parts = [clauses.where(assignments.c.content_hash.in_(part)) for part in batches(sorted(content_hashes))]
    for part in parts:
        with connection.execute(part, execution_options=STREAMED) as rows:
            for content_hash, *named in rows:
                for topic in named:
                    if topic in negative:
                        complained[content_hash].add(negative[topic])
    return dict(complained)


def bands(connection: Connection, workspace_id: int) -> dict[str, HealthBand]:
    """How each account was when its health was last recorded."""
    query = sa.select(account_health).where(account_health.c.workspace_id == workspace_id)
    return {row.account: HealthBand(row.band) for row in connection.execute(query)}


def save_bands(connection: Connection, workspace_id: int, bands: Mapping[str, HealthBand]) -> None:
    """Record how accounts are."""
    rows = [{"workspace_id": workspace_id, "account": name, "band": band.value} for name, band in bands.items()]
    upsert(connection, account_health, ["workspace_id", "account"], rows)


def add_alerts(connection: Connection, workspace_id: int, alerts: Sequence[CustomerAlert]) -> None:
    """Keep alerts."""
    if alerts:
        connection.execute(
            sa.insert(customer_alerts),
            [
                {
                    "workspace_id": workspace_id,
                    "account": alert.account,
                    "is_personal": alert.is_personal,
                    "before": alert.before.value,
                    "after": alert.after.value,
                    "health": alert.health,
                    "at": alert.at,
                }
                for alert in alerts
            ],
        )


def alerts(connection: Connection, workspace_id: int, limit: int) -> list[CustomerAlert]:
    """The latest alerts, the last one first."""
    query = (
        sa.select(customer_alerts)
        .where(customer_alerts.c.workspace_id == workspace_id)
        .order_by(customer_alerts.c.id.desc())
        .limit(limit)
    )
    return [
        CustomerAlert(row.account, row.is_personal, HealthBand(row.before), HealthBand(row.after), row.health, row.at)
        for row in connection.execute(query)
    ]


def companies(connection: Connection, workspace_id: int, accounts: Collection[str]) -> set[str]:
    """Those of the accounts that responses name as an account; the others are called by a customer's id or name."""
    named = set[str]()
    for batch in batches(sorted(accounts)):
        is_named = (_columns.workspace_id == workspace_id) & _columns.customer_account.in_(batch) & _is_of(batch)
        named.update(connection.scalars(sa.select(_columns.customer_account).where(is_named).distinct()))
    return named


def without_answers(connection: Connection, workspace_id: int, accounts: Collection[str]) -> set[str]:
    """Those of the accounts that have no response (any more)."""
    present = set[str]()
    for batch in batches(sorted(accounts)):
        query = sa.select(ACCOUNT).where(_columns.workspace_id == workspace_id, _is_of(batch)).distinct()
        present.update(connection.scalars(query))
    return set(accounts) - present


def forget(connection: Connection, workspace_id: int, names: Collection[str]) -> None:
    """Forget people by these names, ids and addresses: how they were, accounts of their names, and that they brought
    others; these stay.

    Cases are deleted with their responses.
    """
    webhooks.forget(connection, workspace_id, names)
    for batch in batches(sorted(set(names))):
        for table in (account_health, customer_alerts):
            connection.execute(sa.delete(table).where(table.c.workspace_id == workspace_id, table.c.account.in_(batch)))
        of_workspace = new_accounts.c.workspace_id == workspace_id
        # Somebody who came back as an account of their own is forgotten as that, too.
        connection.execute(sa.delete(new_accounts).where(of_workspace, new_accounts.c.account.in_(batch)))
        connection.execute(
            sa.update(new_accounts)
            .where(of_workspace, new_accounts.c.brought_by.in_(batch))
            .values(brought_by=FORGOTTEN)
        )


def _is_of(accounts: Collection[str]) -> sa.ColumnElement[bool]:
    """Whether a response is one of these accounts."""
    return indexed(ACCOUNT).in_([account[:LONGEST_KEY] for account in accounts]) & ACCOUNT.in_(accounts)


_STATES: dict[str | None, CaseState | None] = {None: None} | {state.value: state for state in CaseState}


@cache
def _score(value: int | None, scale: str) -> Score | None:
    """The score; there are few different ones."""
    return None if value is None else Score(value, Scale(scale))


def _answer(row: Row) -> Answer:
    """The answer of a row of `answers`, by position: by name takes twice as long."""
    response_id, account, is_personal, person, value, scale, *known, state, due_at, contacted_at = row
    values = (response_id, account, is_personal, person, _score(value, scale), *known)
    return Answer._make((*values, _STATES[state], due_at, contacted_at))
