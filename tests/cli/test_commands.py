"""What all commands have in common: help, version, quick start, exit codes, and errors in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from saywhy import __version__, store

SAYWHY = Path(sys.executable).with_name("saywhy")
COMMANDS = ["import", "analyse", "report", "export", "serve", "demo", "classify", "topics", "rank"]


def run(*arguments: str, environment: Mapping[str, str] = os.environ) -> subprocess.CompletedProcess[str]:
    """Run the real command."""
    return subprocess.run([SAYWHY, *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a process with its own store, which does not exist yet."""
    return os.environ | {"SAYWHY_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}


def test_the_version_is_printed() -> None:
    """`--version` prints name and version and nothing else."""
    assert run("--version").stdout == f"saywhy {__version__}\n"


def test_help_lists_every_command_and_every_command_has_help() -> None:
    """The overview lists the commands; each has a usage line."""
    overview = CliRunner().invoke(app, ["--help"])
    for command in COMMANDS:
        assert command in overview.stdout
        help_ = CliRunner().invoke(app, [command, "--help"])
        assert help_.exit_code == 0
        assert "Usage" in help_.stdout


def test_without_a_command_there_is_help() -> None:
    """`saywhy` alone prints the help."""
    assert "analyse" in CliRunner().invoke(app, []).output


@pytest.mark.parametrize("arguments", [["--help"], ["import", "--help"], ["export", "--help"], ["serve", "--help"]])
def test_help_loads_no_heavy_library(arguments: list[str]) -> None:
    """Help is fast: it imports nothing but the command line itself."""
    program = (
        "import sys\nfrom cli.main import app\ntry:\n    app()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    heavy = {"numpy", "pandas", "scipy", "onnxruntime", "bertopic", "torch", "sqlalchemy", "fastapi"}
    assert "typer" in loaded
    assert not heavy & loaded


def test_a_mistyped_command_line_is_exit_code_2() -> None:
    """Errors in the command line have another exit code than errors in the input."""
    for arguments in (["bogus"], ["report", "--format", "docx"], ["import"], ["import", "nowhere.csv"], ["--nope"]):
        assert CliRunner().invoke(app, arguments).exit_code == 2, arguments


@pytest.mark.parametrize(
    ("arguments", "changes", "message"),
    [
        (["report"], {}, "default"),
        (["analyse"], {}, "import"),
        (["report"], {"SAYWHY_DATABASE_URL": "sqlite:////nowhere/at/all.db"}, "/nowhere/at/all.db"),
        (["report"], {"SAYWHY_DATABASE_URL": "oracle://elsewhere"}, "oracle"),
        (["report"], {"SAYWHY_PORT": "eighty"}, "SAYWHY_PORT"),
        (["classify"], {"SAYWHY_THREADS": "-1"}, "SAYWHY_THREADS"),
        (["classify"], {"SAYWHY_REGISTRY": "/dev/null"}, "/dev/null"),
        (["rank"], {}, "line 1"),
        (["rank", "--polarity", "angry"], {}, "angry"),
    ],
)
def test_errors_are_one_line_and_exit_code_1(
    environment: dict[str, str], arguments: list[str], changes: dict[str, str], message: str
) -> None:
    """Errors that the user can act on are one line on stderr, never a traceback."""
    done = CliRunner().invoke(app, arguments, env=environment | changes, input="nonsense\n")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith("saywhy: ")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


@pytest.mark.slow
def test_a_report_that_cannot_be_written_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    """The error names the path in a folder that does not exist."""
    with_report(environment["SAYWHY_DATABASE_URL"])
    out = tmp_path / "nowhere" / "report.html"
    done = run("report", "--out", str(out), environment=environment)
    assert (done.returncode, done.stderr) == (1, f"saywhy: {out}: No such file or directory\n")


@pytest.mark.slow
def test_a_closed_pipe_ends_the_command_quietly(environment: dict[str, str]) -> None:
    """`saywhy report | head -1` prints no error and no traceback."""
    with_report(environment["SAYWHY_DATABASE_URL"])
    pipe = f"set -o pipefail; {SAYWHY} report --format json | head -1 >/dev/null"
    done = subprocess.run(["bash", "-c", pipe], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 141)
    assert done.stderr == ""


def with_report(url: str) -> None:
    """Save a long report in a new store."""
    from dataclasses import replace

    from tests.builders.reports import FULL

    engine = store.open_store(url)
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        run = store.runs.start(connection, workspace, "core")
        for wave in (FULL.wave, "all"):
            report = replace(FULL, wave=wave, issues=FULL.issues * 40)
            store.reports.save(connection, workspace, run.id, report)
    engine.dispose()


def test_import_preview_stores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns and first rows are shown, without what a terminal would obey; no response is stored."""
    monkeypatch.setenv("SAYWHY_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    path = tmp_path / "export.csv"
    path.write_text("id,nps,why\na,9,good \x1b[31mand red\nb,0,bad\n")
    result = CliRunner().invoke(app, ["import", str(path), "--preview"])
    assert result.exit_code == 0
    assert "why" in result.output
    assert "score: 9; comment: good \ufffd[31mand red; id: a" in result.output
    assert "\x1b" not in result.output
    assert "there is no workspace" in CliRunner().invoke(app, ["report"]).output
