"""The key file: the secrets of anonymous workspaces (`saywhy.pseudonym`), kept apart from the database.

Who has the database alone cannot test whether a response is that of a known person. The file is JSON, for its owner
only (mode 0600): `secret`, from which the key of each workspace is derived, and `workspaces`, the keys that single
workspaces have instead: moved from the database of an earlier version, or renewed. All are hexadecimal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from saywhy.errors import Conflict

_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """The content of a key file."""

    secret: str = field(default_factory=lambda: secrets.token_hex(_BYTES), repr=False)
    workspaces: Mapping[str, str] = field(default_factory=dict, repr=False)

    def of(self, workspace: str) -> bytes:
        """The key of a workspace, 32 bytes."""
        if own := self.workspaces.get(workspace):
            return bytes.fromhex(own)
        return hmac.digest(bytes.fromhex(self.secret), f"saywhy anonymity\0{workspace}".encode(), hashlib.sha256)


def path_of(connection: Connection) -> Path:
    """Where the keys of a store are: what `open_store` was given. Raises `Conflict` if it was given nothing."""
    path: Path | None = connection.get_execution_options()["key_file"]
    if path is None:
        raise Conflict(
            "the keys of anonymous workspaces need a file: set SAYWHY_ANONYMITY_KEY_FILE to one outside the database"
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
    if (keys := read(path)) is None:
        _write(path, Keys(), os.link)  # unless another process has created it since
        keys = read(path)
        assert keys is not None
    return keys


def put(path: Path, workspaces: Mapping[str, bytes]) -> None:
    """Give these workspaces keys of their own, in place of earlier ones. Raises `Conflict`."""
    keys = read(path) or Keys()
    added = {name: key.hex() for name, key in workspaces.items()}
    _write(path, Keys(keys.secret, {**keys.workspaces, **added}), os.replace)


def _write(path: Path, keys: Keys, publish: Callable[[str, Path], None]) -> None:
    """Write a draft, for the owner only, and make it the file at once: no process ever reads half of it.

    `publish` is `os.replace`, or `os.link`, which leaves a file that is there already.
    """
    content = json.dumps({"secret": keys.secret, "workspaces": dict(keys.workspaces)}, indent=1)
    try:
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            publish(draft, path)
        Path(draft).unlink(missing_ok=True)
    except OSError as error:
        raise Conflict(f"the anonymity keys cannot be written to {path}: {error.strerror}") from None
