"""Comments: one row for each distinct verbatim of a workspace, with the results of the clean stage."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.feedback import Comment
from saywhy.store.statements import STREAMED, Row, batches, insert
from saywhy.store.tables import annotations as annotations_table
from saywhy.store.tables import comments, responses

COLUMNS = (comments.c.verbatim, comments.c.language, comments.c.is_answer, comments.c.duplicate_of)


def uncleaned(connection: Connection, workspace_id: int, limit: int) -> list[Comment]:
    """Comments that the clean stage has not processed, in order of content hash, at most `limit`."""
    query = (
        sa.select(*COLUMNS)
        .where(comments.c.workspace_id == workspace_id, ~comments.c.is_cleaned)
        .order_by(comments.c.content_hash)
        .limit(limit)
    )
    return [from_row(row) for row in connection.execute(query)]


def save_cleaned(
    connection: Connection,
    workspace_id: int,
    cleaned: Sequence[Comment],
    fingerprints: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """Save the results of the clean stage, and the fingerprints of answers by content hash. Comments that no longer
    exist are ignored.
    """
    if not cleaned:
        return
    statement = (
        sa.update(comments)
        .where(comments.c.workspace_id == workspace_id, comments.c.content_hash == sa.bindparam("of_hash"))
        .values(
            language=sa.bindparam("new_language"),
            is_answer=sa.bindparam("new_is_answer"),
            duplicate_of=sa.bindparam("new_duplicate_of"),
            fingerprint=sa.bindparam("new_fingerprint"),
            is_cleaned=True,
        )
    )
    rows = [
        {
            "of_hash": comment.content_hash,
            "new_language": comment.language,
            "new_is_answer": comment.is_answer,
            "new_duplicate_of": comment.duplicate_of,
            "new_fingerprint": fingerprints.get(comment.content_hash),
        }
        for comment in cleaned
    ]
    connection.execute(statement, rows)


def unannotated(
    connection: Connection, workspace_id: int, model: str, limit: int, *, after: str | None = None
) -> list[Comment]:
    """Answers without an annotation by this model, in order of content hash, at most `limit`.

    `after` skips content hashes up to and including it: pass the last one of the previous batch, so that the database
    does not scan annotated comments again.
    """
    query = (
        sa.select(*COLUMNS)
        .where(comments.c.workspace_id == workspace_id, comments.c.is_cleaned, comments.c.is_answer, ~_annotated(model))
        .order_by(comments.c.content_hash)
        .limit(limit)
    )
    if after is not None:
        query = query.where(comments.c.content_hash > after)
    return [from_row(row) for row in connection.execute(query)]


def count_unannotated(connection: Connection, workspace_id: int, model: str) -> int:
    """How many answers have no annotation by this model."""
    is_answer = (comments.c.workspace_id == workspace_id) & comments.c.is_cleaned & comments.c.is_answer
    query = sa.select(sa.func.count()).select_from(comments).where(is_answer, ~_annotated(model))
    return connection.scalar(query) or 0


def load(connection: Connection, workspace_id: int) -> Iterator[Comment]:
    """All cleaned comments, as a stream in order of content hash."""
    query = (
        sa.select(*COLUMNS)
        .where(comments.c.workspace_id == workspace_id, comments.c.is_cleaned)
        .order_by(comments.c.content_hash)
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield from_row(row)


def by_hash(connection: Connection, workspace_id: int, content_hashes: Collection[str]) -> dict[str, Comment]:
    """These comments, by content hash; missing ones are left out."""
    existing: dict[str, Comment] = {}
    for batch in batches(sorted(set(content_hashes))):
        query = sa.select(comments.c.content_hash, *COLUMNS).where(
            comments.c.workspace_id == workspace_id, comments.c.content_hash.in_(batch)
        )
        existing |= {row.content_hash: from_row(row) for row in connection.execute(query)}
    return existing


def any_with(connection: Connection, workspace_id: int, words: str) -> bool:
    """Whether these words stand in any comment, whatever the case of letters. (SQLite knows only that of ASCII.)"""
    has_words = comments.c.verbatim.icontains(words, autoescape=True)
    return bool(connection.scalar(sa.select(sa.exists().where(comments.c.workspace_id == workspace_id, has_words))))


def from_row(row: Row) -> Comment:
    """The comment of a row with `COLUMNS`."""
    return Comment(row.verbatim, row.language, row.is_answer, row.duplicate_of)


def _annotated(model: str) -> sa.ColumnElement[bool]:
    """Whether a comment has an annotation by this model."""
    return sa.exists().where(
        annotations_table.c.workspace_id == comments.c.workspace_id,
        annotations_table.c.content_hash == comments.c.content_hash,
        annotations_table.c.model == model,
    )


# --- for the other modules of the store -----------------------------------------------------------------------------


def add(connection: Connection, workspace_id: int, new: Mapping[str, Comment]) -> None:
    """Insert comments, by content hash; existing ones stay unchanged."""
    if not new:
        return
    rows = [
        {
            "workspace_id": workspace_id,
            "content_hash": content_hash,
            "verbatim": comment.verbatim,
            "language": comment.language,
            "is_answer": comment.is_answer,
            "duplicate_of": comment.duplicate_of,
            "is_cleaned": False,
        }
        for content_hash, comment in new.items()
    ]
    connection.execute(insert(connection, comments).on_conflict_do_nothing(), rows)


def delete_unreferenced(connection: Connection, workspace_id: int, content_hashes: Sequence[str]) -> None:
    """Delete those of the comments that no response has, with their annotations, audits and assignments.

    Their near-duplicates refer to a deleted comment, so they are marked as not cleaned.
    """
    is_referenced = sa.exists().where(
        responses.c.workspace_id == comments.c.workspace_id, responses.c.content_hash == comments.c.content_hash
    )
    for batch in batches(content_hashes):
        deleted = connection.scalars(
            sa.delete(comments)
            .where(comments.c.workspace_id == workspace_id, comments.c.content_hash.in_(batch), ~is_referenced)
            .returning(comments.c.content_hash)
        ).all()
        if deleted:
            connection.execute(
                sa.update(comments)
                .where(comments.c.workspace_id == workspace_id, comments.c.duplicate_of.in_(deleted))
                .values(duplicate_of=None, fingerprint=None, is_cleaned=False)
            )


def lock_existing(connection: Connection, workspace_id: int, content_hashes: Collection[str]) -> set[str]:
    """Content hashes of those comments that exist; they are locked against deletion until the transaction ends.

    Between loading a comment and saving its results, an import may have deleted it.
    """
    existing: set[str] = set()
    for batch in batches(sorted(set(content_hashes))):
        query = sa.select(comments.c.content_hash).where(
            comments.c.workspace_id == workspace_id, comments.c.content_hash.in_(batch)
        )
        existing.update(connection.scalars(query.with_for_update(read=True, key_share=True)))
    return existing
