"""Stores on SQLite that tests share as files, of which each takes a copy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from saywhy.store import Engine


def copy_into(engine: Engine, path: Path) -> None:
    """Replace all that an open store has by what is in this file."""
    raw = engine.raw_connection()
    try:
        assert isinstance(raw.driver_connection, sqlite3.Connection)
        with closing(sqlite3.connect(path)) as source:
            source.backup(raw.driver_connection)
    finally:
        raw.close()
