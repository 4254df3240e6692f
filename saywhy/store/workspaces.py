"""Workspaces: separate data sets in one database. Every row of every table belongs to one."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import Conflict, WorkspaceNotFound
from saywhy.store import key_file
from saywhy.store.plan_tables import wave_plans
from saywhy.store.source_tables import source_deliveries, sources
from saywhy.store.statements import insert
from saywhy.store.tables import responses, workspaces
from saywhy.store.webhook_tables import webhook_events


def ensure(connection: Connection, name: str) -> int:
    """The id of the workspace with this name; it is created if there is none."""
    try:
        return find(connection, name)
    except WorkspaceNotFound:
        connection.execute(insert(connection, workspaces).values(name=name).on_conflict_do_nothing())
        return find(connection, name)


def find(connection: Connection, name: str) -> int:
    """The id of the workspace with this name; raises `WorkspaceNotFound`."""
    workspace_id = connection.scalar(sa.select(workspaces.c.id).where(workspaces.c.name == name))
    if workspace_id is None:
        raise WorkspaceNotFound(f"there is no workspace {name!r}")
    return int(workspace_id)


def names(connection: Connection) -> list[str]:
    """The names of all workspaces, in alphabetical order."""
    return list(connection.scalars(sa.select(workspaces.c.name).order_by(workspaces.c.name)))


def lock(connection: Connection, workspace_id: int) -> None:
    """Lock the workspace until the transaction ends: concurrent writers of it wait here.

    On SQLite a writing transaction has already locked the whole database.
    """
    connection.execute(
        sa.select(workspaces.c.id).where(workspaces.c.id == workspace_id).with_for_update(key_share=True)
    )


def touch(connection: Connection, workspace_id: int) -> None:
    """Increment the revision of the workspace: data that reports depend on have changed (`runs.unchanged_since`)."""
    is_workspace = workspaces.c.id == workspace_id
    connection.execute(sa.update(workspaces).where(is_workspace).values(revision=workspaces.c.revision + 1))


def revision(connection: Connection, workspace_id: int) -> int:
    """How often data that reports depend on have changed."""
    return int(connection.execute(sa.select(workspaces.c.revision).where(workspaces.c.id == workspace_id)).scalar_one())


def promise_anonymity(connection: Connection, workspace_id: int) -> None:
    """Make the workspace anonymous: no identities are stored in it. The key file is created if there is none.

    Messages about accounts are deleted. Raises `Conflict` if it has responses, wave plans, or webhooks of survey tools
    already, or a pull of answers that was interrupted, and if the key file cannot be read or written.
    """
    if is_anonymous(connection, workspace_id):
        return
    any_response = sa.select(responses.c.id).where(responses.c.workspace_id == workspace_id).limit(1)
    if connection.scalar(any_response) is not None:
        raise Conflict(
            "the workspace already has responses with identities; use another workspace for anonymous surveys"
        )
    any_plan = sa.select(wave_plans.c.id).where(wave_plans.c.workspace_id == workspace_id).limit(1)
    if connection.scalar(any_plan) is not None:
        raise Conflict(
            "the workspace has wave plans, which say who is asked; delete them, or use another workspace for anonymous "
            "surveys"
        )
    any_delivery = sa.select(source_deliveries.c.id).where(source_deliveries.c.workspace_id == workspace_id).limit(1)
    is_pulling = (sources.c.workspace_id == workspace_id) & sources.c.checkpoint.is_not(None)
    any_pull = sa.select(sources.c.id).where(is_pulling).limit(1)
    if connection.scalar(any_delivery) is not None or connection.scalar(any_pull) is not None:
        raise Conflict(
            "the workspace has sources that have sent answers with identities; remove these sources, or use another "
            "workspace for anonymous surveys"
        )
    is_of_account = (webhook_events.c.workspace_id == workspace_id) & webhook_events.c.account.is_not(None)
    connection.execute(sa.delete(webhook_events).where(is_of_account))  # all others went with their responses
    keys = key_file.read_or_create(key_file.path_of(connection))
    _set_fingerprint(connection, workspace_id, keys.of(_name(connection, workspace_id)))


def is_anonymous(connection: Connection, workspace_id: int) -> bool:
    """Whether the workspace promised anonymity. This needs no key."""
    return _fingerprint(connection, workspace_id) is not None


def anonymity_key(connection: Connection, workspace_id: int) -> bytes | None:
    """The secret key of the pseudonyms (`saywhy.pseudonym`); None if the workspace is not anonymous.

    Raises `Conflict` if the key file is missing or has another key than that of the stored pseudonyms.
    """
    expected = _fingerprint(connection, workspace_id)
    if expected is None:
        return None
    name, path = _name(connection, workspace_id), key_file.path_of(connection)
    keys = key_file.read(path)
    if keys is None:
        raise Conflict(
            f"the key of the anonymous workspace {name!r} is missing: there is no file {path}; "
            "restore it, or set SAYWHY_ANONYMITY_KEY_FILE"
        )
    key = keys.of(name)
    if key_file.fingerprint(key) != expected:
        raise Conflict(
            f"{path} does not have the key of the anonymous workspace {name!r}: its responses would not be recognised; "
            "restore the file, or set SAYWHY_ANONYMITY_KEY_FILE"
        )
    return key


def closed_waves(connection: Connection, workspace_id: int) -> set[str | None]:
    """The waves that accept no more responses; None: the responses without a wave. None of a workspace with its first
    key.
    """
    return {*(connection.scalar(sa.select(workspaces.c.closed_waves).where(workspaces.c.id == workspace_id)) or ())}


def renew_anonymity_key(connection: Connection, workspace_id: int) -> None:
    """Give an anonymous workspace a new key, also where the old one is lost: stored responses are not recognised again.

    The waves that have responses are closed: a person of theirs who came in again would count twice. Raises `Conflict`
    if the workspace is not anonymous, or the key file cannot be read or written.
    """
    name = _name(connection, workspace_id)
    if not is_anonymous(connection, workspace_id):
        raise Conflict(f"the workspace {name!r} is not anonymous: it has no key")
    key = secrets.token_bytes(32)
    _set_fingerprint(connection, workspace_id, key)
    close_waves(connection, workspace_id)
    key_file.put(key_file.path_of(connection), {name: key})


def close_waves(connection: Connection, workspace_id: int) -> None:
    """Let the waves that have responses accept no more."""
    waves = connection.scalars(sa.select(responses.c.wave).distinct().where(responses.c.workspace_id == workspace_id))
    closed = closed_waves(connection, workspace_id) | set(waves)
    ordered = sorted(closed, key=lambda wave: (wave is None, wave or ""))
    connection.execute(sa.update(workspaces).where(workspaces.c.id == workspace_id).values(closed_waves=ordered))


def _fingerprint(connection: Connection, workspace_id: int) -> str | None:
    return connection.scalar(sa.select(workspaces.c.key_fingerprint).where(workspaces.c.id == workspace_id))


def _set_fingerprint(connection: Connection, workspace_id: int, key: bytes) -> None:
    values = {"key_fingerprint": key_file.fingerprint(key)}
    connection.execute(sa.update(workspaces).where(workspaces.c.id == workspace_id).values(values))


def _name(connection: Connection, workspace_id: int) -> str:
    query = sa.select(workspaces.c.name).where(workspaces.c.id == workspace_id)
    return str(connection.execute(query).scalar_one())
