"""Migrations: bring a database to the schema of this version with Alembic, using the packaged `migrations/`."""

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
_ADVISORY_LOCK = 0x5A7_3B1  # key of a PostgreSQL advisory lock; any number


def to_head(engine: Engine) -> None:
    """Migrate to the newest schema. Safe when several processes open the same database at once."""
    with engine.connect().execution_options(sqlite_begin="BEGIN") as connection:
        # Usually nothing is to be done: a reading transaction finds that out without waiting for a writer.
        if _revision(connection) == _head():
            return
    if engine.dialect.name == "sqlite":
        _enable_write_ahead_log(engine)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        revision = _revision(connection)
        if revision is not None and revision not in _known_revisions():
            raise StoreUnavailable(
                f"the database has schema {revision}, which is newer than this version of saywhy; upgrade saywhy"
            )
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check(connection: Connection) -> None:
    """Raise `StoreUnavailable` if the database does not have the schema of this version."""
    revision = _revision(connection)
    if revision != _head():
        raise StoreUnavailable(f"the database has schema {revision}; this version of saywhy needs {_head()}")


def _enable_write_ahead_log(engine: Engine) -> None:
    """Let readers and a writer work at the same time. The file keeps the mode; it cannot be set in a transaction."""
    with engine.connect().execution_options(sqlite_begin=None) as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    # Alembic interpolates percent signs.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


@cache
def _known_revisions() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())
