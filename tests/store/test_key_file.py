"""Keys of anonymous workspaces: in a file of their own, recognised by the database, renewed, moved by the migration."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from saywhy import store
from saywhy.errors import Conflict
from saywhy.feedback import Response, Score
from saywhy.pseudonym import without_identity
from saywhy.store import key_file
from saywhy.store.locks import file_lock
from saywhy.store.tables import metadata

#: The tables of the version before the keys moved.
TABLES_BEFORE = {
    *("workspaces", "comments", "responses", "annotations", "topic_fits", "clusters", "topics", "assignments"),
    *("lineage", "topic_edits", "merge_proposals", "runs", "reports", "imports", "rejections", "mappings", "efforts"),
    "audits",
}

PERSON = Response("hr", "employee-4711", Score(2))


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Where the keys are kept; there is no such file yet."""
    return tmp_path / "kept apart.json"


@pytest.fixture
def anonymous(store_url: str, keys: Path) -> Iterator[Engine]:
    """A store on each database, whose workspace acme is anonymous and has one response."""
    engine = store.open_store(store_url, keys)
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, "acme")
        store.workspaces.promise_anonymity(connection, workspace_id)
    save(engine)
    yield engine
    engine.dispose()


def save(engine: Engine, wave: str | None = None) -> store.responses.SaveCounts:
    """Save the response of the same person once more."""
    with engine.begin() as connection:
        return store.responses.save(connection, store.workspaces.find(connection, "acme"), [replace(PERSON, wave=wave)])


def test_the_key_is_not_in_the_database(anonymous: Engine, keys: Path) -> None:
    """The key file is for its owner only, recognises a response, and none of its secrets is in a table."""
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert {path.name for path in keys.parent.glob("kept*")} == {keys.name, f"{keys.name}-lock"}
    assert Path(f"{keys}-lock").read_bytes() == b""
    assert save(anonymous).unchanged == 1
    content = key_file.read(keys)
    assert content is not None
    with store.reading(anonymous) as connection:
        rows = str(connection.execute(sa.text("SELECT * FROM workspaces")).all())
    assert content.secret not in rows
    assert content.of("acme").hex() not in rows
    assert content.of("acme") != content.of("globex")


def test_a_store_on_sqlite_has_its_keys_beside_it(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Without the setting the file is named as the database; a workspace with identities creates none."""
    beside = tmp_path / "store.db-keys"
    with sqlite_engine.begin() as connection:
        store.workspaces.ensure(connection, "acme")
    save(sqlite_engine)
    assert not beside.exists()
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "employees"))
    assert beside.exists()


def test_postgresql_needs_the_setting(postgresql_url: str) -> None:
    """On a database server there is no place beside it: the promise is refused, and the error names the setting."""
    engine = store.open_store(postgresql_url)
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, "acme")
        with pytest.raises(Conflict, match="SAYWHY_ANONYMITY_KEY_FILE"):
            store.workspaces.promise_anonymity(connection, workspace_id)
        assert not store.workspaces.is_anonymous(connection, workspace_id)
    engine.dispose()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "is missing"),
        ('{"secret": "' + "0" * 64 + '", "workspaces": {}}', "would not be recognised"),
        ('{"secret": "0", "workspaces": {}}', "not a key file"),
        ("[]", "not a key file"),
        ("", "not a key file"),
    ],
    ids=["missing", "other", "short", "list", "empty"],
)
def test_a_wrong_key_is_refused(anonymous: Engine, keys: Path, content: str | None, reason: str) -> None:
    """Without the right key nothing is saved, and the error names the file; what is stored can still be read."""
    keys.unlink()
    if content is not None:
        keys.write_text(content)
    with pytest.raises(Conflict, match=reason) as refusal:
        save(anonymous)
    assert str(keys) in refusal.value.detail
    assert keys.exists() == (content is not None)
    with store.reading(anonymous) as connection:
        workspace_id = store.workspaces.find(connection, "acme")
        assert store.workspaces.is_anonymous(connection, workspace_id)
        assert len([*store.responses.load(connection, workspace_id)]) == 1


def test_with_a_new_key_earlier_responses_are_not_recognised(anonymous: Engine, keys: Path) -> None:
    """The same person is new after a renewal, so only in a wave of its own; other workspaces keep their key. Only
    anonymous ones have a key.
    """
    with anonymous.begin() as connection:
        acme, globex = (store.workspaces.ensure(connection, name) for name in ("acme", "globex"))
        with pytest.raises(Conflict, match="not anonymous"):
            store.workspaces.renew_anonymity_key(connection, globex)
        store.workspaces.promise_anonymity(connection, globex)
        kept = store.workspaces.anonymity_key(connection, globex)
        store.workspaces.renew_anonymity_key(connection, acme)
        assert store.workspaces.anonymity_key(connection, globex) == kept
    with pytest.raises(Conflict, match="responses without a wave"):
        save(anonymous)
    assert save(anonymous, "W2").new == 1
    assert save(anonymous, "W2").unchanged == 1
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600


#: Renews the key of a workspace again and again, and ends with an error as soon as the file has another key.
RENEWALS = """
import sys
from pathlib import Path
from saywhy import store

name, url, keys = sys.argv[1:]
engine = store.open_store(url, Path(keys))
with engine.begin() as connection:
    workspace_id = store.workspaces.ensure(connection, name)
    store.workspaces.promise_anonymity(connection, workspace_id)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(40):
    with engine.begin() as connection:
        store.workspaces.renew_anonymity_key(connection, workspace_id)
    with engine.begin() as connection:
        store.workspaces.anonymity_key(connection, workspace_id)
"""


@pytest.mark.slow
def test_two_renewals_at_once_lose_no_key(keys: Path, tmp_path: Path) -> None:
    """Two processes renew the keys of two databases in one file, forty times each: both always find theirs there."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RENEWALS, name, f"sqlite:///{tmp_path / name}.db", str(keys)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("acme", "globex")
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.close()  # start
    assert [process.wait() for process in processes] == [0, 0]


def test_a_writer_that_waits_too_long_says_so(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process holds the lock, a writer ends with an error; the keys stay as they are."""
    monkeypatch.setattr(key_file, "LOCK_TIMEOUT", 0)
    before = key_file.read_or_create(keys)
    with file_lock(Path(f"{keys}-lock")), pytest.raises(Conflict, match="another process"):
        key_file.put(keys, {"acme": bytes(32)})
    assert key_file.read(keys) == before


def test_keys_of_earlier_versions_are_moved(store_url: str, keys: Path) -> None:
    """The migration writes the key to the file, stored pseudonyms still match, and the database forgets the key. Where
    there is no place for the file, it changes nothing.
    """
    key = bytes(range(32, 64))
    engine = store.open_store(store_url)
    earlier = without_identity(PERSON, key)
    with engine.begin() as connection:
        acme = store.workspaces.ensure(connection, "acme")
        store.responses.save(connection, acme, [earlier])
        for later in ("key_fingerprint", "closed_waves", "code_frame", "lessons"):
            connection.execute(sa.text(f"ALTER TABLE workspaces DROP COLUMN {later}"))
        column = sa.schema.CreateColumn(sa.Column("anonymity_key", sa.LargeBinary)).compile(connection)
        connection.execute(sa.text(f"ALTER TABLE workspaces ADD COLUMN {column}"))
        connection.execute(sa.text("UPDATE workspaces SET anonymity_key = :key"), {"key": key})
        connection.execute(sa.text("ALTER TABLE clusters DROP COLUMN joined_id"))
        connection.execute(sa.text("ALTER TABLE comments DROP COLUMN fingerprint"))
        for later in ("account", "customer", "wave"):
            connection.execute(sa.text(f"DROP INDEX ix_responses_{later}"))
        for table in reversed(metadata.sorted_tables):
            if table.name not in TABLES_BEFORE:
                table.drop(connection)
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0009'"))
    engine.dispose()
    database = sa.make_url(store_url).database or ""
    assert not Path(database).exists() or key in Path(database).read_bytes()

    if "postgresql" in store_url:
        with pytest.raises(Conflict, match="SAYWHY_ANONYMITY_KEY_FILE"):
            store.open_store(store_url)
    engine = store.open_store(store_url, keys)
    assert save(engine).unchanged == 1
    engine.dispose()
    content = key_file.read(keys)
    assert content is not None
    assert content.of("acme") == key
    assert not Path(database).exists() or key not in Path(database).read_bytes()
