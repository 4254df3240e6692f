"""Audits: the labels that people gave to comments, by content hash.

A content hash is as good as a random number. The comments of the smallest hashes are therefore a simple random sample
of all comments, whatever is imported later, and a larger sample holds every smaller one.
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
from saywhy.store.statements import insert
from saywhy.store.tables import annotations as annotations_table
from saywhy.store.tables import audits
from saywhy.store.tables import comments as comments_table

Labels = tuple[AuditLabel, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Comments that are labelled, those still to label, and how many of the latter come before a labelled one."""

    labelled: int
    unlabelled: int
    skipped: int


def save(connection: Connection, workspace: int, read: Mapping[str, Collection[AuditLabel]]) -> None:
    """Keep the labels of comments (no labels: the comment names nothing); earlier ones of a comment are replaced.

    Every comment must be there (`comments.present`).
    """
    if not read:
        return
    workspaces.touch(connection, workspace)
    now = datetime.now(UTC)
    statement = insert(connection, audits)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["content_hash", "workspace_id"],
            set_={name: statement.excluded[name] for name in ("labels", "labelled_at")},
        ),
        [
            {
                "workspace_id": workspace,
                "content_hash": content_hash,
                "labels": [[label.theme, label.polarity.value] for label in sorted(labels)],
                "labelled_at": now,
            }
            for content_hash, labels in read.items()
        ],
    )


def load(connection: Connection, workspace: int) -> dict[str, Labels]:
    """The labels of every audited comment, by content hash."""
    query = sa.select(audits.c.content_hash, audits.c.labels).where(audits.c.workspace_id == workspace)
    return {
        row.content_hash: tuple(AuditLabel(theme, Polarity(polarity)) for theme, polarity in row.labels)
        for row in connection.execute(query)
    }


def unread(connection: Connection, workspace: int, limit: int) -> Sequence[Comment]:
    """The next comments of the sample, at most `limit`: annotated ones that nobody has labelled yet."""
    query = (
        sa.select(*comments.COLUMNS)
        .where(comments_table.c.workspace_id == workspace, _among(annotations_table), ~_among(audits))
        .order_by(comments_table.c.content_hash)
        .limit(limit)
    )
    return [comments.from_row(row) for row in connection.execute(query)]


def standing(connection: Connection, workspace: int) -> Standing:
    """How far the audit has come."""
    mine = audits.c.workspace_id == workspace
    kept = sa.select(sa.func.count(), sa.func.max(audits.c.content_hash)).where(mine)
    labelled, last = connection.execute(kept).one()
    before = sa.func.count().filter(comments_table.c.content_hash < (last or ""))
    unlabelled, skipped = connection.execute(
        sa.select(sa.func.count(), before).where(
            comments_table.c.workspace_id == workspace, _among(annotations_table), ~_among(audits)
        )
    ).one()
    return Standing(labelled, unlabelled, skipped)


def _among(table: sa.Table) -> sa.Exists:
    """Whether the comment is in that table."""
    return sa.exists().where(
        table.c.workspace_id == comments_table.c.workspace_id, table.c.content_hash == comments_table.c.content_hash
    )
