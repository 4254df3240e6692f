"""Passwords of people and of shared links: argon2id hashes, at most two of which are computed at a time."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from saywhy.errors import InvalidInput

if TYPE_CHECKING:
    from pwdlib import PasswordHash

#: Characters of a password. The upper bound keeps hashing cheap.
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256

#: Passwords that are hashed at the same time: each takes 64 MiB and a core.
_HASHING = BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """The argon2id hash of a new password. Raises `InvalidInput` for one that is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return _hasher().hash(password)


def is_right(password: str, hashed: str | None) -> bool:
    """Whether it is the password of that hash. Without a hash it takes as long to say no."""
    with _HASHING:
        is_verified = _hasher().verify(password[:LONGEST_PASSWORD], hashed or _hash_of_nobody())
    return hashed is not None and is_verified


@cache
def _hasher() -> PasswordHash:
    from pwdlib import PasswordHash  # only who signs in loads it

    return PasswordHash.recommended()


@cache
def _hash_of_nobody() -> str:
    """A hash that takes as long to check as those of people."""
    return _hasher().hash(secrets.token_urlsafe(32))
