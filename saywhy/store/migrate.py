"""Migrations: bring a database to the schema of this version with Alembic, using the packaged `migrations/`."""

from __future__ import annotations

from dataclasses import dataclass
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
        if not status(connection).pending:
            return
    if engine.dialect.name == "sqlite":
        enable_write_ahead_log(engine)
    with engine.begin() as connection:
        lock(connection)
        if status(connection).pending:  # unless another process was faster
            upgrade(connection)


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """The schema that a database has (None: none yet), the one of this version, and how many migrations lie between."""

    present: str | None
    wanted: str
    pending: int


def status(connection: Connection) -> SchemaStatus:
    """How the schema of the database stands. Raises `StoreUnavailable` if this version does not know it."""
    present = _revision(connection)
    if present is not None:
        require_known(present, "the database has")
    known = _revisions()
    return SchemaStatus(present, known[-1], len(known) - (known.index(present) + 1 if present else 0))


def require_known(revision: str, whose: str) -> None:
    """Raise `StoreUnavailable` if this version does not know the revision of the schema."""
    if revision not in _revisions():
        raise StoreUnavailable(
            f"{whose} schema {revision}, which is newer than {_revisions()[-1]}, that of this version of saywhy; "
            "upgrade saywhy"
        )


def lock(connection: Connection) -> None:
    """Let no other process migrate until the transaction ends. On SQLite, a writing transaction does that already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision, in the transaction of the caller."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def check(connection: Connection) -> None:
    """Raise `StoreUnavailable` if the database does not have the schema of this version."""
    revision = _revision(connection)
    if revision != _revisions()[-1]:
        raise StoreUnavailable(f"the database has schema {revision}; this version of saywhy needs {_revisions()[-1]}")


def enable_write_ahead_log(engine: Engine) -> None:
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
def _revisions() -> tuple[str, ...]:
    """All revisions that this version knows, the oldest first."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return tuple(script.revision for script in scripts)[::-1]
