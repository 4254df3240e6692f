"""Read-only links to a part of a report: shared, listed, revoked, opened by who has one.

A link shows the latest report, so that what is deleted, corrected or no longer published is gone from it too.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from saywhy import store
from saywhy.access import Principal
from saywhy.errors import InvalidInput, LinkEnded, LinkNotFound, TooManyRequests, WaveNotFound
from saywhy.key import digest
from saywhy.shared_link import DEFAULT_DAYS, MOST_DAYS, LinkState, SharedLink, SharedView
from saywhy.store import Engine
from saywhy.text import is_storable
from service.passwords import hash_password, is_right
from service.people import ATTEMPT_WINDOW, count_attempt
from service.reports.reading import StoredReport, read_stored
from service.topics.validation import single_line
from service.workspaces import reading, writing

#: Passwords that may be tried on one link in `ATTEMPT_WINDOW` seconds, from wherever; from one address as to sign in.
ATTEMPTS_BY_LINK = 20

#: Longest name of a wave, a cause or what a filter chooses.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """An active link, and the report that it shows; None as long as the password is wanted."""

    link: SharedLink
    stored: StoredReport | None


def share(
    engine: Engine,
    workspace: str,
    name: str,
    view: SharedView,
    *,
    maker: Principal,
    days: int = DEFAULT_DAYS,
    with_quotes: bool = True,
    password: str | None = None,
) -> tuple[SharedLink, str]:
    """Make a link; it and its token, which nothing shows again. `name` says what or whom it is for.

    Raises `WorkspaceNotFound`; `WaveNotFound` for a wave without a report; `InvalidInput` for a name that is not one
    line, days or a password out of bounds, and a view that cannot be.
    """
    name, token = single_line(name, "the name"), secrets.token_urlsafe(32)
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"a link ends after 1 to {MOST_DAYS} days")
    chosen = (view.wave, view.cause or "", *view.filters, *view.filters.values())
    if not all(len(text) <= _LONGEST and is_storable(text) for text in chosen):
        raise InvalidInput(f"what is shared has names of {_LONGEST} characters at most")
    read_stored(engine, workspace, view.wave)
    hashed, now = hash_password(password) if password else None, datetime.now(UTC)
    with writing(engine, workspace) as (connection, workspace_id):
        link_id = store.shared_links.add(
            connection,
            workspace_id,
            digest=digest(token),
            name=name,
            view=view,
            with_quotes=with_quotes,
            password_hash=hashed,
            maker=maker,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        return _find(store.shared_links.find(connection, workspace_id, link_id, now), link_id), token


def list_links(engine: Engine, workspace: str) -> list[SharedLink]:
    """All links, also those that have ended, the latest first. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.shared_links.load(connection, workspace_id, datetime.now(UTC))


def revoke_link(engine: Engine, workspace: str, link_id: int) -> SharedLink:
    """Revoke a link for good. Raises `WorkspaceNotFound` and `LinkNotFound`."""
    now = datetime.now(UTC)
    with writing(engine, workspace) as (connection, workspace_id):
        _find(store.shared_links.find(connection, workspace_id, link_id, now), link_id)
        store.shared_links.revoke(connection, link_id, now)
        return _find(store.shared_links.find(connection, workspace_id, link_id, now), link_id)


def open_link(engine: Engine, token: str, proof: str | None = None) -> OpenedLink:
    """What the link with this token shows; that it was opened is counted. `proof` is what `unlock` gave.

    Raises `LinkNotFound`, and `LinkEnded` for one that has expired, was revoked, whose maker may not share any more, or
    whose wave has no report any more. Both come after the same single query.
    """
    link, hashed = _active(engine, token)
    if hashed is not None and not (proof and hmac.compare_digest(proof.encode(), _proof(token, hashed).encode())):
        return OpenedLink(link, None)
    try:
        stored = read_stored(engine, link.workspace, link.view.wave)
    except WaveNotFound:
        raise LinkEnded from None
    with engine.begin() as connection:
        store.shared_links.mark_opened(connection, link.id, datetime.now(UTC))
    return OpenedLink(link, stored)


def unlock(engine: Engine, token: str, password: str, *, address: str) -> str | None:
    """The proof that somebody at an address knows the password of a link; None if it is wrong.

    Raises what `open_link` raises, and `TooManyRequests` after too many attempts, on the link or from the address.
    """
    link, hashed = _active(engine, token)
    count_attempt(engine, address)
    now = time.time()
    with engine.begin() as connection:
        subject = f"password of link {link.id}"
        taken = store.rate_limits.take(connection, subject, 1, ATTEMPTS_BY_LINK, seconds=ATTEMPT_WINDOW, now=now)
    if not taken.granted:
        wait = max(1, taken.ends_at - int(now))
        raise TooManyRequests(f"too many passwords were tried; try again in {wait} s", retry_after=wait)
    return _proof(token, hashed) if is_right(password, hashed) and hashed else None


def _active(engine: Engine, token: str) -> tuple[SharedLink, str | None]:
    """The link and the hash of its password. Raises `LinkNotFound` and `LinkEnded`."""
    now = datetime.now(UTC)
    with store.reading(engine) as connection:
        known = store.shared_links.by_digest(connection, digest(token), now)
    if known is None:
        raise LinkNotFound
    if known[0].state(now) is not LinkState.ACTIVE:
        raise LinkEnded
    return known


def _proof(token: str, hashed: str) -> str:
    """Only who knows the hash of the password can compute it, which is in the store alone."""
    return hmac.new(hashed.encode(), token.encode("utf-8", "surrogateescape"), sha256).hexdigest()


def _find(link: SharedLink | None, link_id: int) -> SharedLink:
    if link is None:
        raise LinkNotFound(f"there is no link {link_id}")
    return link
