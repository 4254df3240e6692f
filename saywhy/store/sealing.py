"""Secrets of others that must be read again: encrypted with a key from the key file, which is not in the database.

Who has the database alone, or a backup of it, cannot sign as a survey tool, nor ask it for answers, nor sign as saywhy,
nor write to its channels.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection

from saywhy.errors import Conflict
from saywhy.store import key_file


def seal(connection: Connection, secret: str) -> bytes:
    """The secret, encrypted. The key file is created if there is none. Raises `Conflict` if it cannot be."""
    return _cipher(key_file.read_or_create(key_file.path_of(connection))).encrypt(secret.encode())


def unseal(connection: Connection, sealed: bytes) -> str:
    """The secret. Raises `Conflict` if the key file is missing, or is not that with which it was encrypted."""
    path = key_file.path_of(connection)
    keys = key_file.read(path)
    try:
        if keys is not None:
            return _cipher(keys).decrypt(sealed).decode()
    except InvalidToken:
        pass
    raise Conflict(
        f"the secrets of sources and webhooks cannot be decrypted with {path}: restore that file, set "
        "SAYWHY_ANONYMITY_KEY_FILE, or give each source its secret and token again, and each endpoint another secret"
    )


def _cipher(keys: key_file.Keys) -> Fernet:
    return Fernet(urlsafe_b64encode(keys.derive("saywhy secrets of others")))
