"""API keys: random secrets, of which only a SHA-256 digest is stored, since a random secret cannot be guessed."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from saywhy.access import Principal, PrincipalKind, Scope

#: How every secret begins, so that people and scanners of repositories recognise it.
MARK = "saywhy_"

_SHOWN = len(MARK) + 8


class KeyState(StrEnum):
    """Whether a key is accepted."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of one workspace, without its secret; `prefix` is how the secret begins."""

    id: int
    name: str
    prefix: str
    scopes: frozenset[Scope]
    workspace: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None  # written at most once a minute

    def state(self, now: datetime) -> KeyState:
        if self.revoked_at is not None:
            return KeyState.REVOKED
        return KeyState.EXPIRED if self.expires_at is not None and self.expires_at <= now else KeyState.ACTIVE

    @property
    def principal(self) -> Principal:
        return Principal(PrincipalKind.KEY, self.name, self.workspace, self.scopes, self.id)


def new_secret() -> str:
    """A random secret of 256 bits."""
    return MARK + secrets.token_urlsafe(32)


def prefix_of(secret: str) -> str:
    """How the secret begins: 8 of its 43 random characters, by which people tell keys apart."""
    return secret[:_SHOWN]


def digest(secret: str) -> str:
    """What is stored of a secret: its SHA-256, 64 hex digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
