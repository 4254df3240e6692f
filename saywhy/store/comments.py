"""Comments: one row for each distinct verbatim of a workspace, whoever wrote it, with what the clean stage found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.feedback import Comment
from saywhy.store.statements import STREAMED, Row, batches, insert
from saywhy.store.tables import annotations as annotations_table
from saywhy.store.tables import comments, responses

COLUMNS = (comments.c.verbatim, comments.c.language, comments.c.is_answer, comments.c.duplicate_of)


def uncleaned(connection: Connection, workspace: int, limit: int) -> list[Comment]:
    """Comments that the clean stage has not seen, in order of their content hash, at most `limit`."""
    query = (
        sa.select(*COLUMNS)
        .where(comments.c.workspace_id == workspace, ~comments.c.is_cleaned)
        .order_by(comments.c.content_hash)
        .limit(limit)
    )
    return [from_row(row) for row in connection.execute(query)]


def save_cleaned(connection: Connection, workspace: int, cleaned: Sequence[Comment]) -> None:
    """Keep what the clean stage found. A comment that has been removed meanwhile stays removed."""
    if not cleaned:
        return
    statement = (
        sa.update(comments)
        .where(comments.c.workspace_id == workspace, comments.c.content_hash == sa.bindparam("of_hash"))
        .values(
            language=sa.bindparam("found_language"),
            is_answer=sa.bindparam("found_is_answer"),
            duplicate_of=sa.bindparam("found_duplicate_of"),
            is_cleaned=True,
        )
    )
    found = [
        {
            "of_hash": comment.content_hash,
            "found_language": comment.language,
            "found_is_answer": comment.is_answer,
            "found_duplicate_of": comment.duplicate_of,
        }
        for comment in cleaned
    ]
    connection.execute(statement, found)


def unannotated(
    connection: Connection, workspace: int, model: str, limit: int, *, after: str | None = None
) -> list[Comment]:
    """Answers without an annotation by this model, in order of their content hash, at most `limit`.

    `after` skips content hashes up to and including that one: who goes through all comments in portions passes that
    of the last one, and the database need not pass over the annotated ones again.
    """
    annotated = sa.exists().where(
        annotations_table.c.workspace_id == comments.c.workspace_id,
        annotations_table.c.content_hash == comments.c.content_hash,
        annotations_table.c.model == model,
    )
    query = (
        sa.select(*COLUMNS)
        .where(comments.c.workspace_id == workspace, comments.c.is_cleaned, comments.c.is_answer, ~annotated)
        .order_by(comments.c.content_hash)
        .limit(limit)
    )
    if after is not None:
        query = query.where(comments.c.content_hash > after)
    return [from_row(row) for row in connection.execute(query)]


def load(connection: Connection, workspace: int) -> Iterator[Comment]:
    """All comments that have been cleaned, as a stream in order of their content hash."""
    query = (
        sa.select(*COLUMNS)
        .where(comments.c.workspace_id == workspace, comments.c.is_cleaned)
        .order_by(comments.c.content_hash)
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield from_row(row)


def of(connection: Connection, workspace: int, content_hashes: Collection[str]) -> dict[str, Comment]:
    """Those of the comments that are there, by content hash."""
    found: dict[str, Comment] = {}
    for part in batches(sorted(set(content_hashes))):
        query = sa.select(comments.c.content_hash, *COLUMNS).where(
            comments.c.workspace_id == workspace, comments.c.content_hash.in_(part)
        )
        found |= {row.content_hash: from_row(row) for row in connection.execute(query)}
    return found


def from_row(row: Row) -> Comment:
    """The comment in a row that has `COLUMNS`."""
    return Comment(row.verbatim, row.language, row.is_answer, row.duplicate_of)


# --- for the other modules of the store -----------------------------------------------------------------------------


def add(connection: Connection, workspace: int, new: Mapping[str, Comment]) -> None:
    """Add comments by content hash; those that are there already stay as they are."""
    if not new:
        return
    rows = [
        {
            "workspace_id": workspace,
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


def remove_unheld(connection: Connection, workspace: int, content_hashes: Sequence[str]) -> None:
    """Remove those of the comments that no response holds any longer, with their annotations and assignments.

    Their near-duplicates have lost the comment that they were compared with, so they are to be cleaned again.
    """
    held = sa.exists().where(
        responses.c.workspace_id == comments.c.workspace_id, responses.c.content_hash == comments.c.content_hash
    )
    for part in batches(content_hashes):
        removed = connection.scalars(
            sa.delete(comments)
            .where(comments.c.workspace_id == workspace, comments.c.content_hash.in_(part), ~held)
            .returning(comments.c.content_hash)
        ).all()
        if removed:
            connection.execute(
                sa.update(comments)
                .where(comments.c.workspace_id == workspace, comments.c.duplicate_of.in_(removed))
                .values(duplicate_of=None, is_cleaned=False)
            )


def present(connection: Connection, workspace: int, content_hashes: Collection[str]) -> set[str]:
    """Those of the comments that are (still) there, and will be until the transaction ends.

    Between loading a comment and saving what was computed from it, an import may have replaced it.
    """
    found: set[str] = set()
    for part in batches(sorted(set(content_hashes))):
        query = sa.select(comments.c.content_hash).where(
            comments.c.workspace_id == workspace, comments.c.content_hash.in_(part)
        )
        found.update(connection.scalars(query.with_for_update(read=True, key_share=True)))
    return found
