"""`saywhy keys`, `people`, `audit-log`, `customers` and `retention`, and a server that nobody may open by mistake."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from api.http.server import Server
from saywhy import store
from saywhy.feedback import Comment, Customer, Response, Score
from saywhy.key import MARK
from tests.builders.stored_rows import stored_text
from tests.cli import invoke


@pytest.fixture
def url(sqlite_engine: store.Engine) -> str:
    """URL of an empty store."""
    return str(sqlite_engine.url)


def test_a_key_is_made_listed_and_revoked(url: str) -> None:
    """stdout of `create` has the secret alone, for scripts, and no other command prints it."""
    made = invoke(url, "keys", "create", "BI tool", "--scope", "read", "--scope", "pii", "--expires-in-days", "30")
    secret = made.stdout.strip()
    assert (made.exit_code, secret.startswith(MARK), secret.count("\n")) == (0, True, 0)
    listed = invoke(url, "keys", "list").stdout
    assert listed.startswith(f"1  BI tool  {secret[:15]}…  pii, read  active until 20")
    assert f"never used, created by {getpass.getuser()}" in listed
    again = invoke(url, "keys", "create", "bi TOOL", "--scope", "read")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "revoke it first" in again.stderr
    assert "revoked" in invoke(url, "keys", "revoke", "bi tool").stdout
    assert invoke(url, "keys", "revoke", "bi tool").exit_code == 1
    log = invoke(url, "audit-log").stdout
    assert [line.split("  ", 2)[2] for line in log.splitlines()] == ["saywhy keys revoke  1", "saywhy keys create  1"]
    assert secret not in listed + log + made.stderr


@pytest.mark.parametrize("scopes", [[], ["--scope", "everything"]])
def test_a_key_without_known_scopes_is_a_wrong_command_line(url: str, scopes: list[str]) -> None:
    """Nothing is created."""
    assert invoke(url, "keys", "create", "x", *scopes).exit_code == 2


def test_people_are_added_listed_changed_and_removed(url: str, sqlite_engine: store.Engine, tmp_path: Path) -> None:
    """With a password from a file, which nothing stores or prints, or through a proxy only."""
    password = tmp_path / "password"
    password.write_text("correct horse battery\n")
    added = invoke(url, "people", "add", "ada@example.com", "--role", "admin", "--password-file", str(password))
    assert added.stdout == "ada@example.com is admin of the workspace 'default'.\n"
    assert invoke(url, "people", "add", "Bob", "--proxy-only").exit_code == 0
    assert invoke(url, "people", "set-role", "Bob", "editor").stdout == "Bob is editor now.\n"
    listed = invoke(url, "people", "list").stdout.splitlines()
    assert [line.rpartition("  ")[0] for line in listed] == [
        "ada@example.com  admin  password",
        "Bob  editor  proxy only",
    ]
    password.write_text("another horse battery")
    assert invoke(url, "people", "set-password", "Bob", "--password-file", str(password)).exit_code == 0
    assert "Bob  editor  password" in invoke(url, "people", "list").stdout
    assert invoke(url, "people", "remove", "Bob").stdout == "Removed Bob.\n"
    assert "horse" not in stored_text(sqlite_engine)
    for arguments in (
        ["remove", "Bob"],
        ["set-role", "Bob", "viewer"],
        ["add", "ada@example.com", "--proxy-only"],
        ["add", "Eve", "--proxy-only", "--password-file", str(password)],
    ):
        failed = invoke(url, "people", *arguments)
        assert (failed.exit_code, failed.stderr.count("\n")) == (1, 1), arguments
    assert invoke(url, "people", "add", "Eve", "--role", "owner", "--proxy-only").exit_code == 2


@pytest.mark.slow
def test_a_server_for_others_needs_a_key(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one it does not start on another address, and says why; with one it does, and on this machine always."""
    started: list[str] = []
    monkeypatch.setattr(Server, "run", lambda server, _sockets: started.append(server.config.host))
    refused = invoke(url, "serve", "--host", "0.0.0.0")
    assert (refused.exit_code, started) == (1, [])
    assert "first create a key (`saywhy keys create`)" in refused.stderr
    assert invoke(url, "serve", "--host", "localhost").exit_code == 0
    invoke(url, "keys", "create", "x", "--scope", "read")
    assert invoke(url, "serve", "--host", "0.0.0.0").exit_code == 0
    assert started == ["localhost", "0.0.0.0"]


def test_customers_and_old_responses_are_deleted(url: str, sqlite_engine: store.Engine) -> None:
    """After a question, or with --yes; what was deleted is counted, and the log has no name of the customer."""
    with sqlite_engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        customers = [Customer("c-1042", email="m@example.com"), Customer("c-9", email="M@example.com")]
        answers = [
            Response("s", str(n), Score(3), Comment(f"Number {n} is late."), customer=customer)
            for n, customer in enumerate(customers)
        ]
        store.responses.save(connection, workspace, answers)
    assert invoke(url, "customers", "delete", "c-1042").exit_code != 0
    with store.reading(sqlite_engine) as connection:
        assert store.responses.count(connection, workspace) == 2
    deleted = invoke(url, "customers", "delete", "c-1042", "--yes")
    assert deleted.stdout.splitlines()[:2] == ["responses: 1", "cases: 0"]
    assert "1 response with the same e-mail address stayed" in deleted.stdout
    assert invoke(url, "customers", "delete", "c-1042", "--yes").exit_code == 1
    assert "say how old" in invoke(url, "retention", "--yes").stderr
    kept = invoke(url, "retention", "--older-than", "30", "--yes")
    assert (kept.exit_code, kept.stdout.splitlines()[0]) == (0, "responses: 0")
    assert kept.stdout.endswith("1 response without a date stayed.\n")
    log = invoke(url, "audit-log").stdout
    assert [line.split("  ", 2)[2] for line in log.splitlines()] == [
        "saywhy retention  30 days",
        "saywhy customers delete",
    ]
