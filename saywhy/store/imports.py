"""Imports: how far each file has come, so that one that was killed goes on, and the rows it did not take."""

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
from saywhy.store.responses import Saved
from saywhy.store.statements import STREAMED, Row, insert
from saywhy.store.tables import imports
from saywhy.store.tables import rejections as rejections_table


@dataclass(frozen=True, slots=True)
class Import:
    """One file on its way in. `rows_done` of its rows are in or rejected; the next to read is the one after."""

    id: int
    source_name: str
    digest: str
    rows_done: int
    accepted: Saved
    rejected: int
    finished: bool


def start(connection: Connection, workspace: int, source_name: str, digest: str) -> Import:
    """The import of that digest, as far as it came, or a new one.

    `digest` is the SHA-256 of the file and of the options that change what is read from it.
    """
    connection.execute(
        insert(connection, imports)
        .values(
            workspace_id=workspace,
            source_name=source_name,
            digest=digest,
            started_at=datetime.now(UTC),
            is_finished=False,
            **_NOTHING_DONE,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "digest"])
    )
    query = sa.select(imports).where(imports.c.workspace_id == workspace, imports.c.digest == digest)
    return _import(connection.execute(query).one())


def restart(connection: Connection, workspace: int, import_id: int) -> Import:
    """Begin an import again from its first row, its rejections forgotten."""
    connection.execute(sa.delete(rejections_table).where(_rejections_of(workspace, import_id)))
    return _changed(connection, workspace, import_id, {**_NOTHING_DONE, "is_finished": False})


def advance(
    connection: Connection,
    workspace: int,
    import_id: int,
    rows_done: int,
    saved: Saved,
    rejections: Sequence[Rejection] = (),
) -> Import:
    """Note, in the transaction that saved them, that the rows up to `rows_done` are in or rejected.

    `saved` and `rejections` are those of this step. Where anonymity was promised, rejected rows are kept without text.
    Raises `Conflict` where another process has come that far already.
    """
    row = connection.execute(
        sa.update(imports)
        .where(_is(workspace, import_id), imports.c.rows_done < rows_done)
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
        anonymous = workspaces.anonymity_key(connection, workspace) is not None
        connection.execute(
            sa.insert(rejections_table),
            [
                {
                    "workspace_id": workspace,
                    "import_id": import_id,
                    "line": rejection.line,
                    "reason": _storable(rejection.reason),
                    "row": "" if anonymous else _storable(rejection.row),
                }
                for rejection in rejections
            ],
        )
    return _import(row)


def finish(connection: Connection, workspace: int, import_id: int) -> Import:
    """Note that the whole file is in."""
    return _changed(connection, workspace, import_id, {"is_finished": True})


def rejections(connection: Connection, workspace: int, import_id: int) -> Iterator[Rejection]:
    """The rows that were not taken, as a stream in the order of the file."""
    query = sa.select(rejections_table).where(_rejections_of(workspace, import_id)).order_by(rejections_table.c.id)
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield _rejection(row)


_NOTHING_DONE = {"rows_done": 0, "new": 0, "changed": 0, "unchanged": 0, "rejected": 0}


def _is(workspace: int, import_id: int) -> sa.ColumnElement[bool]:
    return (imports.c.workspace_id == workspace) & (imports.c.id == import_id)


def _rejections_of(workspace: int, import_id: int) -> sa.ColumnElement[bool]:
    return (rejections_table.c.workspace_id == workspace) & (rejections_table.c.import_id == import_id)


def _changed(connection: Connection, workspace: int, import_id: int, values: dict[str, Any]) -> Import:
    statement = sa.update(imports).where(_is(workspace, import_id)).values(values).returning(imports)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"there is no import {import_id}")
    return _import(row)


def _storable(text: str) -> str:
    # A row may have been rejected for the very characters that a database cannot hold; they are shown escaped.
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _import(row: Row) -> Import:
    return Import(
        id=row.id,
        source_name=row.source_name,
        digest=row.digest,
        rows_done=row.rows_done,
        accepted=Saved(row.new, row.changed, row.unchanged),
        rejected=row.rejected,
        finished=row.is_finished,
    )


def _rejection(row: Row) -> Rejection:
    return Rejection(row.line, row.reason, row.row)
