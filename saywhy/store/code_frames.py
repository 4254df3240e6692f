"""Code frames that people wrote, in all their versions, and which one a workspace uses."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.frame import FRAME_MARK, VERSION_MARK, FrameVersion
from saywhy.store import workspaces as workspace_rows
from saywhy.store.page_tables import code_frames as table
from saywhy.store.page_tables import corrections
from saywhy.store.statements import Row
from saywhy.store.tables import efforts, fixes, runs, workspaces


def add(connection: Connection, workspace_id: int, version: FrameVersion) -> None:
    """Append a version, which is the one that is used from now on; the next run computes all reports again."""
    workspace_rows.touch(connection, workspace_id)
    values = {
        "workspace_id": workspace_id,
        "frame": version.frame,
        "version": version.version,
        "source": version.source,
        "added_by": version.added_by,
        "added_at": version.added_at,
    }
    connection.execute(sa.insert(table).values(values))


def versions(connection: Connection, workspace_id: int) -> list[FrameVersion]:
    """All versions of all frames, the latest first."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id).order_by(table.c.id.desc())
    return [_version(row) for row in connection.execute(query)]


def latest(connection: Connection, workspace_id: int, frame: str) -> FrameVersion | None:
    """The version of a frame that is used; None if nobody added one."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id, table.c.frame == frame)
    row = connection.execute(query.order_by(table.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _version(row)


def chosen(connection: Connection, workspace_id: int) -> str | None:
    """The id of the frame that the workspace uses; None: that of the models."""
    return connection.scalar(sa.select(workspaces.c.code_frame).where(workspaces.c.id == workspace_id))


def choose(connection: Connection, workspace_id: int, frame: str | None) -> None:
    """Use a frame, None: that of the models; the next run computes all reports again."""
    workspace_rows.touch(connection, workspace_id)
    connection.execute(sa.update(workspaces).where(workspaces.c.id == workspace_id).values(code_frame=frame))


def lessons(connection: Connection, workspace_id: int) -> str:
    """The digest of the labels by which the annotations in the workspace's frame were made; "" for none."""
    return connection.scalar(sa.select(workspaces.c.lessons).where(workspaces.c.id == workspace_id)) or ""


def keep_lessons(connection: Connection, workspace_id: int, digest: str) -> None:
    """Record by which labels annotations are made from now on."""
    connection.execute(sa.update(workspaces).where(workspaces.c.id == workspace_id).values(lessons=digest))


def states(connection: Connection) -> dict[str, tuple[str, int, int]]:
    """Of each workspace that uses a frame, by name: the frame's id, the number of its latest row (0: none) and of the
    latest run (0: none). When one of them changes, another version of the frame may serve.
    """
    row_of = sa.select(sa.func.max(table.c.id)).where(
        table.c.workspace_id == workspaces.c.id, table.c.frame == workspaces.c.code_frame
    )
    run_of = sa.select(sa.func.max(runs.c.id)).where(runs.c.workspace_id == workspaces.c.id)
    query = sa.select(
        workspaces.c.name, workspaces.c.code_frame, row_of.scalar_subquery(), run_of.scalar_subquery()
    ).where(workspaces.c.code_frame.is_not(None))
    return {name: (frame, row or 0, run or 0) for name, frame, row, run in connection.execute(query)}


def rename(connection: Connection, workspace_id: int, frame: str, renamed: Mapping[str, str]) -> None:
    """Let corrections, efforts and fixes of themes and causes of a frame that were renamed or merged be those of the
    new ids.

    Where the new id has an effort or a fix already, that stays.
    """
    for before, after in renamed.items():
        is_of = (corrections.c.workspace_id == workspace_id) & (corrections.c.value == before)
        is_of &= corrections.c.model.contains(f"{FRAME_MARK}{frame}{VERSION_MARK}", autoescape=True)
        connection.execute(sa.update(corrections).where(is_of).values(value=after))
        for kept in (efforts, fixes):
            for kind in ("theme", "topic"):
                old, new = f"{kind}:{before}", f"{kind}:{after}"
                in_workspace = kept.c.workspace_id == workspace_id
                if connection.scalar(sa.select(sa.exists().where(in_workspace, kept.c.cause == new))):
                    continue
                connection.execute(sa.update(kept).where(in_workspace, kept.c.cause == old).values(cause=new))


def _version(row: Row) -> FrameVersion:
    return FrameVersion(row.frame, row.version, row.source, row.added_by, row.added_at)
