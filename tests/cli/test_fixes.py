"""`saywhy fix` and `saywhy fixes`: causes are marked as fixed, and what that brought."""

from __future__ import annotations

import json

import pytest

from tests.cli import invoke
from tests.doubles import FakeAnnotator


def test_fixes_are_marked_listed_and_removed(survey_url: str) -> None:
    """Marking prints the state with its rates and points, the list has all fixes, and reports have them at once."""
    marked = invoke(survey_url, "fix", "support", "--wave", "W2")
    assert marked.exit_code == 0
    first, *rest = marked.stdout.splitlines()
    assert first == (
        "Customer support [theme:support], fixed from W2 on: Verified, >99% sure that it is below the target"
    )
    assert rest[:2] == ["  Share that names it: 40% → 2% (target 20%)", "  Responses with a comment: 60 → 120"]
    assert rest[2].startswith("  Points recovered: +")
    by_date = invoke(survey_url, "fix", "theme:price", "--date", "2031-01-01", "--target", "0.1")
    assert "fixed from Jan 1, 2031 on: Watching, decided after about" in by_date.stdout
    assert invoke(survey_url, "fixes", "list").stdout == by_date.stdout + marked.stdout
    report = json.loads(invoke(survey_url, "report", "--format", "json").stdout)
    assert [fix["state"] for fix in report["fixes"]] == ["watching", "verified"]
    text = " ".join(invoke(survey_url, "report").stdout.split())
    assert "“Customer support” was fixed from W2 on, which is verified: since then 2% of the responses" in text
    assert f"What was fixed {by_date.stdout.partition(' [')[0]}, fixed from Jan 1, 2031 on: Watching" in text
    removed = invoke(survey_url, "fixes", "remove", "Customer support")
    assert removed.stdout == "theme:support is no longer marked as fixed.\n"
    assert invoke(survey_url, "fixes", "list").stdout == by_date.stdout


def test_an_analysis_says_how_fixes_stand(survey_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number in each state, on stderr as all that it says; nothing where no cause is marked."""
    monkeypatch.setattr("models.annotator.load_annotator", lambda *_: FakeAnnotator())
    assert "Fixes" not in invoke(survey_url, "analyse").stderr
    invoke(survey_url, "fix", "support", "--wave", "W2")
    invoke(survey_url, "fix", "price", "--date", "2031-01-01")
    result = invoke(survey_url, "analyse")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Fixes: 1 verified, 1 watching. `saywhy fixes list` shows them." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fix", "support"], "give one of the two"),
        (["fix", "support", "--wave", "W2", "--date", "2026-04-01"], "give one of the two"),
        (["fix", "support", "--wave", "W1"], "no response with a comment is from before wave 'W1'"),
        (["fix", "support", "--wave", "W9"], "there are: W1, W2, W3"),
        (["fix", "support", "--wave", "W2", "--target", "20"], "0.05 means 5 %"),
        (["fix", "parking", "--wave", "W2"], "there is no cause 'parking'"),
        (["fixes", "remove", "parking"], "'parking' is not marked as fixed"),
    ],
)
def test_what_is_refused_is_said_in_one_line(survey_url: str, arguments: list[str], message: str) -> None:
    """Exit code 1, nothing on stdout, one line on stderr."""
    result = invoke(survey_url, *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert message in result.stderr
