"""People who sign in: added, listed, removed, given a role; signing in with a password, and out."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta

from saywhy import store
from saywhy.access import AuditEntry, Person, PrincipalKind, Role
from saywhy.errors import Conflict, Forbidden, InvalidInput, PersonNotFound, TooManyRequests, Unauthenticated
from saywhy.key import digest
from saywhy.store import Connection, Engine
from saywhy.text import is_storable
from service.passwords import hash_password, is_right
from service.topics.validation import single_line
from service.workspaces import reading, writing

#: Attempts to sign in, from one address and for one name, in `ATTEMPT_WINDOW` seconds.
ATTEMPTS_BY_ADDRESS, ATTEMPTS_BY_NAME, ATTEMPT_WINDOW = 20, 50, 300


def add_person(engine: Engine, workspace: str, name: str, role: Role, password: str | None) -> Person:
    """Add a person, who without a password signs in through a proxy only.

    Raises `WorkspaceNotFound`; `InvalidInput` for a name that is not one line, or a password that is too short or too
    long; and `Conflict` if the name is taken, be it in another workspace.
    """
    name = single_line(name, "the name")
    hashed = None if password is None else hash_password(password)
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        if store.people.find(connection, name) is not None:
            raise Conflict(f"there is somebody called {name!r} already")
        store.people.add(connection, workspace_id, name, role, hashed, datetime.now(UTC))
        return _find(connection, workspace, name)


def list_people(engine: Engine, workspace: str) -> list[Person]:
    """All people of a workspace, in the order in which they were added. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.people.load(connection, workspace_id)


def remove_person(engine: Engine, workspace: str, name: str) -> None:
    """Remove a person; what they wrote keeps their name. Raises `WorkspaceNotFound` and `PersonNotFound`."""
    with writing(engine, workspace) as (connection, _):
        store.people.remove(connection, _find(connection, workspace, name).id)


def set_role(engine: Engine, workspace: str, name: str, role: Role) -> Person:
    """Give a person another role. Raises `WorkspaceNotFound` and `PersonNotFound`."""
    with writing(engine, workspace) as (connection, _):
        store.people.set_role(connection, _find(connection, workspace, name).id, role)
        return _find(connection, workspace, name)


def set_password(engine: Engine, workspace: str, name: str, password: str) -> None:
    """Give a person another password, and end their sessions.

    Raises `WorkspaceNotFound`, `PersonNotFound`, and `InvalidInput` for a password that is too short or too long.
    """
    hashed = hash_password(password)
    with writing(engine, workspace) as (connection, _):
        store.people.set_password(connection, _find(connection, workspace, name).id, hashed)


def change_own_password(engine: Engine, workspace: str, name: str, present: str, password: str, *, hours: float) -> str:
    """Give oneself another password, and end all sessions but a new one, whose token this is.

    Raises `PersonNotFound`, `TooManyRequests` after too many attempts, and `InvalidInput` for a password that is too
    short or too long, and if the present one is wrong or there is none.
    """
    hashed = hash_password(password)
    with engine.begin() as connection:
        _count_attempt(connection, f"sign-in of {digest(name)}", ATTEMPTS_BY_NAME)
    with reading(engine, workspace) as (connection, _):
        known = store.people.password_hash(connection, _find(connection, workspace, name).id)
    if not is_right(present, known):
        raise InvalidInput("the present password is wrong")
    with writing(engine, workspace) as (connection, _):
        person = _find(connection, workspace, name)
        store.people.set_password(connection, person.id, hashed)
        return _open_session(connection, person, hours)


def sign_in(engine: Engine, name: str, password: str, *, address: str, hours: float) -> tuple[Person, str]:
    """Check a password and open a session; the person and the token of the session, of which a digest is stored.

    Raises `Unauthenticated`, which neither says nor takes a different time to show whether there is such a person, and
    `TooManyRequests` after too many attempts from one address or for one name.
    """
    count_attempt(engine, address)
    with engine.begin() as connection:
        _count_attempt(connection, f"sign-in of {digest(name)}", ATTEMPTS_BY_NAME)
    with store.reading(engine) as connection:
        person = store.people.find(connection, name) if is_storable(name) else None
        hashed = store.people.password_hash(connection, person.id) if person else None
    if not is_right(password, hashed) or person is None:
        raise Unauthenticated("the name or the password is wrong")
    with engine.begin() as connection:
        return person, _open_session(connection, person, hours)


def sign_in_identified(
    engine: Engine, workspace: str, name: str, role: Role | None, *, hours: float
) -> tuple[Person, str]:
    """Open a session for somebody whom a provider has identified; the person and the token of the session.

    With a role, somebody new is added to the workspace, and somebody of it gets that role. Raises `Forbidden` for
    somebody who is not known, and `InvalidInput` for a name that is not one line.
    """
    name = single_line(name, "the name")
    with engine.begin() as connection:
        person = store.people.find(connection, name)
        if person is None and role is None:
            raise Forbidden("somebody whom the provider knows and the store does not")
        if role is not None and (person is None or (person.workspace == workspace and person.role is not role)):
            workspace_id = store.workspaces.find(connection, workspace)
            store.workspaces.lock(connection, workspace_id)
            now = datetime.now(UTC)
            if person is None:
                store.people.add(connection, workspace_id, name, role, None, now)
            else:
                store.people.set_role(connection, person.id, role)
            person = _find(connection, workspace, name)
            entry = AuditEntry(now, PrincipalKind.PERSON, name, f"sign-in as {role.value}", None, None)
            store.audit_log.add(connection, workspace_id, entry)
        assert person is not None
        return person, _open_session(connection, person, hours)


def count_attempt(engine: Engine, address: str) -> None:
    """Count an attempt to sign in, or to open a shared link with a password.

    Raises `TooManyRequests` if there were too many from this address.
    """
    with engine.begin() as connection:
        _count_attempt(connection, f"sign-in from {digest(address)}", ATTEMPTS_BY_ADDRESS)


def _open_session(connection: Connection, person: Person, hours: float) -> str:
    """The token of a new session, of which a digest is stored."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    store.people.open_session(connection, person.id, digest(token), now, now + timedelta(hours=hours))
    return token


def sign_out(engine: Engine, token: str) -> None:
    """End a session."""
    with engine.begin() as connection:
        store.people.end_session(connection, digest(token))


def _count_attempt(connection: Connection, subject: str, limit: int) -> None:
    """Raise `TooManyRequests` if the subject has used up its attempts."""
    now = time.time()
    store.rate_limits.forget(connection, now)
    taken = store.rate_limits.take(connection, subject, 1, limit, seconds=ATTEMPT_WINDOW, now=now)
    if not taken.granted:
        wait = max(1, taken.ends_at - int(now))
        raise TooManyRequests(f"too many attempts to sign in; try again in {wait} s", retry_after=wait)


def _find(connection: Connection, workspace: str, name: str) -> Person:
    """The person of the workspace with this name. Raises `PersonNotFound`."""
    person = store.people.find(connection, name) if is_storable(name) else None
    if person is None or person.workspace != workspace:
        raise PersonNotFound(f"there is nobody called {name!r} in the workspace {workspace!r}")
    return person
