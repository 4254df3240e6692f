"""Sources: the survey tools that send responses. Their secrets and tokens are encrypted (`sealing`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from saywhy.errors import Conflict, SourceNotFound
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice
from saywhy.source import Checkpoint, Credentials, Source, SourceKind, SourceSettings, new_source_id
from saywhy.store import sealing
from saywhy.store.source_tables import sources
from saywhy.store.statements import Row
from saywhy.store.tables import workspaces


def add(
    connection: Connection,
    workspace_id: int,
    settings: SourceSettings,
    credentials: Credentials,
    *,
    created_at: datetime,
    created_by: str,
) -> Source:
    """Add a source. Raises `Conflict` if one has its name already, or there is no key file."""
    row = {
        "id": new_source_id(),
        "workspace_id": workspace_id,
        "created_at": created_at,
        "created_by": created_by,
        **_settings_row(settings),
        **_sealed(connection, credentials),
    }
    with _unique(connection, settings.name):
        return _source(connection.execute(sa.insert(sources).values(row).returning(sources)).one())


def change(
    connection: Connection, workspace_id: int, source_id: str, settings: SourceSettings, credentials: Credentials
) -> Source:
    """Replace the settings, and what is given of the credentials. Raises `SourceNotFound` and what `add` raises."""
    values = _settings_row(settings) | _sealed(connection, credentials)
    statement = sa.update(sources).where(_is(workspace_id, source_id)).values(values).returning(sources)
    with _unique(connection, settings.name):
        row = connection.execute(statement).one_or_none()
    if row is None:
        raise SourceNotFound(f"there is no source {source_id!r}")
    return _source(row)


def delete(connection: Connection, workspace_id: int, source_id: str) -> None:
    """Delete a source and its deliveries; its responses stay. Raises `SourceNotFound`."""
    if not connection.execute(sa.delete(sources).where(_is(workspace_id, source_id))).rowcount:
        raise SourceNotFound(f"there is no source {source_id!r}")


def load(connection: Connection, workspace_id: int) -> list[Source]:
    """The sources of a workspace, by name."""
    query = sa.select(sources).where(sources.c.workspace_id == workspace_id).order_by(sources.c.name)
    return [_source(row) for row in connection.execute(query)]


def find(connection: Connection, workspace_id: int, source_id: str) -> Source:
    """The source of this id. Raises `SourceNotFound`."""
    row = connection.execute(sa.select(sources).where(_is(workspace_id, source_id))).one_or_none()
    if row is None:
        raise SourceNotFound(f"there is no source {source_id!r}")
    return _source(row)


def named(connection: Connection, source_id: str) -> tuple[str, Source]:
    """The workspace of a source, by name, and the source, whatever the workspace. Raises `SourceNotFound`."""
    query = sa.select(sources, workspaces.c.name.label("workspace")).join(workspaces).where(sources.c.id == source_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise SourceNotFound
    return row.workspace, _source(row)


def credentials(connection: Connection, source_id: str) -> Credentials:
    """The secret and the token of a source. Raises `Conflict` if the key file cannot decrypt them."""
    row = connection.execute(sa.select(sources.c.secret, sources.c.token).where(sources.c.id == source_id)).one()
    return Credentials(*(None if sealed is None else sealing.unseal(connection, sealed) for sealed in row))


def set_checkpoint(
    connection: Connection, source_id: str, checkpoint: Checkpoint | None, *, pulled_until: datetime | None = None
) -> None:
    """Record how far a pull has come: None at its end, when all that changed `pulled_until` then has been pulled."""
    values: dict[str, Any] = {"checkpoint": checkpoint}
    if pulled_until is not None:
        values["pulled_until"] = pulled_until
    connection.execute(sa.update(sources).where(sources.c.id == source_id).values(values))


def start_over(connection: Connection, source_id: str) -> None:
    """Forget what has been pulled: the next pull begins at the first answer."""
    values = {"checkpoint": None, "pulled_until": None}
    connection.execute(sa.update(sources).where(sources.c.id == source_id).values(values))


@contextmanager
def _unique(connection: Connection, name: str) -> Iterator[None]:
    """Make a name that is in use a `Conflict`."""
    try:
        with connection.begin_nested():
            yield
    except IntegrityError:
        raise Conflict(f"there is a source {name!r} already") from None


def _is(workspace_id: int, source_id: str) -> sa.ColumnElement[bool]:
    return (sources.c.workspace_id == workspace_id) & (sources.c.id == source_id)


def _settings_row(settings: SourceSettings) -> dict[str, Any]:
    return {
        "name": settings.name,
        "kind": settings.kind,
        "namespace": settings.namespace,
        "form": settings.form,
        "host": settings.host,
        "mapping": settings.mapping,
        "choice": settings.columns.given(),
        "scale": settings.scale,
        "wave": settings.wave,
    }


def _sealed(connection: Connection, given: Credentials) -> dict[str, bytes]:
    values = {"secret": given.secret, "token": given.token}
    return {name: sealing.seal(connection, value) for name, value in values.items() if value is not None}


def _source(row: Row) -> Source:
    choice: dict[str, Any] = {
        field: tuple(value) if isinstance(value, list) else value for field, value in row.choice.items()
    }
    settings = SourceSettings(
        name=row.name,
        kind=SourceKind(row.kind),
        namespace=row.namespace,
        form=row.form,
        host=row.host,
        mapping=row.mapping,
        columns=ColumnChoice(**choice),
        scale=Scale(row.scale) if row.scale else None,
        wave=row.wave,
    )
    return Source(
        id=row.id,
        settings=settings,
        created_at=row.created_at,
        created_by=row.created_by,
        has_secret=row.secret is not None,
        has_token=row.token is not None,
        pulled_until=row.pulled_until,
        checkpoint=row.checkpoint,
    )
