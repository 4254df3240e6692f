"""Memberships: the cluster of each clause (table `assignments`). `topics.save` sets the topic of the same rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store import comments
from saywhy.store.statements import STREAMED, Row, batches, upsert
from saywhy.store.topic_tables import assignments as table
from saywhy.topic import ClauseKey, Membership


def save(connection: Connection, workspace_id: int, memberships: Sequence[Membership], *, replace_all: bool) -> None:
    """Insert or update the clusters of clauses; with `replace_all`, delete those of all other clauses first.

    Topics of the clauses are unset until `topics.save`. Clauses of comments that no longer exist are dropped.
    """
    if replace_all:
        connection.execute(sa.delete(table).where(table.c.workspace_id == workspace_id))
    for batch in batches(memberships):
        existing = comments.lock_existing(connection, workspace_id, {clause.content_hash for clause in batch})
        rows = [_row(workspace_id, clause) for clause in batch if clause.content_hash in existing]
        if replace_all and rows:
            connection.execute(sa.insert(table), rows)
        else:
            upsert(connection, table, ["content_hash", "workspace_id", "span_start", "span_end"], rows)


def load(connection: Connection, workspace_id: int) -> Iterator[Membership]:
    """The membership of every clause, as a stream in order of content hash and position."""
    with connection.execute(_select(workspace_id), execution_options=STREAMED) as rows:
        for row in rows:
            yield _membership(row)


def find(
    connection: Connection, workspace_id: int, cluster_ids: Collection[str] = (), content_hashes: Collection[str] = ()
) -> list[Membership]:
    """Memberships of clauses: those that name one of the clusters, first or second, and all those of the comments,
    in a cluster or in none."""
    memberships: dict[ClauseKey, Membership] = {}
    for column, values in (
        (table.c.cluster_id, cluster_ids),
        (table.c.second_cluster_id, cluster_ids),
        (table.c.content_hash, content_hashes),
    ):
        for batch in batches(sorted(set(values))):
            query = _select(workspace_id).where(column.in_(batch))
            for row in connection.execute(query):
                membership = _membership(row)
                memberships[membership.key] = membership
    return [memberships[key] for key in sorted(memberships)]


def hashes_with_prefix(connection: Connection, workspace_id: int, prefix: str, limit: int = 3) -> list[str]:
    """Content hashes of comments with clustered clauses that begin with `prefix` (hex digits), at most `limit`."""
    column = table.c.content_hash
    query = (
        sa.select(column)
        .distinct()
        .where(table.c.workspace_id == workspace_id, column >= prefix, column < prefix + "g")  # g follows f
        .order_by(column)
        .limit(limit)
    )
    return list(connection.scalars(query))


def _select(workspace_id: int) -> sa.Select[Any]:
    return (
        sa.select(table)
        .where(table.c.workspace_id == workspace_id)
        .order_by(table.c.content_hash, table.c.span_start, table.c.span_end)
    )


def _row(workspace_id: int, membership: Membership) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "content_hash": membership.content_hash,
        "span_start": membership.start,
        "span_end": membership.end,
        "cluster_id": membership.cluster,
        "part_id": membership.part,
        "topic_id": None,
        "confidence": membership.confidence,
        "second_cluster_id": membership.second,
        "second_topic_id": None,
        "second_confidence": membership.second_confidence,
    }


def _membership(row: Row) -> Membership:
    return Membership(
        row.content_hash,
        row.span_start,
        row.span_end,
        row.cluster_id,
        row.confidence,
        row.part_id,
        row.second_cluster_id,
        row.second_confidence,
    )
