"""Imports: the progress of each file, so that an interrupted import can resume, and its rejected rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import Conflict, NotFound
from saywhy.feedback import Rejection
from saywhy.store import workspaces
from saywhy.store.responses import SaveCounts
from saywhy.store.statements import STREAMED, Row, insert
from saywhy.store.tables import imports
from saywhy.store.tables import rejections as rejections_table


@dataclass(frozen=True, slots=True)
class Import:
    """The import of one file. The first `rows_done` rows are saved or rejected; reading resumes after them."""

    id: int
    source_name: str
    digest: str
    rows_done: int
    accepted: SaveCounts
    rejected: int
    finished: bool


def start(connection: Connection, workspace_id: int, source_name: str, digest: str) -> Import:
    """The import with this digest, with its progress; a new one if there is none.

    `digest` is the SHA-256 of the file and of the options that affect how it is read.
    """
    connection.execute(
        insert(connection, imports)
        .values(
            workspace_id=workspace_id,
            source_name=source_name,
            digest=digest,
            started_at=datetime.now(UTC),
            is_finished=False,
            **_NO_PROGRESS,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "digest"])
    )
    query = sa.select(imports).where(imports.c.workspace_id == workspace_id, imports.c.digest == digest)
    return _import(connection.execute(query).one())


def find(connection: Connection, workspace_id: int, import_id: int) -> Import:
    """The import of this number; raises `NotFound`."""
    row = connection.execute(sa.select(imports).where(_is(workspace_id, import_id))).one_or_none()
    if row is None:
        raise NotFound(f"there is no import {import_id}")
    return _import(row)


def restart(connection: Connection, workspace_id: int, import_id: int) -> Import:
    """Reset an import to its first row and delete its rejections; raises `NotFound`."""
    connection.execute(sa.delete(rejections_table).where(_rejections_of(workspace_id, import_id)))
    return _update(connection, workspace_id, import_id, {**_NO_PROGRESS, "is_finished": False})


def advance(
    connection: Connection,
    workspace_id: int,
    import_id: int,
    rows_done: int,
    saved: SaveCounts,
    rejections: Sequence[Rejection] = (),
) -> Import:
    """Record, in the transaction that saved them, that the rows up to `rows_done` are saved or rejected.

    `saved` and `rejections` are those of this batch. If the workspace is anonymous, rejected rows are stored without
    text. Raises `Conflict` if another process has already imported these rows.
    """
    row = connection.execute(
        sa.update(imports)
        .where(_is(workspace_id, import_id), imports.c.rows_done < rows_done)
        .values(
            rows_done=rows_done,
            new=imports.c.new + saved.new,
            changed=imports.c.changed + saved.changed,
            unchanged=imports.c.unchanged + saved.unchanged,
            rejected=imports.c.rejected + len(rejections),
        )
        .returning(imports)
    ).one_or_none()
    if row is None:
        raise Conflict(f"row {rows_done} of import {import_id} is done already: another process imports the same file")
    if rejections:
        is_anonymous = workspaces.is_anonymous(connection, workspace_id)
        connection.execute(
            sa.insert(rejections_table),
            [
                {
                    "workspace_id": workspace_id,
                    "import_id": import_id,
                    "line": rejection.line,
                    "reason": _storable(rejection.reason),
                    "row": "" if is_anonymous else _storable(rejection.row),
                }
                for rejection in rejections
            ],
        )
    return _import(row)


def finish(connection: Connection, workspace_id: int, import_id: int) -> Import:
    """Mark an import as finished; raises `NotFound`."""
    return _update(connection, workspace_id, import_id, {"is_finished": True})


def rejections(connection: Connection, workspace_id: int, import_id: int) -> Iterator[Rejection]:
    """Rejected rows, as a stream in the order in which they were rejected."""
    query = sa.select(rejections_table).where(_rejections_of(workspace_id, import_id)).order_by(rejections_table.c.id)
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield _rejection(row)


_NO_PROGRESS = {"rows_done": 0, "new": 0, "changed": 0, "unchanged": 0, "rejected": 0}


def _is(workspace_id: int, import_id: int) -> sa.ColumnElement[bool]:
    return (imports.c.workspace_id == workspace_id) & (imports.c.id == import_id)


def _rejections_of(workspace_id: int, import_id: int) -> sa.ColumnElement[bool]:
    return (rejections_table.c.workspace_id == workspace_id) & (rejections_table.c.import_id == import_id)


def _update(connection: Connection, workspace_id: int, import_id: int, values: dict[str, Any]) -> Import:
    statement = sa.update(imports).where(_is(workspace_id, import_id)).values(values).returning(imports)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"there is no import {import_id}")
    return _import(row)


def _storable(text: str) -> str:
    # A row may be rejected because of characters that a database cannot store: escape them.
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _import(row: Row) -> Import:
    return Import(
        id=row.id,
        source_name=row.source_name,
        digest=row.digest,
        rows_done=row.rows_done,
        accepted=SaveCounts(row.new, row.changed, row.unchanged),
        rejected=row.rejected,
        finished=row.is_finished,
    )


def _rejection(row: Row) -> Rejection:
    return Rejection(row.line, row.reason, row.row)
