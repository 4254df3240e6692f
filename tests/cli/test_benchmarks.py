"""`saywhy report --against`: in the terminal, as a file, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pipelines.render.data import BENCHMARK_COLUMNS
from tests.cli import invoke


@pytest.fixture(autouse=True)
def workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands work on the first of the two brands, on a wide terminal."""
    monkeypatch.setenv("SAYWHY_WORKSPACE", "brand")
    monkeypatch.setenv("COLUMNS", "200")


def test_the_terminal_shows_both_groups_and_what_differs(brands_url: str) -> None:
    """The NPS of both with their difference, a sentence on the cause that differs, and both rates in its row."""
    shown = invoke(brands_url, "report", "--wave", "W2", "--against", "segment:plan=team")
    assert shown.exit_code == 0
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert "Compared with team" in lines
    assert "Net Promoter Score, W2 without team: +80.0, +60.7 to +91.7, n = 60" in lines
    assert "Significantly less often a complaint here than there: Customer support, Slow." in lines
    assert any("Named by: here / team: 10% / 60%, −50.0 pp" in line for line in lines)
    plain = invoke(brands_url, "report", "--wave", "W2").stdout
    assert "Compared" not in plain
    assert "here / team" not in plain


@pytest.mark.parametrize(
    ("language", "title", "delimiter", "rate"),
    [("en", "Compared with W1", ",", "0.3"), ("de", "Verglichen mit W1", ";", "0,3")],
)
def test_files_have_the_comparison(
    brands_url: str, tmp_path: Path, language: str, title: str, delimiter: str, rate: str
) -> None:
    """CSV with its further columns, JSON with the benchmark, the page and the table with the panel, by their ending."""
    written = {}
    for ending in ("csv", "json", "html", "txt"):
        out = tmp_path / f"report.{ending}"
        options = ("--wave", "W2", "--against", "wave:W1", "--language", language, "--out", str(out))
        done = invoke(brands_url, "report", *options)
        assert (done.exit_code, done.stdout) == (0, "")
        written[ending] = out.read_text("utf-8-sig")
    rows = {row["id"]: row for row in csv.DictReader(written["csv"].splitlines(), delimiter=delimiter)}
    row = rows["support"]
    assert (row["rate_here"], row["rate_there"]) == (rate, rate.replace("3", "4"))
    assert [name for name in row if name in BENCHMARK_COLUMNS] == [*BENCHMARK_COLUMNS]
    assert json.loads(written["json"])["benchmark"]["against"] == {"kind": "wave", "name": "W1", "wave": None}
    assert title in written["html"]
    assert title in written["txt"]


def test_the_command_line_may_read_every_workspace(brands_url: str) -> None:
    """Another workspace is compared without a setting, as whoever runs the command can read the whole store."""
    options = ("--wave", "W2", "--against", "workspace:other", "--format", "json")
    benchmark = json.loads(invoke(brands_url, "report", *options).stdout)["benchmark"]
    assert (benchmark["reference"]["name"], benchmark["reference"]["nps"]["n"]) == ("other", 80)


@pytest.mark.parametrize(
    ("against", "code", "message"),
    [
        ("W1", 2, "write wave:WAVE"),
        ("", 2, "write wave:WAVE"),
        ("wave:", 2, "write wave:WAVE"),
        ("wave:W2", 1, "cannot be compared with itself"),
        ("wave:W9", 1, "W1, W2, all"),
        ("segment:plan=gold", 1, "plan is: free, team"),
        ("segment:plan", 1, "NAME=VALUE"),
        ("workspace:nobody", 1, "there are: brand, other"),
        ("wave:\x1b[31mW9", 1, r"\x1b[31mW9"),
        ("\x1b[31mW9", 2, "write wave:WAVE"),
    ],
)
def test_what_cannot_be_compared_is_an_error(
    brands_url: str, tmp_path: Path, against: str, code: int, message: str
) -> None:
    """Exit code 2 for what is no reference, 1 for one that is not there; nothing on stdout, and no file."""
    out = tmp_path / "report.csv"
    refused = invoke(brands_url, "report", "--wave", "W2", "--against", against, "--out", str(out))
    assert (refused.exit_code, refused.stdout, out.exists()) == (code, "", False)
    assert message in " ".join(refused.stderr.split())
    assert "\x1b[31mW9" not in refused.stderr  # a terminal would obey it
