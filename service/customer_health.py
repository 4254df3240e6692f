"""Customers: all that one said, how accounts are, which to watch, and an alert when one turns.

None of it exists in an anonymous workspace: every function raises `NoFollowUp` there, but `record_health`, which
records nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from pipelines.clean.personal_data.kinds import NAME
from pipelines.follow_up.health import band_since
from saywhy import store
from saywhy.case import Case, NewAccount
from saywhy.code_frame import CodeFrame
from saywhy.customer import AccountHealth, CustomerAlert, HealthBand
from saywhy.errors import CaseNotFound, CustomerNotFound
from saywhy.feedback import Customer, Response
from saywhy.store import Connection, Engine
from saywhy.store.cases import CaseFilter
from service.account_healths import account_healths, all_healths
from service.cases import following_up
from service.exports import ExportedResponse, Exporter
from service.paging import PAGE, cursor_of, page_size, position_of
from service.webhooks.events import tell_turned
from service.workspaces import reading, writing

_Named = TypeVar("_Named", AccountHealth, CustomerAlert)

#: Alerts and cases of one customer that are read.
LATEST = 500


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Some of the accounts, in order; `next` is the cursor of those that follow, None at the end."""

    accounts: tuple[AccountHealth, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """A score in the course of time."""

    answered_at: datetime | None
    wave: str | None
    score: int


@dataclass(frozen=True, slots=True)
class CustomerCause:
    """A cause that the customer complained of, and in how many answers."""

    id: str
    label: str
    answers: int
    is_open: bool  # the latest answers complain of it, and nobody resolved or fixed it


@dataclass(frozen=True, slots=True)
class CustomerDetails:
    """All that is known of a customer: an account, a person by id, or one by e-mail address.

    Names and addresses are None unless personal data may be shown.
    """

    name: str  # as it was asked for
    customers: tuple[Customer, ...]  # those who answered
    health: tuple[AccountHealth, ...]  # of the account, or of all that the customer answered for
    scores: tuple[ScorePoint, ...]  # on 0-10, oldest first
    causes: tuple[CustomerCause, ...]  # open ones first, then by the number of answers
    cases: tuple[Case, ...]
    new_accounts: tuple[NewAccount, ...]  # that the customer brought
    answers: tuple[ExportedResponse, ...]  # latest first


def read_customer(
    engine: Engine,
    workspace: str,
    name: str,
    *,
    code_frame: CodeFrame,
    with_personal_data: bool = False,
    now: datetime | None = None,
) -> CustomerDetails:
    """All that is known of a customer; `name` is an account, else the id of a customer, else an e-mail address.

    Personal data is masked in comments, and names and addresses left out, unless `with_personal_data`. Raises
    `WorkspaceNotFound` and `CustomerNotFound`.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        account_of = _responses_of(connection, workspace_id, name, by_email=with_personal_data)
        exporter = Exporter.of(connection, workspace_id, code_frame, with_personal_data=with_personal_data)
        responses = sorted(store.responses.by_id(connection, workspace_id, account_of), key=_time)
        answers = list(exporter.export_all(responses))
        accounts = {account for account in account_of.values() if account is not None}
        health = account_healths(connection, workspace_id, now or datetime.now(UTC), accounts)
        cases = store.cases.page(connection, workspace_id, CaseFilter(responses=account_of.keys()), LATEST)
        people = [response.customer for response in responses if response.customer]
        names = {name, *(called for one in people for called in (one.id, one.email) if called)}
        brought = store.new_accounts.load(connection, workspace_id, brought_by=names)
        open_causes = {cause for each in health for cause in each.open_causes}
        return CustomerDetails(
            name=name,
            customers=tuple(dict.fromkeys(shown(one, with_personal_data) for one in people)),
            health=tuple(_named(each, with_personal_data) for each in health),
            scores=tuple(
                ScorePoint(answer.answered_at, answer.wave, answer.score)
                for answer in answers
                if answer.score is not None and answer.scale == "0-10"
            ),
            causes=_causes(answers, open_causes),
            cases=tuple(cases),
            new_accounts=tuple(_brought_by(new, with_personal_data) for new in brought),
            answers=tuple(reversed(answers)),
        )


def list_customers(
    engine: Engine,
    workspace: str,
    *,
    bands: Collection[HealthBand] | None = None,
    limit: int = PAGE,
    cursor: str | None = None,
    with_personal_data: bool = False,
    now: datetime | None = None,
) -> AccountPage:
    """The health of accounts, or of those in these bands: the worst first, of equal ones that with most revenue.

    Accounts that only have an e-mail address or a name are called by a placeholder unless `with_personal_data`. Raises
    `WorkspaceNotFound` and `InvalidInput` for a cursor that is none.
    """
    limit = page_size(limit)
    start = 0 if cursor is None else int(position_of(cursor, int)[0])
    healths = all_healths(engine, workspace, now or datetime.now(UTC))
    ordered = healths.watch_order(bands)
    page = tuple(_named(healths[each], with_personal_data) for each in ordered[start : start + limit])
    return AccountPage(page, cursor_of((start + limit,)) if start + limit < len(ordered) else None)


def all_customers(
    engine: Engine,
    workspace: str,
    *,
    bands: Collection[HealthBand] | None = None,
    with_personal_data: bool = False,
    now: datetime | None = None,
) -> Iterator[AccountHealth]:
    """All accounts of `list_customers`, in its order. Raises `WorkspaceNotFound`."""
    healths = all_healths(engine, workspace, now or datetime.now(UTC))
    return (_named(healths[each], with_personal_data) for each in healths.watch_order(bands))


def list_alerts(
    engine: Engine, workspace: str, limit: int = PAGE, *, with_personal_data: bool = False
) -> list[CustomerAlert]:
    """The accounts that turned, the last one first. Raises `WorkspaceNotFound`."""
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        alerts = store.customers.alerts(connection, workspace_id, page_size(limit))
    return [_named(alert, with_personal_data) for alert in alerts]


def check_health(
    engine: Engine, workspace: str, *, with_personal_data: bool = False, now: datetime | None = None
) -> list[CustomerAlert]:
    """Record how accounts are, and return those that turned since it was last recorded. Raises `WorkspaceNotFound`."""
    with following_up(writing(engine, workspace)) as (connection, workspace_id):
        alerts = record_health(connection, workspace_id, now)
    return [_named(alert, with_personal_data) for alert in alerts]


def record_health(connection: Connection, workspace_id: int, now: datetime | None = None) -> list[CustomerAlert]:
    """`check_health` in a transaction; nothing in an anonymous workspace.

    Every analysis calls it, and subscribers are told. An account raises its first alert when it turns after it was
    first recorded, by more than a margin (`pipelines.follow_up.health.band_since`).
    """
    if store.workspaces.is_anonymous(connection, workspace_id):
        return []
    now = now or datetime.now(UTC)
    before = store.customers.bands(connection, workspace_id)
    changed: dict[str, HealthBand] = {}
    alerts: list[CustomerAlert] = []
    for account in account_healths(connection, workspace_id, now):
        earlier = before.get(account.account)
        if account.health is None or (band := band_since(account.health, earlier)) is earlier:
            continue
        changed[account.account] = band
        if earlier:
            alerts.append(CustomerAlert(account.account, account.is_personal, earlier, band, account.health, now))
    store.customers.save_bands(connection, workspace_id, changed)
    store.customers.add_alerts(connection, workspace_id, alerts)
    tell_turned(connection, workspace_id, alerts)
    return alerts


def add_new_account(engine: Engine, workspace: str, new: NewAccount, *, with_personal_data: bool = False) -> None:
    """Record an account that a customer brought.

    Raises `WorkspaceNotFound`, `CustomerNotFound` unless the customer answered, `CaseNotFound`, and `Conflict` if the
    account is recorded already.
    """
    with following_up(writing(engine, workspace)) as (connection, workspace_id):
        ids = _responses_of(connection, workspace_id, new.brought_by, by_email=with_personal_data)
        if new.case is not None:
            cases = store.cases.page(connection, workspace_id, CaseFilter(responses=ids.keys()), LATEST)
            if new.case not in {case.id for case in cases}:
                raise CaseNotFound(f"{new.brought_by!r} has no case {new.case}")
        store.new_accounts.add(connection, workspace_id, new)


def list_new_accounts(engine: Engine, workspace: str, *, with_personal_data: bool = False) -> list[NewAccount]:
    """The accounts that customers brought, in the order of their record. Raises `WorkspaceNotFound`."""
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        accounts = store.new_accounts.load(connection, workspace_id)
    return [_brought_by(account, with_personal_data) for account in accounts]


def remove_new_account(engine: Engine, workspace: str, account: str) -> None:
    """Forget an account that a customer brought. Raises `WorkspaceNotFound` and `NotFound`."""
    with following_up(writing(engine, workspace)) as (connection, workspace_id):
        store.new_accounts.delete(connection, workspace_id, account)


def _brought_by(new: NewAccount, with_personal_data: bool) -> NewAccount:
    """The new account, without the address of whoever brought it unless personal data may be shown."""
    return new if with_personal_data or "@" not in new.brought_by else replace(new, brought_by=NAME)


def _named(entry: _Named, with_personal_data: bool) -> _Named:
    """The entry, with a placeholder for the name of a person unless personal data may be shown."""
    return replace(entry, account=NAME) if entry.is_personal and not with_personal_data else entry


def shown(customer: Customer, with_personal_data: bool) -> Customer:
    """The customer without name and address unless personal data may be shown."""
    return customer if with_personal_data else replace(customer, name=None, email=None)


def _responses_of(connection: Connection, workspace_id: int, name: str, *, by_email: bool) -> dict[int, str]:
    """The responses of a customer. Who may not see addresses cannot ask for one: its answers would tell whose it is."""
    account_of = store.customers.responses_of(connection, workspace_id, name, by_email=by_email)
    if not account_of:
        raise CustomerNotFound(f"there is no customer {name!r}: give an account, a customer's id or an e-mail address")
    return account_of


def _causes(answers: list[ExportedResponse], open_causes: set[str]) -> tuple[CustomerCause, ...]:
    """The causes that answers complain of."""
    labels: dict[str, str] = {}
    counts: dict[str, int] = {}
    for answer in answers:
        complaints = {cause.id: cause.label for cause in answer.causes if cause.polarity == "negative"}
        labels |= complaints
        for cause in complaints:
            counts[cause] = counts.get(cause, 0) + 1
    causes = [
        CustomerCause(f"topic:{cause}", labels[cause], counts[cause], f"topic:{cause}" in open_causes)
        for cause in counts
    ]
    return tuple(sorted(causes, key=lambda cause: (not cause.is_open, -cause.answers, cause.label)))


def _time(response: Response) -> float:
    return response.answered_at.timestamp() if response.answered_at else 0.0
