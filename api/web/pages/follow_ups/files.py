"""The list of cases as a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.web.customers import customer_name
from api.web.rendering import Web
from pipelines.render.tables import Column, Kind, Table
from pipelines.render.wording import Wording
from saywhy.case import Case, CaseState, Outcome, Task
from saywhy.feedback import Group, Scale

#: A case with its comment.
CommentedCase = tuple[Case, str | None]


def case_table(cases: Iterable[CommentedCase], now: datetime, web: Web) -> Table:
    """The cases in the order of the page."""
    wording = web.wording
    tasks, states = _names("task", Task, wording), _names("state", CaseState, wording)
    outcomes = _names("outcome", Outcome, wording)
    columns: tuple[Column[CommentedCase], ...] = (
        Column("id", wording["tables.id"], Kind.COUNT, lambda row: row[0].id),
        Column("group", wording["tables.group"], Kind.TEXT, lambda row: row[0].group, _groups(wording)),
        Column("score", wording["tables.score"], Kind.COUNT, lambda row: _score(row[0])),
        Column("customer", wording["tables.name"], Kind.TEXT, lambda row: customer_name(row[0].customer, web).name),
        Column("person", wording["tables.person"], Kind.TEXT, lambda row: customer_name(row[0].customer, web).person),
        Column("revenue", wording["tables.revenue"], Kind.NUMBER, lambda row: _revenue(row[0])),
        Column("task", wording["tables.task"], Kind.TEXT, lambda row: row[0].task, tasks),
        Column("state", wording["tables.state"], Kind.TEXT, lambda row: row[0].state, states),
        Column("outcome", wording["tables.outcome"], Kind.TEXT, lambda row: row[0].outcome, outcomes),
        Column("owner", wording["tables.owner"], Kind.TEXT, lambda row: row[0].owner),
        Column("wave", wording["wave"], Kind.TEXT, lambda row: row[0].wave),
        Column("opened_at", wording["tables.opened_at"], Kind.MOMENT, lambda row: row[0].opened_at),
        Column("due_at", wording["tables.due_at"], Kind.MOMENT, lambda row: row[0].due_at),
        Column("is_overdue", wording["tables.overdue"], Kind.FLAG, lambda row: row[0].is_overdue(now)),
        Column("contacted_at", wording["tables.contacted_at"], Kind.MOMENT, lambda row: row[0].contacted_at),
        Column("ended_at", wording["tables.ended_at"], Kind.MOMENT, lambda row: row[0].ended_at),
        Column("comment", wording["tables.comment"], Kind.TEXT, lambda row: row[1]),
    )
    return Table.of(wording["follow_ups.title"], columns, cases)


def _names(field: str, values: Iterable[str], wording: Wording) -> dict[str, str]:
    return {str(value): wording[f"follow_ups.{field}_{value}"] for value in values}


def _groups(wording: Wording) -> dict[str, str]:
    return {group.value: wording[f"{group}s"] for group in Group}


def _score(case: Case) -> int | None:
    """The score, if it was asked for from 0 to 10."""
    return case.score.value if case.score and case.score.scale is Scale.NPS else None


def _revenue(case: Case) -> float | None:
    amount = case.customer.revenue if case.customer else None
    return None if amount is None else float(amount)
