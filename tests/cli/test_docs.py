"""The reference documents every setting, command, option, route and problem, and nothing else."""

from __future__ import annotations

import re
from dataclasses import fields
from http import HTTPStatus
from pathlib import Path
from typing import Any

from typer.main import get_command

from api.app import create_app
from api.http.problems import STATUS
from api.v1.reports import EXAMPLE
from cli.main import app
from saywhy import errors
from saywhy.issue import Issue
from saywhy.report import Report
from saywhy.settings import Settings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def section(page: str, heading: str) -> str:
    """The text below a heading, up to the next one of its level or above."""
    level = heading.partition(" ")[0]
    match = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", page, re.MULTILINE | re.DOTALL)
    assert match, f"{heading!r} is not documented"
    return match[1]


def test_every_setting_is_documented_with_its_default() -> None:
    """A row for each variable, and no others."""
    rows = re.findall(r"^\| `(SAYWHY_\w+)` \| (.+?) \|", (REFERENCE / "settings.md").read_text(), re.MULTILINE)
    expected = {
        f"SAYWHY_{name.upper()}": "unset" if field.default is None else f"`{field.default}`"
        for name, field in Settings.model_fields.items()
    }
    assert dict(rows) == expected


def test_every_command_is_documented_with_its_options() -> None:
    """A section for each command, with exactly the options that it takes."""
    page = (REFERENCE / "cli.md").read_text()
    commands: dict[str, Any] = {}
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        subcommands = getattr(command, "commands", None)  # None unless it is a group
        commands |= {f"{name} {part}": subcommand for part, subcommand in (subcommands or {}).items()}
        if not subcommands or command.invoke_without_command:
            commands[name] = command
    documented = re.findall(r"^### `saywhy ([a-z-]+(?: [a-z-]+)?)", page, re.MULTILINE)
    assert sorted(documented) == sorted(commands)
    for name, command in commands.items():
        heading = next(line for line in page.splitlines() if re.match(rf"### `saywhy {name}\b", line))
        documented_options = set(
            re.findall(r"`(--[\w-]+)`", "\n".join(re.findall(r"^\| (`--.*?) \|", section(page, heading), re.M)))
        )
        options = {
            flag
            for parameter in command.params
            if parameter.param_type_name == "option"
            for flag in (*parameter.opts, *parameter.secondary_opts)
            if flag not in ("--help", "-h")
        }
        assert documented_options == options, name


def test_every_route_is_documented() -> None:
    """A row for each route of the interface, and no others."""
    page = (REFERENCE / "api.md").read_text()
    documented = set(re.findall(r"^\| \[`(\w+) (\S+)`\]", page, re.MULTILINE))
    paths = create_app(Settings()).openapi()["paths"]
    assert documented == {(method.upper(), path) for path, methods in paths.items() for method in methods}


def test_every_member_of_a_report_is_documented() -> None:
    """The tables and the example have each member of a report and of an issue."""
    page = section((REFERENCE / "api.md").read_text(), "## `GET /v1/reports/{wave}`")
    named = {name for row in re.findall(r"^\| (`.+?) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named == {member.name for kind in (Report, Issue) for member in fields(kind)}
    issues: Any = EXAMPLE["issues"]
    assert {*EXAMPLE, *issues[0]} == named


#: Bases of others, and errors of analyses, workers and the command line, which a job or a log tells.
_NEVER_ANSWERED = {
    errors.BackupDamaged,
    errors.SaywhyError,
    errors.LeaseLost,
    errors.NothingToAnalyse,
    errors.OtherModel,
    errors.ProviderBusy,
    errors.ProviderRefused,
    errors.RunAlreadyEnded,
}


def test_every_problem_of_the_interface_is_documented() -> None:
    """The table has the types of all errors, with their status, in its order, and no others."""
    page = section((REFERENCE / "api.md").read_text(), "## Problems")
    rows = {
        kind: int(status)
        for status, kinds in re.findall(r"^\| (\d{3}) \| (.+?) \|", page, re.MULTILINE)
        for kind in re.findall(r"`([\w-]+)`", kinds)
    }
    raised = {
        "-".join(re.findall("[A-Z][a-z]*", error.__name__)).lower(): int(
            next(STATUS[base] for base in error.__mro__ if base in STATUS)
        )
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.SaywhyError) and error not in _NEVER_ANSWERED
    }
    of_http = {HTTPStatus(rows[kind]).phrase.lower().replace(" ", "-") for kind in rows.keys() - raised.keys()}
    named = {"malformed-json", "invalid-request", "content-too-large"}  # by `api.http.problems`, not by a phrase
    assert {kind: rows.get(kind) for kind in raised} == raised
    assert rows.keys() - raised.keys() - named <= of_http
    assert named <= rows.keys()
    assert list(rows.values()) == sorted(rows.values())
