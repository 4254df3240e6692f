"""People who sign in, and their sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.access import Person, Role
from saywhy.store.access_tables import people, sessions
from saywhy.store.statements import Row
from saywhy.store.tables import workspaces

_SELECT: sa.Select[Any] = sa.select(people, workspaces.c.name.label("workspace")).join_from(people, workspaces)


def add(
    connection: Connection, workspace_id: int, name: str, role: Role, password_hash: str | None, created_at: datetime
) -> None:
    """Insert a person. The name must be new in the store."""
    values = {
        "workspace_id": workspace_id,
        "name": name,
        "role": role.value,
        "password_hash": password_hash,
        "created_at": created_at,
    }
    connection.execute(sa.insert(people).values(values))


def load(connection: Connection, workspace_id: int) -> list[Person]:
    """All people of a workspace, in the order in which they were added."""
    query = _SELECT.where(people.c.workspace_id == workspace_id).order_by(people.c.id)
    return [_person(row) for row in connection.execute(query)]


def find(connection: Connection, name: str) -> Person | None:
    """The person, of any workspace, with this name."""
    row = connection.execute(_SELECT.where(people.c.name == name)).one_or_none()
    return None if row is None else _person(row)


def password_hash(connection: Connection, person_id: int) -> str | None:
    """The argon2id hash of a person's password; None if there is none."""
    return connection.scalar(sa.select(people.c.password_hash).where(people.c.id == person_id))


def set_role(connection: Connection, person_id: int, role: Role) -> None:
    """Give a person another role."""
    connection.execute(sa.update(people).where(people.c.id == person_id).values(role=role.value))


def set_password(connection: Connection, person_id: int, password_hash: str) -> None:
    """Give a person another password, and end all sessions."""
    connection.execute(sa.update(people).where(people.c.id == person_id).values(password_hash=password_hash))
    connection.execute(sa.delete(sessions).where(sessions.c.person_id == person_id))


def remove(connection: Connection, person_id: int) -> None:
    """Delete a person, and with it all sessions."""
    connection.execute(sa.delete(people).where(people.c.id == person_id))


def any_exists(connection: Connection) -> bool:
    """Whether there is anybody in the store."""
    return bool(connection.scalar(sa.select(sa.exists(sa.select(people.c.id)))))


def open_session(connection: Connection, person_id: int, digest: str, now: datetime, expires_at: datetime) -> None:
    """Insert a session; those that have expired are deleted."""
    connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))
    values = {"digest": digest, "person_id": person_id, "expires_at": expires_at}
    connection.execute(sa.insert(sessions).values(values))


def of_session(connection: Connection, digest: str, now: datetime) -> Person | None:
    """The person whose session has this digest; None if there is none or it has expired."""
    query = _SELECT.join(sessions, sessions.c.person_id == people.c.id)
    row = connection.execute(query.where(sessions.c.digest == digest, sessions.c.expires_at > now)).one_or_none()
    return None if row is None else _person(row)


def end_session(connection: Connection, digest: str) -> None:
    """Delete a session."""
    connection.execute(sa.delete(sessions).where(sessions.c.digest == digest))


def _person(row: Row) -> Person:
    return Person(row.id, row.name, Role(row.role), row.workspace, row.created_at, row.password_hash is not None)
