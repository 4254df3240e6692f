"""Customers: all that one said, how accounts are, alerts, and new accounts on the board."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from pipelines.render.board import to_csv
from saywhy import store
from saywhy.case import AccountOrigin, CaseChange, CaseState, NewAccount, Outcome
from saywhy.code_frame import load_code_frame
from saywhy.customer import AccountHealth, HealthBand
from saywhy.errors import CaseNotFound, Conflict, CustomerNotFound, InvalidInput, NotFound
from saywhy.feedback import Customer, Response, Score
from saywhy.fix import Fix
from saywhy.store import Engine, case_tables
from saywhy.store.tables import responses as responses_table
from service.boards import read_board
from service.cases import change_case, open_for, read_case
from service.customer_health import (
    CustomerDetails,
    add_new_account,
    all_customers,
    check_health,
    list_alerts,
    list_customers,
    list_new_accounts,
    read_customer,
    remove_new_account,
)
from tests.builders import exported_survey
from tests.builders.followed_up import NOW, WORKSPACE, answer, case_of, contact, save

FRAME = load_code_frame()
WATCHED = [HealthBand.WATCH, HealthBand.AT_RISK]


def read(engine: Engine, name: str, *, with_personal_data: bool = False) -> CustomerDetails:
    """All of a customer."""
    return read_customer(engine, WORKSPACE, name, code_frame=FRAME, with_personal_data=with_personal_data, now=NOW)


def test_a_customer_is_found_by_account_id_and_address(engine: Engine) -> None:
    """An account has the answers of its people, a person only their own; scores are in order of time, 0 among them. An
    address finds nobody for those who may not see it, as the answers would tell whose it is.
    """
    save(
        engine,
        answer(1, 0, "Write to jo@x.example", days_ago=2),
        answer(2, 4, days_ago=90, revenue=100),
        answer(3, 9, customer="c-2"),
        answer(4, 8, account="Birch", customer="c-3"),
    )
    acme = read(engine, "Acme")
    assert [point.score for point in acme.scores] == [4, 0, 9]
    assert {customer.id for customer in acme.customers} == {"c-1", "c-2"}
    assert [health.account for health in acme.health] == ["Acme"]
    assert [response.id for response in acme.answers] == ["3", "1", "2"]
    assert {case.response for case in acme.cases} == {"1", "3"}
    person = read(engine, "c-1")
    assert [point.score for point in person.scores] == [4, 0]
    assert person.health == acme.health
    assert "jo@x.example" not in str(person.answers)
    assert [customer.email for customer in person.customers] == [None, None]
    with pytest.raises(CustomerNotFound):
        read(engine, "C-1@X.example")
    for name in ("c-1", "C-1@X.example"):
        shown = read(engine, name, with_personal_data=True)
        assert [point.score for point in shown.scores] == [4, 0]
        assert "jo@x.example" in str(shown.answers)
    assert {customer.email for customer in shown.customers} == {"c-1@x.example"}
    for name in ("nobody", "", "Name c-1"):
        with pytest.raises(CustomerNotFound):
            read(engine, name)


def test_causes_of_a_customer_are_open_until_resolved(sqlite_engine: Engine) -> None:
    """The topic that the comment complains of, and no topic of praise; a resolved case closes it."""
    exported_survey.fill(sqlite_engine)
    blame = exported_survey.RESPONSES[0]
    known = Response(blame.source, blame.external_id, answered_at=NOW, customer=Customer("c-9", account="Dune"))
    with sqlite_engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "acme")
        store.responses.save(connection, workspace_id, [known])
        open_for(connection, workspace_id, [known], NOW)

    def causes() -> list[tuple[str, str, int, bool]]:
        details = read_customer(sqlite_engine, "acme", "Dune", code_frame=FRAME, now=NOW)
        return [(cause.id, cause.label, cause.answers, cause.is_open) for cause in details.causes]

    assert causes() == [("topic:slow", "Slow replies", 1, True)]
    assert read_case(sqlite_engine, "acme", 1).causes == {"slow": "Slow replies"}
    for state in (CaseState.CONTACTED, CaseState.RESOLVED):
        change_case(sqlite_engine, "acme", 1, CaseChange(state), author="Ada", now=NOW)
    assert causes() == [("topic:slow", "Slow replies", 1, False)]


def test_the_list_follows_each_change(engine: Engine) -> None:
    """Of cases, answers, fixes and time, whatever was read before; both lists have one order."""
    save(engine, answer(1, 2, "Slow"), answer(2, 9, account="Birch", customer="c-2"))

    def listed(now: datetime = NOW) -> list[AccountHealth]:
        page = list_customers(engine, WORKSPACE, now=now)
        assert tuple(all_customers(engine, WORKSPACE, now=now)) == page.accounts
        if now == NOW:
            assert [*page.accounts] == [read(engine, each.account).health[0] for each in page.accounts]
        return [*page.accounts]

    acme, birch = listed()
    assert (acme.account, acme.open_cases, acme.overdue_cases) == ("Acme", 1, 0)
    later, _ = listed(NOW + timedelta(days=30))
    assert (later.overdue_cases, later.days_silent) == (1, (acme.days_silent or 0) + 30)
    contact(engine, case_of(engine, "1"))
    contact(engine, case_of(engine, "1"), state=CaseState.RESOLVED)
    assert listed()[0].open_cases == 0
    save(engine, answer(3, 0, account="Birch", customer="c-2", days_ago=0))
    assert [each.account for each in listed()] == ["Birch", "Acme"]
    with engine.begin() as connection:
        before = store.customers.state(connection, store.workspaces.find(connection, WORKSPACE))
        store.fixes.put(connection, store.workspaces.find(connection, WORKSPACE), Fix("topic:slow", wave="W1"))
        assert store.customers.state(connection, store.workspaces.find(connection, WORKSPACE)) != before
    assert birch.answers == 1


def test_an_account_that_turns_raises_one_alert(engine: Engine) -> None:
    """The first record raises none; then one for each turn, in either direction."""
    save(engine, answer(1, 10), answer(2, 9, account="Birch", customer="c-2"))
    assert check_health(engine, WORKSPACE, now=NOW) == []
    save(engine, answer(3, 0, days_ago=0))
    [alert] = check_health(engine, WORKSPACE, now=NOW)
    assert (alert.account, alert.before, alert.after) == ("Acme", HealthBand.HEALTHY, HealthBand.AT_RISK)
    assert alert.is_worse
    assert check_health(engine, WORKSPACE, now=NOW) == []
    [watched] = list_customers(engine, WORKSPACE, bands=WATCHED, now=NOW).accounts
    assert watched.account == "Acme"
    save(engine, answer(4, 10, days_ago=-1))
    [better] = check_health(engine, WORKSPACE, now=NOW + timedelta(days=2))
    assert not better.is_worse
    assert [each.at for each in list_alerts(engine, WORKSPACE)] == [NOW + timedelta(days=2), NOW]


def test_an_account_that_hovers_at_a_limit_raises_no_alert(engine: Engine) -> None:
    """It turns only where it is 3 points beyond the limit of 70: below 67, and back from 73 on, whatever lists say."""

    def seen(day: int) -> tuple[HealthBand | None, int, list[tuple[HealthBand, HealthBand]]]:
        """The band and the health in the list, and the alerts that are new, on a day."""
        now = NOW + timedelta(days=day)
        alerts = [(alert.before, alert.after) for alert in check_health(engine, WORKSPACE, now=now)]
        [account] = list_customers(engine, WORKSPACE, now=now).accounts
        return account.band, round(account.health or 0), alerts

    save(engine, answer(1, 8, days_ago=0))
    assert seen(10) == (HealthBand.HEALTHY, 72, [])
    assert seen(130) == (HealthBand.WATCH, 69, [])  # the longer the silence, the less
    save(engine, answer(2, 8, customer="c-2", days_ago=-130))
    assert seen(131) == (HealthBand.HEALTHY, 72, [])
    assert seen(290) == (HealthBand.WATCH, 66, [(HealthBand.HEALTHY, HealthBand.WATCH)])
    save(engine, answer(3, 8, customer="c-3", days_ago=-290))
    assert seen(291) == (HealthBand.HEALTHY, 72, [])
    save(engine, answer(4, 10, customer="c-4", days_ago=-291))
    assert seen(292) == (HealthBand.HEALTHY, 75, [(HealthBand.WATCH, HealthBand.HEALTHY)])
    assert len(list_alerts(engine, WORKSPACE)) == 2


def test_names_of_people_are_not_shown(engine: Engine) -> None:
    """A customer who only has an address is called by a placeholder, unless personal data may be shown."""
    person = Response("survey", "1", Score(2), answered_at=NOW, customer=Customer(email="jo@x.example"))
    save(engine, person, answer(2, 9))
    names = [health.account for health in list_customers(engine, WORKSPACE, now=NOW).accounts]
    assert names == ["[name]", "Acme"]
    page = list_customers(engine, WORKSPACE, now=NOW, with_personal_data=True, limit=1)
    assert [health.account for health in page.accounts] == ["jo@x.example"]
    rest = list_customers(engine, WORKSPACE, now=NOW, limit=1, cursor=page.next)
    assert ([health.account for health in rest.accounts], rest.next) == (["Acme"], None)
    add_new_account(
        engine, WORKSPACE, NewAccount("Dune", AccountOrigin.REFERRAL, "jo@x.example", NOW), with_personal_data=True
    )
    assert [new.brought_by for new in list_new_accounts(engine, WORKSPACE)] == ["[name]"]


def test_the_board_counts_cases_outcomes_and_new_accounts(engine: Engine) -> None:
    """Cases in time and late, each account once, and amounts only where they are known; 0 is known."""
    save(
        engine,
        answer(1, 2, revenue=1000),
        answer(2, 3, customer="c-2", revenue=1000),
        answer(3, 5, account="Birch", customer="c-3"),
        answer(4, 9, account="Cedar", customer="c-4"),
        answer(5, 6, account="Dune", customer="c-5"),
    )
    for response, hours in (("1", 2), ("2", 30), ("4", 4)):
        contact(engine, case_of(engine, response), NOW + timedelta(hours=hours))
    for response, outcome in (("1", "recovered"), ("2", "recovered"), ("4", "referral")):
        change = CaseChange(CaseState.RESOLVED, outcome=Outcome(outcome))
        change_case(engine, WORKSPACE, case_of(engine, response), change, author="Ada", now=NOW + timedelta(hours=40))
    contact(engine, case_of(engine, "5"), state=CaseState.CLOSED)
    case = case_of(engine, "4")
    referral = NewAccount(
        "Elm", AccountOrigin.REFERRAL, "Cedar", NOW, case, Decimal("500.5"), Decimal(100), Decimal(3000)
    )
    add_new_account(engine, WORKSPACE, referral)
    add_new_account(engine, WORKSPACE, NewAccount("Fir", AccountOrigin.REFERRAL, "c-4", NOW, revenue=Decimal(0)))
    add_new_account(engine, WORKSPACE, NewAccount("Oak", AccountOrigin.FORMER_CUSTOMER, "c-1", NOW))
    board = read_board(engine, WORKSPACE, now=NOW + timedelta(hours=50))
    detractors, passives, promoters = board.cases
    assert (detractors.cases, detractors.open, detractors.resolved, detractors.closed) == (4, 1, 2, 1)
    assert (detractors.overdue, detractors.in_time, detractors.late, detractors.median_hours) == (1, 1, 2, 16)
    assert (passives.cases, promoters.in_time, promoters.median_hours) == (0, 1, 4)
    outcomes = {outcome.outcome: (outcome.cases, outcome.accounts, outcome.revenue) for outcome in board.outcomes}
    assert outcomes["recovered"] == (2, 1, 1000)
    assert outcomes["referral"] == (1, 1, None)
    assert outcomes["churned"] == (0, 0, None)
    referrals, former = board.new_accounts
    assert (referrals.accounts, referrals.revenue, referrals.cac, referrals.lifetime_value) == (2, 500.5, 100, 3000)
    assert (referrals.value_to_cost, former.accounts, former.revenue) == (30, 1, None)
    assert board.nps is None
    assert any("experiment" in note for note in board.notes)
    later = read_board(engine, WORKSPACE, since=NOW + timedelta(days=1), now=NOW)
    assert (later.cases[0].cases, later.new_accounts[0].accounts) == (0, 0)
    rows = to_csv(board).splitlines()
    assert "outcomes,recovered,revenue,1000.0,," in rows
    assert "new_accounts,referral,cac,100.0,," in rows
    assert "points,,nps,,," in rows
    assert asdict(board)["cases"][0]["group"] == "detractor"


def test_a_forgotten_customer_leaves_no_trace(engine: Engine) -> None:
    """Cases and history go with the responses, alerts and health by name; the account that was brought stays."""
    person = Response("survey", "1", Score(9), answered_at=NOW, customer=Customer(email="jo@x.example"))
    save(engine, person)
    contact(engine, 1)
    check_health(engine, WORKSPACE, now=NOW)
    save(engine, replace(person, external_id="2", score=Score(0), answered_at=NOW + timedelta(days=1)))
    assert len(check_health(engine, WORKSPACE, now=NOW + timedelta(days=1))) == 1
    add_new_account(
        engine, WORKSPACE, NewAccount("Elm", AccountOrigin.REFERRAL, "jo@x.example", NOW, 1), with_personal_data=True
    )
    with engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, WORKSPACE)
        connection.execute(sa.delete(responses_table))
        store.customers.forget(connection, workspace_id, ["jo@x.example"])
    tables = (case_tables.cases, case_tables.case_events, case_tables.account_health, case_tables.customer_alerts)
    with store.reading(engine) as connection:
        assert [connection.execute(sa.select(table)).all() for table in tables] == [[], [], [], []]
    [new] = list_new_accounts(engine, WORKSPACE)
    assert (new.account, new.brought_by, new.case) == ("Elm", "(deleted)", None)


def test_a_new_account_is_of_a_customer_and_counts_once(engine: Engine) -> None:
    """It is refused for unknown customers, cases of others, a second time, and with amounts that cannot be."""
    save(engine, answer(1, 9), answer(2, 9, account="Birch", customer="c-2"))
    new = NewAccount("Elm", AccountOrigin.REFERRAL, "Acme", NOW)
    add_new_account(engine, WORKSPACE, new)
    with pytest.raises(Conflict, match="recorded already"):
        add_new_account(engine, WORKSPACE, new)
    with pytest.raises(CustomerNotFound):
        add_new_account(engine, WORKSPACE, NewAccount("Fir", AccountOrigin.REFERRAL, "nobody", NOW))
    with pytest.raises(CaseNotFound):
        add_new_account(engine, WORKSPACE, NewAccount("Fir", AccountOrigin.REFERRAL, "Acme", NOW, case_of(engine, "2")))
    for amount in ("-1", "NaN", "Infinity", "1e15"):
        with pytest.raises(InvalidInput, match="not an amount"):
            NewAccount("Fir", AccountOrigin.REFERRAL, "Acme", NOW, revenue=Decimal(amount))
    remove_new_account(engine, WORKSPACE, "Elm")
    with pytest.raises(NotFound):
        remove_new_account(engine, WORKSPACE, "Elm")
    assert list_new_accounts(engine, WORKSPACE) == []
    add_new_account(engine, WORKSPACE, NewAccount("Fir", AccountOrigin.REFERRAL, "c-1", NOW))
    for name in ("Acme", "c-1", "c-1@x.example"):
        assert [each.account for each in read(engine, name, with_personal_data=True).new_accounts] == ["Fir"]
    assert read(engine, "Birch").new_accounts == ()
