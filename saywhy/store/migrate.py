"""Bringing a database to the schema of this version: Alembic, run from the program, migrations packaged with it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from saywhy.errors import StoreUnavailable

MIGRATIONS = Path(__file__).with_name("migrations")
_ADVISORY_LOCK = 0x5A7_3B1  # any number that nothing else on the server uses


def to_head(engine: Engine) -> None:
    """Migrate to the newest schema. Safe when several processes open the same database at once."""
    with engine.connect().execution_options(sqlite_begin="BEGIN") as connection:
        # Mostly there is nothing to do, and then nobody who writes at the moment should keep us waiting.
        if _revision(connection) == _head():
            return
    if engine.dialect.name == "sqlite":
        _write_ahead(engine)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        revision = _revision(connection)
        if revision is not None and revision not in _known():
            raise StoreUnavailable(
                f"the database has schema {revision}, which is newer than this version of saywhy; upgrade saywhy"
            )
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check(connection: Connection) -> None:
    """Raise `StoreUnavailable` where the database does not have the schema of this version."""
    revision = _revision(connection)
    if revision != _head():
        raise StoreUnavailable(f"the database has schema {revision}; this version of saywhy needs {_head()}")


def _write_ahead(engine: Engine) -> None:
    """Let readers go on while one writes. The file remembers it; inside of a transaction it could not be set."""
    with engine.connect().execution_options(sqlite_begin=None) as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    # Alembic reads a percent sign as the start of a variable.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


@cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())
