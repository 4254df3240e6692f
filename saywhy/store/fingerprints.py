"""Fingerprints of answers, by which near-duplicates are found without reading all texts again (table `comments`).

`comments.save_cleaned` saves them with the other results of the clean stage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.feedback import Comment
from saywhy.store.comments import COLUMNS, from_row
from saywhy.store.statements import STREAMED
from saywhy.store.tables import comments


def load(connection: Connection, workspace_id: int) -> Iterator[tuple[str, str | None, bytes]]:
    """(content hash, original, fingerprint) of the cleaned answers that have a fingerprint, as a stream."""
    query = sa.select(comments.c.content_hash, comments.c.duplicate_of, comments.c.fingerprint).where(
        comments.c.workspace_id == workspace_id, comments.c.is_cleaned, comments.c.fingerprint.is_not(None)
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        yield from map(tuple, rows)


def missing(connection: Connection, workspace_id: int, limit: int, *, copies: bool, after: str = "") -> list[Comment]:
    """Cleaned answers without a fingerprint, as an earlier version has left them, in order of content hash: at most
    `limit`, and only those with a greater content hash than `after`. `copies`: those that repeat another comment.
    """
    is_copy = comments.c.duplicate_of.is_not(None)
    query = (
        sa.select(*COLUMNS)
        .where(
            comments.c.workspace_id == workspace_id,
            comments.c.is_cleaned,
            comments.c.is_answer,
            comments.c.fingerprint.is_(None),
            comments.c.content_hash > after,
            is_copy if copies else ~is_copy,
        )
        .order_by(comments.c.content_hash)
        .limit(limit)
    )
    return [from_row(row) for row in connection.execute(query)]


def save(connection: Connection, workspace_id: int, fingerprints: Mapping[str, bytes]) -> None:
    """Save fingerprints by content hash. Comments that no longer exist are ignored."""
    statement = (
        sa.update(comments)
        .where(comments.c.workspace_id == workspace_id, comments.c.content_hash == sa.bindparam("of_hash"))
        .values(fingerprint=sa.bindparam("new_fingerprint"))
    )
    rows = [{"of_hash": key, "new_fingerprint": fingerprint} for key, fingerprint in fingerprints.items()]
    if rows:
        connection.execute(statement, rows)
