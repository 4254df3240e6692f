"""Answers of customers whom plans of waves ask, or may ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.feedback import Scale, Score
from saywhy.store.statements import STREAMED
from saywhy.store.tables import responses


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """An answer, as far as plans need it; id and address are not both None."""

    customer_id: str | None
    email: str | None
    account: str | None
    wave: str | None
    answered_at: datetime | None
    score: Score | None


def between(connection: Connection, workspace_id: int, first: date, last: date) -> Iterator[PlanAnswer]:
    """The answers of customers between two days (UTC), both included."""
    columns = responses.c
    within = columns.answered_at.between(_at(first, time.min), _at(last, time.max))
    return _load(connection, workspace_id, within)


def of_waves(
    connection: Connection, workspace_id: int, waves: list[str], first: date, last: date
) -> Iterator[PlanAnswer]:
    """The answers of customers to these waves, and those without a wave between two days, oldest first."""
    columns = responses.c
    within = columns.answered_at.between(_at(first, time.min), _at(last, time.max))
    return _load(connection, workspace_id, columns.wave.in_(waves) | (columns.wave.is_(None) & within))


def _load(connection: Connection, workspace_id: int, condition: sa.ColumnElement[bool]) -> Iterator[PlanAnswer]:
    columns = responses.c
    query = (
        sa.select(
            columns.customer_id,
            columns.customer_email,
            columns.customer_account,
            columns.wave,
            columns.answered_at,
            columns.score,
            columns.scale,
        )
        .where(columns.workspace_id == workspace_id, condition)
        .where(columns.customer_id.is_not(None) | columns.customer_email.is_not(None))
        .order_by(columns.answered_at.is_not(None), columns.answered_at, columns.id)
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            score = None if row.score is None else Score(row.score, Scale(row.scale))
            yield PlanAnswer(
                row.customer_id, row.customer_email, row.customer_account, row.wave, row.answered_at, score
            )


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, UTC)
