"""API keys of a workspace: created, listed, revoked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from saywhy import store
from saywhy.access import Scope
from saywhy.errors import Conflict, InvalidInput, KeyNotFound
from saywhy.key import Key, KeyState, digest, new_secret, prefix_of
from saywhy.store import Engine
from service.topics.validation import single_line
from service.workspaces import reading, writing

#: Beyond it a time zone may leave the years that Python and databases know.
_LATEST_END = datetime(9000, 1, 1, tzinfo=UTC)


def create_key(
    engine: Engine,
    workspace: str,
    name: str,
    scopes: Iterable[Scope],
    *,
    created_by: str,
    expires_at: datetime | None = None,
) -> tuple[Key, str]:
    """Create a key; it and its secret, which nothing shows again.

    Raises `WorkspaceNotFound`; `InvalidInput` for a name that is not one line, no scope, or an end that cannot be; and
    `Conflict` if an active key has the name, as the log would not say which of them wrote.
    """
    name, granted, now, secret = single_line(name, "the name"), frozenset(scopes), datetime.now(UTC), new_secret()
    if not granted:
        raise InvalidInput(f"give the key at least one scope of {', '.join(Scope)}")
    if expires_at is not None and not now < expires_at < _LATEST_END:
        raise InvalidInput(f"the key must end between now and the year {_LATEST_END.year}")
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        for key in store.keys.load(connection, workspace_id):
            if key.name.casefold() == name.casefold() and key.state(now) is KeyState.ACTIVE:
                raise Conflict(f"there is a key {name!r} already; revoke it first, or choose another name")
        key_id = store.keys.add(
            connection,
            workspace_id,
            name=name,
            prefix=prefix_of(secret),
            digest=digest(secret),
            scopes=granted,
            created_at=now,
            created_by=created_by,
            expires_at=expires_at,
        )
    return Key(key_id, name, prefix_of(secret), granted, workspace, now, created_by, expires_at), secret


def list_keys(engine: Engine, workspace: str) -> list[Key]:
    """All keys, also revoked and expired ones, the latest first. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.keys.load(connection, workspace_id)


def revoke_key(engine: Engine, workspace: str, key_or_name: int | str) -> Key:
    """Revoke a key for good: the one with that number, else, if it is a text, the active one of that name.

    Raises `WorkspaceNotFound` and `KeyNotFound`.
    """
    now = datetime.now(UTC)
    with writing(engine, workspace) as (connection, workspace_id):
        keys = store.keys.load(connection, workspace_id)
        named = [key for key in keys if str(key.id) == str(key_or_name)]
        if isinstance(key_or_name, str):
            name = key_or_name.casefold()
            named += [key for key in keys if key.name.casefold() == name and key.state(now) is KeyState.ACTIVE]
        if not named:
            raise KeyNotFound(f"there is no key {key_or_name!r}")
        store.keys.revoke(connection, workspace_id, named[0].id, now)
        return next(key for key in store.keys.load(connection, workspace_id) if key.id == named[0].id)
