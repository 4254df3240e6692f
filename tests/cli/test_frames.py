"""`saywhy frames`, and `--frame` of classify."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.builders.frames import SHOP


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a code frame in it, where the store will be."""
    monkeypatch.setenv("SAYWHY_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP, "utf-8")
    return tmp_path


def frames(*arguments: str) -> Result:
    """Run a command of `saywhy frames`."""
    return CliRunner().invoke(app, ["frames", *arguments], catch_exceptions=False)


@pytest.mark.usefixtures("store")
def test_a_frame_is_checked_added_used_and_shown() -> None:
    """All commands work on a store that is new, and the YAML comes back as it went in."""
    assert "2 themes, 1 cause, 9 examples" in frames("check", "shop.yaml").stdout
    assert frames("list").stdout.splitlines()[0].startswith("* core")
    assert "is used from the next analysis on" in frames("add", "shop.yaml", "--use").stdout
    assert [line[:6] for line in frames("list").stdout.splitlines()] == ["  core", "  empl", "* shop"]
    assert "checkout.queue  Lange Schlange  3 examples" in frames("show", "shop", "--language", "de").stdout
    assert frames("show", "shop", "--yaml").stdout == SHOP
    assert frames("use", "core").exit_code == 0
    assert frames("list").stdout.startswith("* core")
    log = CliRunner().invoke(app, ["audit-log"]).stdout
    assert [log.count(f"saywhy frames {command}") for command in ("add", "use")] == [1, 2]


def test_mistakes_are_said(store: Path) -> None:
    """A broken file names line and place, an unknown frame the ones that there are."""
    (store / "bad.yaml").write_text(SHOP.replace("theme: checkout", "theme: tills"), "utf-8")
    for command in ("check", "add"):
        result = frames(command, "bad.yaml")
        assert result.exit_code == 1
        assert "bad.yaml: line 12, causes[0].theme: there is no theme 'tills'" in result.stderr
    assert "there are: core, employee" in frames("use", "customers").stderr
    result = CliRunner().invoke(app, ["classify", "--frame", "nowhere.yaml"], input="")
    assert "or the name of a file" in result.stderr


def test_classify_in_a_frame_of_a_file(store: Path) -> None:
    """Themes and causes are those of the file, and nothing is stored."""
    line = json.dumps({"id": 1, "text": "We stood in line at the till for ages."})
    result = CliRunner().invoke(app, ["classify", "--frame", "shop.yaml"], input=line)
    record = json.loads(result.stdout)
    assert [theme["theme"] for theme in record["themes"]] == ["checkout"]
    assert [cause["label"] for cause in record["causes"]] == ["Long queue"]
    assert not (store / "store.db").exists()
