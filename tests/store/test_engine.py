"""Opening the store, on both databases: migrations, errors, concurrent use."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, Select, event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ClauseElement

from saywhy import store
from saywhy.annotation import Annotation, Polarity, Sentiment
from saywhy.errors import InvalidInput, StoreBusy, StoreUnavailable
from saywhy.feedback import Comment, Response, Score
from saywhy.store import engine as engine_module
from saywhy.store.tables import metadata, workspaces

ANNOTATION = Annotation("core-1", Sentiment(Polarity.NEUTRAL, 0.0, 1.0), (), (), (), bytes(768))


def test_migrations_create_the_tables(connection: Connection) -> None:
    """The migrations and the tables in the code describe the same schema."""
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    assert compare_metadata(context, metadata) == []


def test_migrations_create_the_indexes(connection: Connection) -> None:
    """Alembic does not compare the conditions of partial indexes, so they are compared here."""
    catalog = {"sqlite": "sqlite_master WHERE sql LIKE '%INDEX%'", "postgresql": "pg_indexes WHERE true"}
    column = {"sqlite": "sql", "postgresql": "indexdef"}[connection.dialect.name]
    query = text(f"SELECT {column} FROM {catalog[connection.dialect.name]} ORDER BY 1")
    migrated = list(connection.scalars(query))
    for table in reversed(metadata.sorted_tables):
        table.drop(connection)
    metadata.create_all(connection)
    assert len(migrated) > 5
    assert [_squeezed(sql) for sql in connection.scalars(query)] == [_squeezed(sql) for sql in migrated]


def _squeezed(sql: str) -> str:
    return " ".join(sql.split())


def test_opening_again_keeps_everything(engine: Engine) -> None:
    """A store that is opened a second time still has what was saved."""
    with engine.begin() as connection:
        acme = store.workspaces.ensure(connection, "acme")
        store.responses.save(connection, acme, [Response("file", "1", Score(0))])
    again = store.open_store(engine.url.render_as_string(hide_password=False))
    with store.reading(again) as connection:
        store.check(connection)
        assert list(store.responses.load(connection, acme)) == [Response("file", "1", Score(0))]
    again.dispose()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("no url at all", "cannot be read"),
        ("mysql://me@host/database", "mysql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:////nowhere/at/all/store.db", "unable to open database file"),
        ("postgresql://me:secret@127.0.0.1:1/database", "127.0.0.1"),
    ],
)
def test_errors_name_the_reason(url: str, reason: str) -> None:
    """The error about an unusable database names the reason, and not the password."""
    with pytest.raises(StoreUnavailable, match=reason) as refusal:
        store.open_store(url)
    assert "secret" not in refusal.value.detail


def test_a_directory_is_refused(tmp_path: Path) -> None:
    """The error about a path that is a directory names the path."""
    with pytest.raises(StoreUnavailable, match=str(tmp_path)):
        store.open_store(f"sqlite:///{tmp_path}")


def test_a_file_of_another_kind_is_refused_and_kept(tmp_path: Path) -> None:
    """A file that is not a database is refused and stays unchanged."""
    path = tmp_path / "responses.csv"
    path.write_text("score,comment\n" * 1000)
    with pytest.raises(StoreUnavailable, match="not a database"):
        store.open_store(f"sqlite:///{path}")
    assert path.read_text() == "score,comment\n" * 1000


def test_a_newer_schema_is_refused(engine: Engine) -> None:
    """A database of a newer version of saywhy is refused."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of-tomorrow'"))
    with pytest.raises(StoreUnavailable, match="upgrade saywhy"):
        store.open_store(engine.url.render_as_string(hide_password=False))
    with store.reading(engine) as connection, pytest.raises(StoreUnavailable, match="of-tomorrow"):
        store.check(connection)


def test_a_failed_migration_leaves_nothing(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails half-way is rolled back completely, and the next attempt succeeds."""
    monkeypatch.setattr("alembic.op.create_index", _fail)
    with pytest.raises(RuntimeError, match="power cut"):
        store.open_store(store_url)
    monkeypatch.undo()
    engine = store.open_store(store_url)
    with store.reading(engine) as connection:
        store.check(connection)
    engine.dispose()


def _fail(*_args: object, **_options: object) -> None:
    raise RuntimeError("power cut")


def test_many_processes_open_a_new_store_at_once(store_url: str) -> None:
    """Of several processes that open an empty database, one migrates it and the others wait."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])  # imports once for all processes
    with ProcessPoolExecutor(3, mp_context=context) as processes:
        assert list(processes.map(_open_and_name, [store_url] * 3)) == [1, 1, 1]


def _open_and_name(url: str) -> int:
    engine = store.open_store(url)
    with engine.begin() as connection:
        return store.workspaces.ensure(connection, "acme")


def test_concurrent_writers_lose_nothing(engine: Engine) -> None:
    """Two concurrent writers of the same responses, one of scores and one of comments, complete each other."""
    with engine.begin() as connection:
        acme = store.workspaces.ensure(connection, "acme")

    def write(make: Callable[[int], Response]) -> None:
        for start in range(0, 200, 20):
            with engine.begin() as connection:
                store.responses.save(connection, acme, [make(number) for number in range(start, start + 20)])

    with ThreadPoolExecutor(2) as threads:
        scores = threads.submit(write, lambda number: Response("file", str(number), Score(number % 11)))
        comments = threads.submit(
            write, lambda number: Response("file", str(number), comment=Comment(f"because {number % 7}"))
        )
        scores.result()
        comments.result()
    with store.reading(engine) as connection:
        saved = list(store.responses.load(connection, acme))
    assert len(saved) == 200
    assert all(response.score and response.comment for response in saved)


def test_readers_do_not_wait_for_a_writer(engine: Engine) -> None:
    """During a writing transaction, readers see the state before it."""
    with engine.begin() as connection:
        acme = store.workspaces.ensure(connection, "acme")
    with engine.begin() as writer:
        store.responses.save(writer, acme, [Response("file", "1")])
        with store.reading(engine) as reader:
            assert store.responses.count(reader, acme) == 0
    with store.reading(engine) as reader:
        assert store.responses.count(reader, acme) == 1


@pytest.mark.slow
def test_comments_of_a_workspace_unknown_to_the_statistics_are_looked_up_by_hash(postgresql_url: str) -> None:
    """PostgreSQL assumes that a new workspace is empty; even so it must look comments up by hash, not scan them."""
    engine = store.open_store(postgresql_url)
    plans: list[str] = []

    def explain(connection: Connection, statement: ClauseElement, *_: object) -> None:
        if isinstance(statement, Select):
            sql = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
            plans.append("\n".join(connection.exec_driver_sql(f"EXPLAIN {sql}".replace("%", "%%")).scalars()))

    with engine.begin() as connection:
        for name in ("old", "new"):
            workspace_id = store.workspaces.ensure(connection, name)
            batch = [Response("file", str(number), comment=Comment(f"{name} {number}")) for number in range(2000)]
            store.responses.save(connection, workspace_id, batch)
            annotated = {response.comment.content_hash: ANNOTATION for response in batch if response.comment}
            store.annotations.save(connection, workspace_id, annotated)
            if name == "old":
                connection.execute(text("ANALYZE"))
        event.listen(connection, "before_execute", explain)
        assert len(list(store.responses.load(connection, workspace_id))) == 2000
        store.comments.unannotated(connection, workspace_id, "core-1", 10)
        event.remove(connection, "before_execute", explain)
    engine.dispose()
    assert len(plans) == 2
    assert [plan for plan in plans if "Join Filter" in plan] == []


def test_a_writer_waits_for_the_busy_timeout(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second writer on SQLite fails after the busy timeout with `StoreUnavailable`."""
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT", 0.05)
    engine = store.open_store(sqlite_url)
    with engine.begin(), pytest.raises(StoreUnavailable, match="locked"), engine.begin():
        pass
    engine.dispose()


def test_a_lost_connection_is_reported_and_replaced(postgresql_url: str) -> None:
    """If the server drops the connection, `StoreUnavailable` is raised; the next transaction connects again."""
    engine = store.open_store(postgresql_url)
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        with engine.begin() as other:
            other.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)"))
        with pytest.raises(StoreUnavailable, match="terminat"):
            store.check(connection)
    with store.reading(engine) as connection:
        store.check(connection)
    engine.dispose()


def test_errors_hide_what_was_to_be_stored(engine: Engine) -> None:
    """The message of a database error, which may end up in a log, has no value of a customer."""
    insert = text("INSERT INTO comments (content_hash, verbatim) VALUES (:hash, :text)")
    with engine.connect() as connection, pytest.raises(IntegrityError) as raised:
        connection.execute(insert, {"hash": "0", "text": "call me: ann@example.com"})
    assert "[SQL: INSERT" in str(raised.value)
    assert "SQL parameters hidden" in str(raised.value)


def test_a_lost_file_is_unavailable_until_it_is_back(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A file that is deleted under an open store is reported, never created anew, and used again when it is back."""
    path, elsewhere = tmp_path / "store.db", tmp_path / "elsewhere.db"
    path.rename(elsewhere)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="unable to open"), store.reading(sqlite_engine):
            pass
    assert not path.exists()
    path.touch()  # something creates an empty file in its place
    with store.reading(sqlite_engine) as connection, pytest.raises(StoreUnavailable, match="no such table"):
        store.workspaces.find(connection, "acme")
    elsewhere.replace(path)
    with store.reading(sqlite_engine) as connection:
        store.check(connection)


def test_a_wait_for_a_connection_ends(store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Who finds all connections in use gets an error that says so, and a connection as soon as one is free."""
    monkeypatch.setattr(engine_module, "POOL_TIMEOUT", 0.01)
    engine = store.open_store(store_url, tmp_path / "keys.json", connections=2)
    with store.reading(engine), store.reading(engine), pytest.raises(StoreBusy), store.reading(engine):
        pass
    with store.reading(engine) as connection:
        store.check(connection)
    engine.dispose()


@pytest.mark.parametrize(("column", "value"), [("name", "a\0b"), ("name", "\ud800"), ("id", 2**70)])
def test_values_that_cannot_be_stored_are_invalid_input(engine: Engine, column: str, value: Any) -> None:
    """Where a database cannot store a NUL, an unpaired surrogate or a huge number, it is refused as invalid input."""
    query = select(workspaces.c.id).where(workspaces.c[column] == value)
    with store.reading(engine) as connection, suppress(InvalidInput):
        assert connection.execute(query).one_or_none() is None
