"""Corrections of what the models said of comments, an append-only log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.correction import Correction, CorrectionKind, standing
from saywhy.store import workspaces
from saywhy.store.page_tables import corrections as table
from saywhy.store.statements import Row, batches


def add(connection: Connection, workspace_id: int, corrections: Sequence[Correction]) -> None:
    """Append corrections, whose ids are not used; the next run computes all reports again."""
    if not corrections:
        return
    workspaces.touch(connection, workspace_id)
    rows = [
        {
            "workspace_id": workspace_id,
            "content_hash": each.content_hash,
            "kind": each.kind.value,
            "span_start": each.clause[0] if each.clause else None,
            "span_end": each.clause[1] if each.clause else None,
            "value": each.value,
            "said": each.said,
            "model": each.model,
            "author": each.author,
            "at": each.at,
        }
        for each in corrections
    ]
    connection.execute(sa.insert(table), rows)


def load(
    connection: Connection, workspace_id: int, kind: CorrectionKind | None = None
) -> dict[str, tuple[Correction, ...]]:
    """All standing corrections, or those of a kind, by content hash; the oldest first."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id)
    if kind is not None:
        query = query.where(table.c.kind == kind.value)
    return _by_hash(_correction(row) for row in connection.execute(query.order_by(table.c.id)))


def by_hash(
    connection: Connection, workspace_id: int, content_hashes: Collection[str]
) -> dict[str, tuple[Correction, ...]]:
    """The standing corrections of these comments, by content hash; comments without one are left out."""
    corrections: dict[str, tuple[Correction, ...]] = {}
    for batch in batches(sorted(set(content_hashes))):
        query = sa.select(table).where(table.c.workspace_id == workspace_id, table.c.content_hash.in_(batch))
        corrections |= _by_hash(_correction(row) for row in connection.execute(query.order_by(table.c.id)))
    return corrections


def log(connection: Connection, workspace_id: int, content_hashes: Collection[str] | None = None) -> list[Correction]:
    """All corrections, or those of these comments, in the order in which they were written; what was taken back too."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id)
    if content_hashes is None:
        return [_correction(row) for row in connection.execute(query.order_by(table.c.id))]
    return [
        _correction(row)
        for batch in batches(sorted(set(content_hashes)))
        for row in connection.execute(query.where(table.c.content_hash.in_(batch)).order_by(table.c.id))
    ]


def latest_first(connection: Connection, workspace_id: int, limit: int, before: int | None) -> list[Correction]:
    """At most so many corrections, those that were taken back and the taking back included, from the last one on, or
    from before an id.
    """
    query = sa.select(table).where(table.c.workspace_id == workspace_id).order_by(table.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(table.c.id < before)
    return [_correction(row) for row in connection.execute(query)]


def _by_hash(corrections: Iterable[Correction]) -> dict[str, tuple[Correction, ...]]:
    grouped: dict[str, list[Correction]] = {}
    for each in standing(corrections):
        grouped.setdefault(each.content_hash, []).append(each)
    return {content_hash: tuple(group) for content_hash, group in grouped.items()}


def _correction(row: Row) -> Correction:
    clause = None if row.span_start is None else (row.span_start, row.span_end)
    kind = CorrectionKind(row.kind)
    return Correction(row.content_hash, kind, clause, row.value, row.said, row.model, row.author, row.at, row.id)
