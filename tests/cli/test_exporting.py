"""`saywhy export`: every format read back, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from cli.main import app
from saywhy import store
from saywhy.store import Engine
from tests.builders.exported_survey import AT, BLAME, FORMULA, PRAISE, RESPONSES, fill

IDS = [response.external_id for response in RESPONSES]
COLUMNS = ["id", "score", "wave", "answered_at", "language", "comment", "sentiment", "sentiment_score"]
COLUMNS += ["segment: language", "plan", "region", "themes", "causes"]
MASKED = "Slow replies. Write to [e-mail] or call [phone], but nobody answers the phone"


def export(url: str, *arguments: str) -> Result:
    """Run the command on that store."""
    environment = {"SAYWHY_DATABASE_URL": url, "SAYWHY_WORKSPACE": "acme"}
    return CliRunner().invoke(app, ["export", *arguments], env=environment)


@pytest.fixture
def url(sqlite_engine: Engine, sqlite_url: str) -> str:
    """URL of a store with a small analysed survey."""
    fill(sqlite_engine)
    return sqlite_url


def test_json_lines_are_the_default(url: str, tmp_path: Path) -> None:
    """One object a response on stdout, with all members in order; the same bytes in a file that ends with .jsonl."""
    done = export(url)
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == IDS
    blame, zero, blank, *_ = rows
    assert list(blame) == [
        *("id", "score", "scale", "comment", "wave", "answered_at", "language", "segments", "sentiment", "themes"),
        "causes",
    ]
    assert blame["comment"] == MASKED
    assert blame["answered_at"] == AT.isoformat()
    assert blame["sentiment"] == {"label": "mixed", "score": -0.5}
    assert blame["themes"] == [
        {"id": "support", "label": blame["themes"][0]["label"], "polarity": "negative", "confidence": 0.8}
    ]
    start = MASKED.index("nobody")
    assert blame["causes"][1] == {
        "id": "slow",
        "label": "Slow replies",
        "theme": "support",
        "polarity": "negative",
        "ranked": False,
        "start": start,
        "end": len(MASKED),
        "confidence": 0.75,
        "part": "Phone",
    }
    assert (zero["score"], zero["comment"], zero["sentiment"], zero["causes"]) == (0, None, None, [])
    assert blank["score"] is None
    out = tmp_path / "rows.jsonl"
    assert export(url, "--out", str(out)).exit_code == 0
    assert out.read_text() == done.stdout


def test_csv_is_read_back(url: str, tmp_path: Path) -> None:
    """With byte order mark, a column a dimension, labels with signs, and no formula; a blank score is no zero."""
    out = tmp_path / "rows.csv"
    assert export(url, "--out", str(out)).exit_code == 0
    assert out.read_bytes() == export(url, "--format", "csv").stdout_bytes
    assert out.read_bytes().startswith(b"\xef\xbb\xbfid,score,")
    reader = csv.DictReader(io.StringIO(out.read_text("utf-8-sig"), newline=""))
    rows = list(reader)
    assert reader.fieldnames == COLUMNS
    assert [row["id"] for row in rows] == IDS
    assert [row["score"] for row in rows] == ["2", "0", "", "", "5", "10"]
    blame, zero, blank, silent, _, new = rows
    assert (blame["comment"], blame["sentiment"], blame["sentiment_score"]) == (MASKED, "mixed", "-0.5")
    assert (blame["answered_at"], blame["plan"], blame["causes"]) == (
        AT.isoformat(),
        "free; trial",
        "−Slow replies; −Slow replies (Phone)",
    )
    assert (zero["comment"], zero["causes"], zero["region"]) == ("", "", "north")
    assert blank["causes"] == "'+Kind people"
    assert set(silent.values()) == {"silent", ""}
    assert (new["comment"], new["segment: language"]) == (f"'{FORMULA}", "'+en")


def test_a_workbook_is_read_back(url: str, tmp_path: Path) -> None:
    """Scores are numbers, blanks are blank, and text that begins with = is text."""
    out = tmp_path / "rows.XLSX"
    assert export(url, "--out", str(out)).exit_code == 0
    sheet = load_workbook(out)["responses"]
    header, *rows = sheet.iter_rows()
    assert [cell.value for cell in header] == COLUMNS
    assert [row[0].value for row in rows] == IDS
    assert [row[1].value for row in rows] == [2, 0, None, None, 5, 10]
    comment = rows[5][COLUMNS.index("comment")]
    assert (comment.value, comment.data_type) == (FORMULA, "s")
    assert rows[0][COLUMNS.index("comment")].value == MASKED
    assert [row[-1].value for row in rows[:3]] == ["−Slow replies; −Slow replies (Phone)", None, "+Kind people"]


def test_parquet_is_read_back(url: str, tmp_path: Path) -> None:
    """With types: whole scores or none, times, and themes and causes as records."""
    out = tmp_path / "rows.parquet"
    assert export(url, "--out", str(out)).exit_code == 0
    frame = pd.read_parquet(out)
    assert list(frame.columns) == COLUMNS
    assert list(frame["id"]) == IDS
    assert frame["score"].fillna(-1).tolist() == [2, 0, -1, -1, 5, 10]
    assert frame["answered_at"][0] == pd.Timestamp(AT)
    assert frame["answered_at"].isna().tolist() == [False, False, True, True, False, False]
    assert frame["comment"].isna().tolist() == [False, True, False, True, False, False]
    assert frame["comment"][5] == FORMULA
    causes = [list(causes) for causes in frame["causes"]]
    assert [len(of_response) for of_response in causes] == [2, 0, 1, 0, 0, 0]
    assert MASKED[causes[0][1]["start"] : causes[0][1]["end"]] == "nobody answers the phone"
    assert frame["themes"][2][0]["id"] == "staff"


def test_a_selection_without_responses_is_an_empty_file(url: str, tmp_path: Path) -> None:
    """Every format can be read, and has no rows."""
    selection = ("--wave", "W2", "--cause", "slow")
    assert export(url, *selection).stdout == ""
    out = {ending: tmp_path / f"rows.{ending}" for ending in ("csv", "xlsx", "parquet")}
    for path in out.values():
        assert export(url, *selection, "--out", str(path)).exit_code == 0
    excel = pd.read_excel(out["xlsx"], engine="openpyxl")
    for frame in (pd.read_csv(out["csv"]), excel, pd.read_parquet(out["parquet"])):
        assert (len(frame), list(frame.columns)[:2]) == (0, ["id", "score"])


def test_options_select_responses_and_unmask(url: str) -> None:
    """Wave, segments and cause narrow the rows; personal data is shown on request only."""

    def ids(*arguments: str) -> list[str]:
        return [json.loads(line)["id"] for line in export(url, *arguments).stdout.splitlines()]

    assert ids("--wave", "W1") == ["blame", "zero"]
    assert ids("--segment", "region=north", "--segment", "plan=free") == ["blame"]
    assert ids("--cause", "Kind people") == ["blank"]
    assert json.loads(export(url, "--cause", "kind").stdout)["comment"] == PRAISE
    assert json.loads(export(url, "--cause", "slow", "--with-personal-data").stdout)["comment"] == BLAME


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--wave", "W3"], 1, "there are: W1, W2, all"),
        (["--segment", "region=east"], 1, "region is: north, south"),
        (["--cause", "parking"], 1, "Kind people, Slow replies"),
        (["--segment", "north"], 2, "NAME=VALUE"),
        (["--format", "xlsx"], 2, "--out"),
        (["--format", "parquet"], 2, "--out"),
        (["--format", "pdf"], 2, "parquet"),
        (["--out", "rows.xyz"], 2, "--format"),
    ],
)
def test_what_is_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    """With the reason, and without leaving a file."""
    monkeypatch.chdir(tmp_path)
    if "--out" not in arguments and code == 1:
        arguments = [*arguments, "--out", "rows.jsonl"]
    done = export(url, *arguments)
    assert done.exit_code == code
    assert message in done.output
    assert done.stdout == ""
    assert not list(tmp_path.glob("rows.*"))


def test_anonymous_surveys_are_not_exported(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path) -> None:
    """One line on stderr says why, and there is no file."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "acme"))
    for ending in ("jsonl", "csv", "xlsx", "parquet"):
        out = tmp_path / f"rows.{ending}"
        done = export(sqlite_url, "--out", str(out), "--with-personal-data")
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.startswith("saywhy: this workspace promised anonymity")
        assert not out.exists()
