"""Who makes a request: the principal of a key, a session or a proxy's header, and how many requests it may still make.

`admit` is asked once for many requests: what it grants holds for `VALID_SECONDS`, so that a revoked key is refused
that much later at the latest, and answering needs the database seldom.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Literal

from saywhy import store
from saywhy.access import Principal, PrincipalKind, Scope
from saywhy.errors import Conflict, Forbidden, Unauthenticated
from saywhy.key import KeyState, digest
from saywhy.store import Connection, Engine
from saywhy.text import is_storable

#: Seconds for which a server relies on what it has read of a key, a person or a session.
VALID_SECONDS = 5.0

#: The window of rate limits, in seconds.
WINDOW = 60

#: A server takes requests from the window by this fraction of the limit at a time.
_FRACTION = 20

_USED_AT_MOST_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request brings: the secret of a key, the token of a session, or the name in a trusted proxy's header."""

    kind: Literal["key", "session", "proxy"]
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Admission:
    """Whose a credential is; `granted` requests may be made in the window that ends in `ends_at` (s since 1970).

    `left` is what remains of the limit beside them.
    """

    principal: Principal
    granted: int
    left: int
    ends_at: int


def admit(engine: Engine, credential: Credential, limit: int, *, has_unused: bool = False) -> Admission:
    """Look up whose a credential is, and take some of its requests a minute, unless the server `has_unused` ones.

    A `limit` of 0 is none. Raises `Unauthenticated` for a credential that is unknown or has ended, and `Forbidden` for
    somebody whom the proxy knows and the store does not.
    """
    with store.reading(engine) as connection:
        principal, is_use_recorded = _find(connection, credential, datetime.now(UTC))
    now, granted, left = time.time(), 0, 0
    ends_at = (int(now) // WINDOW + 1) * WINDOW
    if limit or not is_use_recorded:
        with engine.begin() as connection:
            if not is_use_recorded and principal.id is not None:
                store.keys.mark_used(connection, principal.id, datetime.now(UTC))
            if limit:
                subject, wanted = f"{principal.kind} {principal.id}", 0 if has_unused else -(-limit // _FRACTION)
                taken = store.rate_limits.take(connection, subject, wanted, limit, seconds=WINDOW, now=now)
                granted, left, ends_at = taken.granted, taken.left, taken.ends_at
    return Admission(principal, granted, left, ends_at)


def local_principal(workspace: str) -> Principal:
    """Whoever is on this machine may do everything, as long as nobody has a key or a password."""
    return Principal(PrincipalKind.LOCAL, "local", workspace, frozenset(Scope))


def refuse_protected(engine: Engine) -> None:
    """Raise `Unauthenticated` if there is a key or a person, so that requests need one."""
    if is_protected(engine):
        raise Unauthenticated


def is_loopback(host: str) -> bool:
    """Whether a server on this address can only be reached from this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def refuse_open_server(engine: Engine, host: str) -> None:
    """Raise `Conflict` if a server on this address would let everybody who can reach it do everything."""
    if not is_loopback(host) and not is_protected(engine):
        raise Conflict(
            f"on {host} anybody could read and change everything: first create a key (`saywhy keys create`) or add a "
            "person (`saywhy people add`), or listen on 127.0.0.1"
        )


def is_protected(engine: Engine) -> bool:
    """Whether there are keys or people in the store, so that requests need one. Ended keys count."""
    with store.reading(engine) as connection:
        return store.keys.any_exists(connection) or store.people.any_exists(connection)


def _find(connection: Connection, credential: Credential, now: datetime) -> tuple[Principal, bool]:
    """The principal, and whether its use need not be recorded. Raises `Unauthenticated` and `Forbidden`."""
    if credential.kind == "key":
        key = store.keys.by_digest(connection, digest(credential.value))
        if key is None:
            raise Unauthenticated("there is no such key")
        if (state := key.state(now)) is not KeyState.ACTIVE:
            raise Unauthenticated(f"the key {key.name!r} is {state}")
        used = key.last_used_at
        return key.principal, used is not None and now - used < _USED_AT_MOST_EVERY
    if credential.kind == "session":
        person = store.people.of_session(connection, digest(credential.value), now)
        if person is None:
            raise Unauthenticated("the session has ended; sign in again")
    else:
        person = store.people.find(connection, credential.value) if is_storable(credential.value) else None
        if person is None:
            raise Forbidden(f"the proxy says that you are {credential.value!r}, who has no access")
    return person.principal, True
