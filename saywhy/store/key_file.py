"""The key file: the secrets of anonymous workspaces (`saywhy.pseudonym`), kept apart from the database.

Who has the database alone cannot test whether a response is that of a known person. The file is JSON, for its owner
only (mode 0600): `secret`, from which the key of each workspace is derived, and that of `sealing`, and `workspaces`,
the keys that single workspaces have instead: moved from the database of an earlier version, or renewed. All are
hexadecimal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from saywhy.errors import Conflict, StoreUnavailable
from saywhy.store.locks import file_lock

_BYTES = 32

#: Seconds that a writer waits for another one, which only reads and writes this file meanwhile.
LOCK_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Keys:
    """The content of a key file."""

    secret: str = field(default_factory=lambda: secrets.token_hex(_BYTES), repr=False)
    workspaces: Mapping[str, str] = field(default_factory=dict, repr=False)

    def of(self, workspace: str) -> bytes:
        """The key of a workspace, 32 bytes."""
        if own := self.workspaces.get(workspace):
            return bytes.fromhex(own)
        return self.derive(f"saywhy anonymity\0{workspace}")

    def derive(self, purpose: str) -> bytes:
        """The key for a purpose, 32 bytes."""
        return hmac.digest(bytes.fromhex(self.secret), purpose.encode(), hashlib.sha256)


def path_of(connection: Connection) -> Path:
    """Where the keys of a store are: what `open_store` was given. Raises `Conflict` if it was given nothing."""
    path: Path | None = connection.get_execution_options()["key_file"]
    if path is None:
        raise Conflict(
            "the keys of anonymous workspaces, and of the secrets of sources and webhooks, need a file: set "
            "SAYWHY_ANONYMITY_KEY_FILE to one outside the database"
        )
    return path


def fingerprint(key: bytes) -> str:
    """What the database keeps of a key, to recognise it: it cannot be computed back, as keys are random."""
    return hmac.new(key, b"saywhy fingerprint", hashlib.sha256).hexdigest()


def read(path: Path) -> Keys | None:
    """The keys of a file, None if there is no such file. Raises `Conflict` for one that cannot be read."""
    try:
        content = json.loads(path.read_text("utf-8"))
        keys = Keys(content["secret"], content["workspaces"])
        for text in (keys.secret, *keys.workspaces.values()):
            if len(bytes.fromhex(text)) != _BYTES:
                raise ValueError
    except FileNotFoundError:
        return None
    except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a key file"
        raise Conflict(f"the anonymity keys in {path} cannot be read: {reason}") from None
    return keys


def read_or_create(path: Path) -> Keys:
    """The keys of a file, which is created with a new secret if there is none. Raises `Conflict`."""
    with _writing(path):
        if (keys := read(path)) is None:
            _write(path, keys := Keys())
    return keys


def put(path: Path, workspaces: Mapping[str, bytes]) -> None:
    """Give these workspaces keys of their own, in place of earlier ones. Raises `Conflict`."""
    added = {name: key.hex() for name, key in workspaces.items()}
    with _writing(path):
        keys = read(path) or Keys()
        _write(path, Keys(keys.secret, {**keys.workspaces, **added}))


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Keep other writers out between reading the file and replacing it: they would lose each other's keys."""
    try:
        with file_lock(Path(f"{path}-lock"), LOCK_TIMEOUT) as is_locked:
            if not is_locked:
                raise Conflict(f"another process is writing the anonymity keys in {path}; try again")
            yield
    except StoreUnavailable as error:
        raise Conflict(f"the anonymity keys cannot be written to {path}: {error}") from None


def _write(path: Path, keys: Keys) -> None:
    """Write a draft, for the owner only, and make it the file at once: no process ever reads half of it."""
    content = json.dumps({"secret": keys.secret, "workspaces": dict(keys.workspaces)}, indent=1)
    try:
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        Path(draft).replace(path)
    except OSError as error:
        raise Conflict(f"the anonymity keys cannot be written to {path}: {error.strerror}") from None
