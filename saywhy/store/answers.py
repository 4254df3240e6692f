"""Answers to requests with an idempotency key: a repeated request gets the same answer and changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import KeyReused
from saywhy.job import Values
from saywhy.store.job_tables import answers
from saywhy.store.statements import insert


def reserve(connection: Connection, workspace_id: int, key: str, fingerprint: str) -> Values | None:
    """The answer that a request with this key got; None if it is the first, which must then `put` its answer.

    A concurrent request with the same key waits here until this transaction ends. Raises `KeyReused` if the earlier
    request was another one.
    """
    added = connection.scalar(
        insert(connection, answers)
        .values(workspace_id=workspace_id, key=key, fingerprint=fingerprint, answered_at=datetime.now(UTC))
        .on_conflict_do_nothing()
        .returning(answers.c.key)
    )
    if added is not None:
        return None
    earlier = connection.execute(sa.select(answers).where(_is(workspace_id, key))).one()
    if earlier.fingerprint != fingerprint:
        raise KeyReused
    answer: Values = earlier.answer
    return answer


def put(connection: Connection, workspace_id: int, key: str, answer: Values) -> None:
    """Save the answer, in the transaction that made the changes."""
    connection.execute(sa.update(answers).where(_is(workspace_id, key)).values(answer=answer))


def delete(connection: Connection, before: datetime) -> int:
    """Delete the answers that were given before this time; return their number."""
    return connection.execute(sa.delete(answers).where(answers.c.answered_at < before)).rowcount


def _is(workspace_id: int, key: str) -> sa.ColumnElement[bool]:
    return (answers.c.workspace_id == workspace_id) & (answers.c.key == key)
