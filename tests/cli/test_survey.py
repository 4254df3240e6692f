"""`saywhy import`, `analyse`, `report` and `demo`: from a file to a ranking."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from saywhy import store
from saywhy.sample import SAMPLE
from tests.cli import invoke

SAYWHY = Path(sys.executable).with_name("saywhy")

#: The comments of the small export, with their scores.
SCORES = {
    "Support never answers my tickets": (0, 3, 6, 7),
    "Viel zu teuer, der Preis ist zu hoch": (2, 5, 8, 9),
    "客服很好，回复很快": (10, 9, 10, 8),
    "": (9, 4, 7, 10),
}

HEADER = ["Response ID", "Submitted At", "Likelihood to recommend (0-10)", "Why?", "Plan", "Mood"]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """URL of a store that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A small export: forty responses, one without a score, and an invalid row."""
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(40):
            comment, scores = list(SCORES.items())[n % 4]
            score = scores[n // 4 % 4]
            writer.writerow([f"R{n}", f"2026-02-{n % 28 + 1:02}", score, comment, "free" if n % 2 else "team", "sunny"])
        writer.writerow(["R40", "2026-02-03", "", "No score, but a comment", "free", "sunny"])
        writer.writerow(["R41", "2026-02-03", "12", "Out of range", "free", "sunny"])
    return path


def test_import_reports_how_the_file_was_read(url: str, export: Path) -> None:
    """Columns, scale, counts and the rejected row with its line are printed; a second import changes nothing."""
    first = invoke(url, "import", str(export), "--wave", "2026-Q1")
    assert first.exit_code == 0, first.output
    assert "score: Likelihood to recommend (0-10)" in first.stdout
    assert "comment: Why?" in first.stdout
    assert "scale: 0-10" in first.stdout
    assert "not imported: Mood" in first.stdout
    assert "42 rows: 41 new, 0 changed, 0 unchanged, 1 rejected" in first.stdout
    assert "line 43: " in first.stdout
    second = invoke(url, "import", str(export), "--wave", "2026-Q1")
    assert "42 rows: 0 new, 0 changed, 41 unchanged, 1 rejected" in second.stdout


def test_import_options_override_detection(url: str, export: Path, tmp_path: Path) -> None:
    """The values of all options arrive in the store."""
    rejections = tmp_path / "rejections.csv"
    options = {
        "--source": "pulse",
        "--wave": "spring",
        "--scale": "0-10",
        "--score-column": HEADER[2],
        "--comment-column": "Why?",
        "--id-column": "Response ID",
        "--answered-column": "Submitted At",
        "--segment-column": "Mood",
        "--account-column": "Plan",
        "--encoding": "utf-8",
        "--delimiter": ",",
        "--rejections": str(rejections),
    }
    result = invoke(url, "import", str(export), "--day-first", *(part for pair in options.items() for part in pair))
    assert result.exit_code == 0, result.output
    with store.reading(store.open_store(url)) as connection:
        responses = list(store.responses.load(connection, store.workspaces.find(connection, "default")))
    assert {(response.source, response.wave) for response in responses} == {("pulse", "spring")}
    assert {str(segment) for response in responses for segment in response.segments} == {"mood=sunny"}
    assert {response.customer.account for response in responses if response.customer} == {"free", "team"}
    assert rejections.read_text().splitlines()[1].startswith("43,")


def test_import_keeps_unknown_columns_on_request(url: str, export: Path) -> None:
    """`--keep-unknown` makes segments of columns of unknown meaning."""
    invoke(url, "import", str(export), "--keep-unknown")
    with store.reading(store.open_store(url)) as connection:
        responses = list(store.responses.load(connection, store.workspaces.find(connection, "default")))
    assert "mood=sunny" in {str(segment).casefold() for segment in responses[0].segments}


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--score-column", "Nope"], "Nope"), (["--scale", "1-5"], ""), (["--encoding", "klingon"], "klingon")],
)
def test_import_refuses_what_does_not_fit(url: str, export: Path, options: list[str], message: str) -> None:
    """An unknown column or encoding is one line on stderr; scores outside the scale are rejected rows."""
    result = invoke(url, "import", str(export), *options)
    if "--scale" in options:
        assert "rejected" in result.stdout
        assert "41 new" not in result.stdout
    else:
        assert result.exit_code == 1
        assert message in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.slow
def test_from_an_export_to_a_report_in_every_format(url: str, export: Path, tmp_path: Path) -> None:
    """Import and analyse; every format of the report has the NPS that a count by hand gives."""
    invoke(url, "import", str(export), "--wave", "2026-Q1")
    assert invoke(url, "analyse").exit_code == 0
    scores = [list(SCORES.values())[n % 4][n // 4 % 4] for n in range(40)]
    promoters, detractors = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores)
    report = json.loads(invoke(url, "report", "--format", "json").stdout)
    assert report["wave"] == "all"
    assert (report["nps"]["n"], report["nps"]["promoters"], report["nps"]["detractors"]) == (40, promoters, detractors)
    assert report["nps"]["score"] == pytest.approx(100 * (promoters - detractors) / 40)
    members = {"rank", "kind", "id", "label", "theme", "impact", "low", "high", "mentions", "detractors", "quotes"}
    assert report["issues"]
    assert members <= set(report["issues"][0])
    assert json.loads(invoke(url, "report", "--wave", "2026-Q1", "--format", "json").stdout)["wave"] == "2026-Q1"
    for ending, start in {"json": "{", "csv": "\ufeffrank,", "html": "<!doctype html>", "txt": "Why "}.items():
        out = tmp_path / f"report.{ending}"
        assert invoke(url, "report", "--out", str(out)).exit_code == 0
        assert out.read_text().startswith(start)
    assert "NPS" in invoke(url, "report").stdout
    assert '<html lang="de"' in invoke(url, "report", "--format", "html", "--language", "de").stdout
    unknown = invoke(url, "report", "--wave", "2031-Q1")
    assert unknown.exit_code == 1
    assert "2026-Q1" in unknown.stderr


def test_an_unknown_file_ending_is_refused(url: str, tmp_path: Path) -> None:
    """Before the store is opened, with the option that helps."""
    result = invoke(url, "report", "--out", str(tmp_path / "report.xyz"))
    assert result.exit_code == 2
    assert "--format" in result.output
    assert not list(tmp_path.iterdir())


@pytest.mark.exhaustive
def test_the_demo_runs_again(tmp_path: Path) -> None:
    """A second time, `saywhy demo` does the same."""
    for _ in range(2):
        done = subprocess.run([SAYWHY, "demo"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        _check_demo(done, tmp_path)
        assert "saywhy serve" in done
        (tmp_path / "var" / "report.html").unlink()


@pytest.mark.slow
def test_the_demo_runs_anywhere(tmp_path: Path) -> None:
    """In an empty folder, `saywhy demo --serve` prints a ranking, leaves store and page, and serves the overview where
    it says, until it is interrupted.
    """
    environment: Mapping[str, str] = os.environ | {"SAYWHY_DATABASE_URL": "sqlite:////nowhere/at/all.db"}
    command, lines = [str(SAYWHY), "demo", "--serve", "--port", "0"], list[str]()
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append(line)
                if address := re.search(r"http://\S+/", line):
                    break
            assert address is not None
            page = httpx2.get(address[0], headers={"accept": "text/html"}, timeout=60)
        finally:
            process.send_signal(signal.SIGINT)
    _check_demo("".join(lines), tmp_path)
    assert 'id="causes"' in page.text
    assert process.returncode in (0, 130)


def _check_demo(printed: str, folder: Path) -> None:
    rows = sum(1 for _ in csv.reader(SAMPLE.open(encoding="utf-8"))) - 1
    assert f"{rows} rows: {rows} new" in printed
    assert "NPS" in printed
    assert (folder / "var" / "report.html").read_text().startswith("<!doctype html>")
    assert sorted(path.name for path in folder.iterdir()) == ["var"]


@pytest.mark.slow
def test_a_port_that_is_taken_is_said_before_the_demo_runs(tmp_path: Path) -> None:
    """In one line, with the option that helps."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([SAYWHY, "demo", "--serve", "--port", port], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_wave_of_one_claims_nothing(url: str) -> None:
    """A wave with one score is compared in numbers; no finding says that it differs from another or that causes did."""
    reported = Path(__file__).parents[1] / "fixtures" / "reported" / "wave_of_one.csv"
    assert invoke(url, "import", str(reported)).exit_code == 0
    assert invoke(url, "analyse").exit_code == 0
    for wave in ("2026/Q1", "2026/Q2", "Q3 – Sommer & Herbst", "2026/Q4"):
        report = json.loads(invoke(url, "report", "--wave", wave, "--format", "json").stdout)
        assert not {"score_moved", "oftener", "graver", "alert", "new", "segment"} & {
            finding["key"] for finding in report["findings"]
        }
