"""Responses of customers to follow up, and workspaces with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from saywhy import store
from saywhy.case import CaseChange, CaseState
from saywhy.feedback import Comment, Customer, Response, Score
from saywhy.store import Engine
from service.cases import change_case, list_cases, open_for
from service.saving import save as service_save

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
WORKSPACE = "default"


def answer(
    number: int,
    score: int | None,
    text: str | None = None,
    *,
    account: str | None = "Acme",
    customer: str | None = "c-1",
    days_ago: float = 1,
    wave: str | None = None,
    revenue: int | None = None,
) -> Response:
    """An answer to a survey, by default of the customer c-1 of the account Acme a day before `NOW`."""
    amount = None if revenue is None else Decimal(revenue)
    who = Customer(customer, f"Name {customer}", f"{customer}@x.example", account, amount)
    return Response(
        "survey",
        str(number),
        None if score is None else Score(score),
        None if text is None else Comment(text, "en"),
        NOW - timedelta(days=days_ago),
        wave,
        customer=who if customer or account else None,
    )


def save(engine: Engine, *responses: Response, now: datetime = NOW) -> int:
    """Save responses and open their cases, as an import does; the number of cases that were opened."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, WORKSPACE)
        store.responses.save(connection, workspace_id, responses)
        return open_for(connection, workspace_id, responses, now)


def contact(engine: Engine, case: int, now: datetime = NOW, state: CaseState = CaseState.CONTACTED) -> None:
    """Bring a case to the next state."""
    change_case(engine, WORKSPACE, case, CaseChange(state), author="Ada", now=now)


def case_of(engine: Engine, response: str) -> int:
    """The number of the case of a response."""
    [case] = [case for case in list_cases(engine, WORKSPACE, limit=500).cases if case.response == response]
    return case.id


def anonymous(engine: Engine) -> None:
    """Make the workspace anonymous, with responses in it."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, WORKSPACE)
        store.workspaces.promise_anonymity(connection, workspace_id)
    save(engine, answer(1, 0, "Slow"), answer(2, 10, "Great"))


def survey_file(folder: Path) -> Path:
    """A file with three answers of customers, answered today."""
    today = datetime.now(UTC).date().isoformat()
    path = folder / "survey.csv"
    path.write_text(
        "response id,NPS score (0-10),comment,submitted at,customer id,account\n"
        f"R-1,0,Slow support,{today},c-1,Acme\nR-2,10,Lovely,{today},c-2,Birch\nR-3,8,Fine,{today},c-3,Cedar\n"
    )
    return path


def save_and_tell(engine: Engine, *responses: Response, now: datetime = NOW) -> None:
    """Save responses as an import does, with cases, and subscribers told."""
    with engine.begin() as connection:
        service_save(connection, store.workspaces.ensure(connection, WORKSPACE), responses, now)
