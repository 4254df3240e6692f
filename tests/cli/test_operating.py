"""`saywhy migrate`, `backup` and `restore` as people and scripts use them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from cli.main import app
from saywhy import store
from saywhy.store import engine as engine_module
from saywhy.store import migrate
from tests.builders.backups import content, fill
from tests.builders.queued_imports import CLI, ROOT


@pytest.fixture
def run(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Runs commands on the store."""
    monkeypatch.setenv("SAYWHY_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SAYWHY_ANONYMITY_KEY_FILE", str(engine.get_execution_options()["key_file"]))
    monkeypatch.setenv("SAYWHY_DATA_DIR", str(tmp_path / "files"))
    engine.dispose()
    return CliRunner()


@pytest.fixture
def earlier_url(store_url: str) -> str:
    """URL of a database that lacks the latest migrations."""
    engine = engine_module._create_engine(store_url, 1)
    with engine.begin() as connection:
        migrate.upgrade(connection, "0015")
    engine.dispose()
    return store_url


def test_check_says_what_is_pending_and_changes_nothing(earlier_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 1 until the database was migrated, then 0."""
    monkeypatch.setenv("SAYWHY_DATABASE_URL", earlier_url)
    run = CliRunner()
    for _ in range(2):
        check = run.invoke(app, ["migrate", "--check"])
        assert check.exit_code == 1
        assert check.stdout.startswith("present 0015, wanted ")
    assert store.schema_status(earlier_url).pending >= 2
    done = run.invoke(app, ["migrate"])
    assert (done.exit_code, done.stdout.endswith(": 0 migrations pending\n")) == (0, True)
    assert run.invoke(app, ["migrate", "--check"]).exit_code == 0


@pytest.mark.slow
def test_several_migrate_at_once(earlier_url: str) -> None:
    """Of several processes one migrates, the others wait, and all succeed."""
    code = "import sys; from saywhy.store import open_store; open_store(sys.argv[1])"
    processes = [subprocess.Popen([sys.executable, "-c", code, earlier_url], cwd=ROOT) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert store.schema_status(earlier_url).pending == 0


@pytest.mark.parametrize("command", [["migrate"], ["migrate", "--check"], ["backup", "b"], ["jobs", "list"]])
def test_a_newer_database_is_refused(
    engine: Engine, run: CliRunner, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says to upgrade, the exit code is 1, and the database is as before."""
    monkeypatch.chdir(tmp_path)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of-tomorrow'"))
    engine.dispose()
    refused = run.invoke(app, command)
    assert refused.exit_code == 1
    assert "of-tomorrow, which is newer than" in refused.stderr
    assert "upgrade saywhy" in refused.stderr
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "of-tomorrow"
    assert not (tmp_path / "b").exists()


def test_check_creates_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none, there is an error and still none."""
    monkeypatch.setenv("SAYWHY_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    assert CliRunner().invoke(app, ["migrate", "--check"]).exit_code == 1
    assert list(tmp_path.iterdir()) == []


def saywhy(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, whose connections end with it."""
    return subprocess.run([*CLI, *command], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.usefixtures("run")
def test_back_up_and_restore(engine: Engine, tmp_path: Path) -> None:
    """One line each says what was written, and restored; refusals are one line on stderr."""
    fill(engine)
    engine.dispose()
    file = str(tmp_path / "saywhy.backup")
    written = saywhy("backup", file)
    assert written.returncode == 0, written.stderr
    assert written.stdout.startswith(f"{file}: ")
    assert " rows and 0 files of saywhy " in written.stdout
    again = saywhy("backup", file)
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    before = content(engine)
    engine.dispose()
    refused = saywhy("restore", file)
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    restored = saywhy("restore", file, "--replace")
    assert restored.returncode == 0, restored.stderr
    assert "repeat that" in restored.stderr
    after = content(engine)
    log = [line for line in after.pop("audit_log") if '"saywhy restore"' in line]
    del before["audit_log"]
    assert after == before
    assert len(log) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("run")
def test_nothing_is_restored_under_a_running_worker(tmp_path: Path) -> None:
    """While a worker runs, a restore is refused and says what to do; a backup is not."""
    file = str(tmp_path / "saywhy.backup")
    log = tmp_path / "log"
    with log.open("w") as stream:
        worker = subprocess.Popen([*CLI, "worker"], cwd=ROOT, stderr=stream)
    try:
        assert saywhy("backup", file).returncode == 0
        while (refused := saywhy("restore", file, "--replace")).returncode == 0:
            assert worker.poll() is None  # it has not opened the database yet
        assert "stop its servers and workers first" in refused.stderr
    finally:
        worker.terminate()
        worker.wait()
    assert saywhy("restore", file, "--replace").returncode == 0
