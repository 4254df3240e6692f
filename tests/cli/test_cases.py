"""`saywhy cases` and `saywhy customers`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.main import get_command

from cli.main import app
from saywhy import store
from tests.builders.followed_up import anonymous, survey_file
from tests.cli import invoke

#: What each command needs to be called at all.
ARGUMENTS = {
    "show": ["1"],
    "change": ["1", "--state", "contacted"],
    "won": ["Elm", "--brought-by", "Acme"],
    "forget": ["Elm"],
    "delete": ["c-1", "--yes"],
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    """URL of a store with three cases, imported from a file."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert invoke(url, "import", str(survey_file(tmp_path))).exit_code == 0
    return url


def test_an_import_says_how_many_cases_it_opened(tmp_path: Path) -> None:
    """One for each new answer of a customer; none the second time, nor in an anonymous workspace."""
    path = str(survey_file(tmp_path))
    imports: tuple[tuple[str, list[str]], ...] = (("named", []), ("named", []), ("anonymous", ["--anonymous"]))
    done = [invoke(f"sqlite:///{tmp_path / name}.db", "import", path, *options) for name, options in imports]
    assert [result.stdout.splitlines()[-1] for result in done] == [
        "3 cases opened; see `saywhy cases list`",
        "3 rows: 0 new, 0 changed, 3 unchanged, 0 rejected",
        "3 rows: 3 new, 0 changed, 0 unchanged, 0 rejected",
    ]


def test_a_case_is_worked_on(url: str) -> None:
    """Listed with the most urgent first, changed, shown with its history, and no longer listed when it has ended."""
    first, *others = invoke(url, "cases", "list").stdout.splitlines()
    assert first.startswith("case 1 · open · detractor 0 · due ")
    assert first.endswith(" · owner nobody · Acme, c-1 · version 1")
    assert [line.split(" · ")[2] for line in others] == ["passive 8", "promoter 10"]
    changed = invoke(url, "cases", "change", "1", "--state", "contacted", "--owner", "Ada", "--note", "Called")
    assert changed.stdout == "case 1 · contacted · detractor 0 · owner Ada · Acme, c-1 · version 2\n"
    ended = invoke(
        url,
        "cases",
        "change",
        "1",
        "--state",
        "resolved",
        "--outcome",
        "recovered",
        "--author",
        "Ada",
        "--version",
        "2",
    )
    assert "resolved (recovered)" in ended.stdout
    shown = invoke(url, "cases", "show", "1").stdout
    assert "“Slow support”" in shown
    assert "state: contacted, owner: Ada; “Called”" in shown
    assert "Ada: state: resolved, outcome: recovered" in shown
    assert len(invoke(url, "cases", "list").stdout.splitlines()) == 2
    assert len(invoke(url, "cases", "list", "--state", "resolved").stdout.splitlines()) == 1


def test_the_policy_is_shown_and_changed(url: str) -> None:
    """Options change only what they say; --calendar takes business hours away."""
    assert invoke(url, "cases", "policy").stdout.splitlines() == [
        "open a case: detractor, passive, promoter, not older than 30 days",
        "due within: 24 hours",
    ]
    invoke(url, "cases", "policy", "--group", "detractor", "--max-age", "0", "--within", "8")
    changed = invoke(url, "cases", "policy", "--time-zone", "Europe/Berlin", "--country", "DE", "--closes", "18:00")
    assert changed.stdout.splitlines() == [
        "open a case: detractor, whatever their age",
        "due within: 8 business hours",
        "business hours: 09:00 to 18:00 Europe/Berlin, Mon, Tue, Wed, Thu, Fri; holidays of DE",
    ]
    assert invoke(url, "cases", "policy").stdout == changed.stdout
    assert invoke(url, "cases", "policy", "--calendar").stdout.splitlines()[1:] == ["due within: 8 hours"]


def test_customers_and_the_board(url: str, tmp_path: Path) -> None:
    """The watch list, a customer, a new account, and the board report in three formats."""
    assert invoke(url, "customers", "watch").stdout.startswith("Acme: ")
    listed = invoke(url, "customers", "list").stdout.splitlines()
    assert [line.partition(":")[0] for line in listed] == ["Acme", "Cedar", "Birch"]
    shown = invoke(url, "customers", "show", "c-1").stdout
    assert "Scores: 0\n" in shown
    assert "“Slow support”" in shown
    won = invoke(url, "cases", "won", "Elm", "--brought-by", "c-2", "--revenue", "1200", "--acquisition-cost", "100")
    assert won.stdout == "Elm is recorded as brought by c-2.\n"
    board = invoke(url, "cases", "board").stdout
    assert "  referral: 1, revenue 1,200, CAC 100, lifetime value not known" in board
    assert "  detractors: 1: 1 open (0 overdue), 0 contacted, 0 resolved, 0 closed" in board
    assert json.loads(invoke(url, "cases", "board", "--format", "json").stdout)["new_accounts"][0]["revenue"] == 1200
    out = tmp_path / "board.csv"
    assert invoke(url, "cases", "board", "--format", "csv", "--out", str(out)).exit_code == 0
    assert "new_accounts,referral,revenue,1200.0,," in out.read_text(encoding="utf-8-sig").splitlines()
    assert invoke(url, "cases", "forget", "Elm").exit_code == 0
    assert invoke(url, "cases", "open").stdout == "0 cases opened.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["cases", "change", "1", "--state", "resolved"], 1, "allowed is contacted or closed"),
        (["cases", "change", "1"], 1, "nothing to change"),
        (["cases", "change", "1", "--owner", "Ada", "--version", "9"], 1, "somebody else changed it"),
        (["cases", "show", "99"], 1, "there is no case 99"),
        (["cases", "policy", "--country", "DE"], 2, "need a --time-zone"),
        (["cases", "policy", "--time-zone", "Mars"], 1, "'Mars' is not a time zone"),
        (["cases", "policy", "--within", "0"], 1, "within a minute"),
        (["cases", "policy", "--within", "nan"], 2, "no duration"),
        (["cases", "policy", "--max-age", "1e300"], 2, "no duration"),
        (["cases", "won", "Elm", "--brought-by", "c-1", "--revenue", "much"], 2, "'much' is no amount"),
        (["cases", "won", "Elm", "--brought-by", "nobody"], 1, "there is no customer 'nobody'"),
        (["customers", "show", "nobody"], 1, "there is no customer 'nobody'"),
    ],
)
def test_what_is_refused_is_said(url: str, arguments: list[str], code: int, message: str) -> None:
    """Nothing on stdout, and on stderr what is wrong."""
    result = invoke(url, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in " ".join(re.sub("[│╭╮╰╯─]", " ", result.stderr).split())


@pytest.mark.slow
def test_an_anonymous_workspace_refuses_every_command(tmp_path: Path) -> None:
    """Exit code 1, nothing on stdout, and the reason."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    engine = store.open_store(url)
    anonymous(engine)
    engine.dispose()
    groups = get_command(app).commands  # type: ignore[attr-defined]
    tried = 0
    for group in ("cases", "customers"):
        for command in groups[group].commands:
            refused = invoke(url, group, command, *ARGUMENTS.get(command, []))
            assert (refused.exit_code, refused.stdout) == (1, ""), command
            assert "promised" in refused.stderr, command
            tried += 1
    assert tried >= 11
