"""All that a store has, to look for what must not be in it."""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy import Engine

from saywhy.store.tables import metadata


def stored_text(engine: Engine) -> str:
    """The rows of all tables as text. (That of a row itself is cut.)"""
    with engine.connect() as connection:
        rows = {
            table.name: [tuple(row) for row in connection.execute(sa.select(table))] for table in metadata.sorted_tables
        }
    return json.dumps(rows, default=str, ensure_ascii=False)
