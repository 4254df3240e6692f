"""Audits: labels that people gave to comments, by content hash.

The audit sample is the comments with the smallest content hashes. Hashes are effectively random, so this is a simple
random sample of all comments, also of those imported later, and every larger sample contains the smaller ones (ADR 8).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.annotation import Polarity
from saywhy.audit import AuditLabel
from saywhy.feedback import Comment
from saywhy.store import comments, workspaces
from saywhy.store.statements import upsert
from saywhy.store.tables import annotations as annotations_table
from saywhy.store.tables import audits
from saywhy.store.tables import comments as comments_table

Labels = tuple[AuditLabel, ...]


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """Numbers of comments: labelled, not labelled, and skipped (not labelled although a later one of the sample is)."""

    labelled: int
    unlabelled: int
    skipped: int


def save(connection: Connection, workspace_id: int, labels_by_hash: Mapping[str, Collection[AuditLabel]]) -> None:
    """Insert or replace the labels of comments, by content hash; no labels: the comment has no theme.

    Every comment must exist (`comments.lock_existing`).
    """
    if not labels_by_hash:
        return
    workspaces.touch(connection, workspace_id)
    now = datetime.now(UTC)
    rows = [
        {
            "workspace_id": workspace_id,
            "content_hash": content_hash,
            "labels": [[label.theme, label.polarity.value] for label in sorted(labels)],
            "labelled_at": now,
        }
        for content_hash, labels in labels_by_hash.items()
    ]
    upsert(connection, audits, ["content_hash", "workspace_id"], rows)


def load(connection: Connection, workspace_id: int) -> dict[str, Labels]:
    """Labels of every audited comment, by content hash."""
    query = sa.select(audits.c.content_hash, audits.c.labels).where(audits.c.workspace_id == workspace_id)
    return {
        row.content_hash: tuple(AuditLabel(theme, Polarity(polarity)) for theme, polarity in row.labels)
        for row in connection.execute(query)
    }


def unlabelled(connection: Connection, workspace_id: int, limit: int) -> Sequence[Comment]:
    """The next comments of the audit sample, at most `limit`: annotated, not labelled yet."""
    query = (
        sa.select(*comments.COLUMNS)
        .where(comments_table.c.workspace_id == workspace_id, _has_row_in(annotations_table), ~_has_row_in(audits))
        .order_by(comments_table.c.content_hash)
        .limit(limit)
    )
    return [comments.from_row(row) for row in connection.execute(query)]


def progress(connection: Connection, workspace_id: int) -> AuditProgress:
    """How many comments of the audit sample are labelled."""
    query = sa.select(sa.func.count(), sa.func.max(audits.c.content_hash)).where(audits.c.workspace_id == workspace_id)
    labelled, last_hash = connection.execute(query).one()
    count_skipped = sa.func.count().filter(comments_table.c.content_hash < (last_hash or ""))
    unlabelled, skipped = connection.execute(
        sa.select(sa.func.count(), count_skipped).where(
            comments_table.c.workspace_id == workspace_id, _has_row_in(annotations_table), ~_has_row_in(audits)
        )
    ).one()
    return AuditProgress(labelled, unlabelled, skipped)


def _has_row_in(table: sa.Table) -> sa.Exists:
    """Whether the comment has a row in the table."""
    return sa.exists().where(
        table.c.workspace_id == comments_table.c.workspace_id, table.c.content_hash == comments_table.c.content_hash
    )
