"""`saywhy plan`: from a list to the export, and what came of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli import invoke


@pytest.fixture
def url(tmp_path: Path) -> str:
    """URL of a store that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list of sixty customers, of whom one opted out, and a row without an id."""
    rows = [
        f"c-{number},Name {number},p{number}@shop.example,{'retail' if number % 3 else '公共'},{'yes' * (number == 5)}"
        for number in range(60)
    ]
    path = tmp_path / "customers.csv"
    path.write_text("\n".join(["Customer ID,Name,E-Mail,Industry,Opted out", *rows, ",,x@shop.example,retail,"]))
    return path


def create(url: str, file: Path, *more: str) -> str:
    """Make the plan `2026`, of two quarters that are over; what is printed."""
    made = invoke(url, "plan", "create", str(file), "--name", "2026", "--start", "2026-01-15", "--waves", "2", *more)
    assert made.exit_code == 0, made.output
    assert "line 62 is not in the plan: has no customer id" in made.stderr
    return made.stdout


def test_a_plan_from_list_to_export(url: str, file: Path, tmp_path: Path) -> None:
    """Created, shown alike, listed, exported as CSV and XLSX, deleted."""
    shown = create(url, file, "--seed", "4")
    assert "left out: opted out: 1" in shown
    assert "seed 4" in shown
    assert invoke(url, "plan", "show", "2026").stdout == shown
    assert invoke(url, "plan", "list").stdout.startswith("2026  2 waves from 2026-01-15 to 2026-04-15, by ")
    out = tmp_path / "ask.csv"
    assert invoke(url, "plan", "export", "2026", "--out", str(out), "--with-personal-data").exit_code == 0
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    assert len(rows) == 59
    assert {row["email"].partition("@")[2] for row in rows} == {"shop.example"}
    masked = invoke(url, "plan", "export", "2026", "--wave", "2026-Q1")
    assert "@" not in masked.stdout
    assert "--with-personal-data adds them" in masked.stderr
    assert "c-5,公共,opted_out" in invoke(url, "plan", "export", "2026", "--left-out").stdout.replace("retail", "公共")
    assert invoke(url, "plan", "export", "2026", "--out", str(tmp_path / "a.xlsx")).exit_code == 0
    assert invoke(url, "plan", "export", "2026", "--out", str(tmp_path / "a.pdf")).exit_code == 2
    assert invoke(url, "plan", "delete", "2026", "--yes").stdout == "2026 is deleted.\n"
    assert "no wave plan '2026'" in invoke(url, "plan", "show", "2026").stderr


def test_the_response_to_a_plan(url: str, file: Path, tmp_path: Path) -> None:
    """Answers that are imported afterwards: rates with intervals, the NPS, and who answered by industry."""
    create(url, file, "--seed", "4")
    table = invoke(url, "plan", "export", "2026", "--wave", "2026-Q1").stdout.lstrip("\ufeff")
    ids = [row["id"] for row in csv.DictReader(table.splitlines())][:12]
    answers = tmp_path / "answers.csv"
    answers.write_text("Response ID,Customer ID,Score\n" + "".join(f"r-{one},{one},10\n" for one in ids))
    assert invoke(url, "import", str(answers), "--wave", "2026-Q1").exit_code == 0
    shown = invoke(url, "plan", "response-rate", "2026").stdout
    assert "2026-Q1: strata" in shown
    assert "100.0" in shown
    assert "who answered, by Industry" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--name", "2026"], "say when"),
        (["--name", "2026", "--wave", "spring"], "NAME=YYYY-MM-DD"),
        (["--name", "a/b", "--start", "2026-01-15"], "without slashes"),
        (["--name", "2026", "--start", "2026-01-15", "--stratify-by", "Region"], "no column 'Region'"),
        (["--name", "2026", "--start", "2026-01-15", "--sample", "100"], "larger than the 59"),
    ],
)
def test_what_cannot_be_planned_is_one_line(url: str, file: Path, arguments: list[str], message: str) -> None:
    """With the reason, and exit code 1."""
    refused = invoke(url, "plan", "create", str(file), *arguments)
    assert refused.exit_code == 1
    assert message in refused.stderr
