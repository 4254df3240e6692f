"""Deleting responses and all that was computed from them, for a person who is to be forgotten or by age.

The caller has the workspace locked, and no analysis is running: one that had read the responses before would write its
reports afterwards.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from saywhy.store import comments
from saywhy.store.case_tables import cases
from saywhy.store.redaction import pattern_of
from saywhy.store.statements import STREAMED, batches
from saywhy.store.tables import ACCOUNT, audits, imports, rejections, responses
from saywhy.store.tables import annotations as annotations_table
from saywhy.store.tables import comments as comments_table
from saywhy.store.topic_tables import assignments, topic_edits


@dataclass(frozen=True, slots=True)
class Trace:
    """A response that is to be deleted, and what its person may be recognised by in rejected rows."""

    id: int
    content_hash: str | None
    terms: tuple[str, ...]  # ids, name and address
    email: str | None
    customer_id: str | None
    account: str | None  # by which its health is recorded: that of a company, or the person


@dataclass(frozen=True, slots=True)
class DeletedRows:
    """How many rows of each kind were deleted."""

    responses: int
    cases: int
    comments: int
    annotations: int
    clauses: int
    audits: int


def of_customer(connection: Connection, workspace_id: int, customer: str) -> list[Trace]:
    """The responses with this customer id, or with this e-mail address in any case of letters."""
    is_customer = (responses.c.customer_id == customer) | (
        sa.func.lower(responses.c.customer_email) == customer.lower()
    )
    return _traces(connection, workspace_id, is_customer)


def answered_before(connection: Connection, workspace_id: int, moment: datetime) -> list[Trace]:
    """The responses from before a moment; those without a date are left out."""
    return _traces(connection, workspace_id, responses.c.answered_at < moment)


def count_undated(connection: Connection, workspace_id: int) -> int:
    """How many responses have no date."""
    is_undated = (responses.c.workspace_id == workspace_id) & responses.c.answered_at.is_(None)
    return connection.scalar(sa.select(sa.func.count()).select_from(responses).where(is_undated)) or 0


def count_with_email(connection: Connection, workspace_id: int, emails: Collection[str]) -> int:
    """How many responses have one of these addresses, in any case of letters."""
    if not emails:
        return 0
    query = sa.select(sa.func.count()).select_from(responses)
    has_email = sa.func.lower(responses.c.customer_email).in_([email.lower() for email in emails])
    return connection.scalar(query.where(responses.c.workspace_id == workspace_id, has_email)) or 0


def verbatims(connection: Connection, workspace_id: int, content_hashes: Collection[str]) -> list[str]:
    """The texts of comments."""
    return [comment.verbatim for comment in comments.by_hash(connection, workspace_id, content_hashes).values()]


def delete(connection: Connection, workspace_id: int, traces: Sequence[Trace]) -> DeletedRows:
    """Delete responses with their cases, the comments that no other response has, and what was computed from these."""
    hashes = sorted({trace.content_hash for trace in traces if trace.content_hash})
    tables = (comments_table, annotations_table, assignments, audits)
    before = [_count(connection, workspace_id, table, hashes) for table in tables]
    case_count = 0
    for batch in batches([trace.id for trace in traces]):
        case_count += connection.execute(sa.delete(cases).where(cases.c.response_id.in_(batch))).rowcount
        connection.execute(
            sa.delete(responses).where(responses.c.workspace_id == workspace_id, responses.c.id.in_(batch))
        )
    comments.delete_unreferenced(connection, workspace_id, hashes)
    after = [_count(connection, workspace_id, table, hashes) for table in tables]
    deleted = (earlier - later for earlier, later in zip(before, after, strict=True))
    return DeletedRows(len(traces), case_count, *deleted)


def delete_rejections(connection: Connection, workspace_id: int, terms: Collection[str]) -> int:
    """Delete the rejected rows in which one of the terms occurs as a word; their number."""
    if not terms:
        return 0
    pattern = pattern_of(terms)
    query = sa.select(rejections.c.id, rejections.c.row).where(rejections.c.workspace_id == workspace_id)
    with connection.execute(query, execution_options=STREAMED) as rows:
        ids = [row.id for row in rows if pattern.search(row.row)]
    for batch in batches(ids):
        connection.execute(sa.delete(rejections).where(rejections.c.id.in_(batch)))
    return len(ids)


def delete_rejections_before(connection: Connection, workspace_id: int, moment: datetime) -> int:
    """Delete the rejected rows of imports from before a moment; their number."""
    earlier = sa.select(imports.c.id).where(imports.c.workspace_id == workspace_id, imports.c.started_at < moment)
    return connection.execute(sa.delete(rejections).where(rejections.c.import_id.in_(earlier))).rowcount


def change_edits(connection: Connection, workspace_id: int, change: Callable[[Any], Any]) -> int:
    """Replace the arguments of edits by what `change` makes of them; the number of edits that it changed."""
    query = sa.select(topic_edits.c.id, topic_edits.c.arguments).where(topic_edits.c.workspace_id == workspace_id)
    changed = 0
    for row in connection.execute(query).all():
        if (arguments := change(row.arguments)) != row.arguments:
            connection.execute(sa.update(topic_edits).where(topic_edits.c.id == row.id).values(arguments=arguments))
            changed += 1
    return changed


def missing(connection: Connection, workspace_id: int, content_hashes: Collection[str]) -> dict[str, str]:
    """Those comments that are not there (any more), each with a random hash to stand for it."""
    present = comments.by_hash(connection, workspace_id, content_hashes)
    return {content_hash: secrets.token_hex(32) for content_hash in content_hashes if content_hash not in present}


def overwrite(connection: Connection) -> None:
    """On SQLite, overwrite in the file what this transaction deletes."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def empty_log(engine: Engine) -> None:
    """On SQLite, write the log of changes into the file and empty it, as it still has what was overwritten there."""
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(sqlite_begin=None) as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _traces(connection: Connection, workspace_id: int, condition: sa.ColumnElement[bool]) -> list[Trace]:
    columns = responses.c
    query = sa.select(
        columns.id,
        columns.content_hash,
        columns.external_id,
        columns.customer_id,
        columns.customer_name,
        columns.customer_email,
        ACCOUNT.label("account"),
    ).where(columns.workspace_id == workspace_id, condition)
    return [
        Trace(
            row.id,
            row.content_hash,
            tuple(filter(None, (row.external_id, row.customer_id, row.customer_name, row.customer_email))),
            row.customer_email,
            row.customer_id,
            row.account,
        )
        for row in connection.execute(query)
    ]


def _count(connection: Connection, workspace_id: int, table: sa.Table, content_hashes: Sequence[str]) -> int:
    """How many rows of a table are of these comments."""
    count = 0
    for batch in batches(content_hashes):
        query = sa.select(sa.func.count()).select_from(table)
        of_comments = (table.c.workspace_id == workspace_id) & table.c.content_hash.in_(batch)
        count += connection.scalar(query.where(of_comments)) or 0
    return count
