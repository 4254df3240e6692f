"""`saywhy sources`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from saywhy import store
from saywhy.source import SourceKind
from service.jobs import list_jobs
from service.sources.configuration import list_sources
from tests.builders.sources import run_next, send
from tests.builders.stored_rows import stored_text
from tests.cli import invoke


@pytest.fixture
def url(sqlite_engine: store.Engine) -> str:
    """URL of an empty store."""
    return str(sqlite_engine.url)


def test_a_source_is_added_listed_changed_and_removed(url: str, sqlite_engine: store.Engine, tmp_path: Path) -> None:
    """stdout of `add` has the path of the webhook, and once the secret that was made; files give the others."""
    token = tmp_path / "token"
    token.write_text("the-token\nmore\n")
    fields = ("--field", "score=NPS", "--field", "comment=Why?", "--field", "comment=What?", "--field", "segments=plan")
    added = invoke(
        url, "sources", "add", "Shop", "--kind", "typeform", "--form", "abc", "--token-file", str(token), *fields
    )
    [webhook, secret] = re.findall(r": (\S+)$", added.stdout, re.MULTILINE)
    assert re.fullmatch(r"/v1/webhooks/typeform/[0-9a-f]{32}", webhook)
    listed = invoke(url, "sources", "list").stdout
    assert "Shop  typeform, form abc, has secret and token" in listed
    assert "  comment: Why? + What?\n" in listed
    assert secret not in listed + stored_text(sqlite_engine)
    assert "the-token" not in listed + added.stdout + added.stderr + stored_text(sqlite_engine)
    changed = invoke(url, "sources", "change", "Shop", "--name", "Store", "--wave", "W1", "--form", "")
    assert "Store  typeform, has secret and token" in changed.stdout
    [source] = list_sources(sqlite_engine, "default")
    assert (source.settings.wave, source.settings.columns.score, source.settings.namespace) == (
        "W1",
        ("NPS",),
        "typeform",
    )
    log = invoke(url, "audit-log").stdout
    assert [line.split("  ", 2)[2].split("  ")[0] for line in log.splitlines()] == [
        "saywhy sources change",
        "saywhy sources add",
    ]
    assert invoke(url, "sources", "remove", source.id).stdout == "Removed Store.\n"
    assert invoke(url, "sources", "list").stdout == ""
    missing = invoke(url, "sources", "remove", "Store")
    assert (missing.exit_code, missing.stderr) == (1, "saywhy: there is no source 'Store'\n")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--field", "points=NPS"), "is not ROLE=NAME; the roles are score"),
        (("--field", "score"), "is not ROLE=NAME"),
        (("--host", "https://evil.example"), "is no address of typeform"),
        (("--mapping", "none"), "there is no mapping"),
    ],
)
def test_what_cannot_be_a_source_is_refused(url: str, arguments: tuple[str, ...], reason: str) -> None:
    """In one line that says why."""
    refused = invoke(url, "sources", "add", "x", "--kind", "typeform", *arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert reason in refused.stderr


def test_deliveries_are_listed_and_processed_again(
    url: str, sqlite_engine: store.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason for which they failed."""
    monkeypatch.setenv("SAYWHY_WORKSPACE", "w")
    secret = tmp_path / "secret"
    secret.write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    invoke(url, "sources", "add", "Shop", "--kind", "generic", "--secret-file", str(secret))
    [source] = list_sources(sqlite_engine, "w")
    send(sqlite_engine, source, {"data": {"id": "1", "a": 3}})
    run_next(sqlite_engine)
    listed = invoke(url, "sources", "deliveries", "Shop", "--state", "failed").stdout
    assert "failed  new 0, changed 0, unchanged 0, rejected 0: neither a score nor a comment" in listed
    invoke(url, "sources", "change", "Shop", "--field", "score=a", "--scale", "0-10")
    assert "received" in invoke(url, "sources", "reprocess", "Shop", "1").stdout
    run_next(sqlite_engine)
    assert "processed  new 1" in invoke(url, "sources", "deliveries", "Shop").stdout
    assert invoke(url, "sources", "reprocess", "Shop", "1").exit_code == 1


def test_a_pull_is_started_and_scheduled(url: str, sqlite_engine: store.Engine, tmp_path: Path) -> None:
    """As jobs, for a worker."""
    token = tmp_path / "token"
    token.write_text("t")
    invoke(url, "sources", "add", "CRM", "--kind", "hubspot", "--token-file", str(token))
    assert invoke(url, "sources", "pull", "CRM", "--everything").stdout == "Job 1 is pending.\n"
    [job] = list_jobs(sqlite_engine, "default").entries
    [source] = list_sources(sqlite_engine, "default")
    assert (job.kind, job.arguments) == ("pull", {"source": source.id, "everything": True})
    assert source.settings.kind is SourceKind.HUBSPOT
    scheduled = invoke(url, "schedule", "add", "pull", "--cron", "0 * * * *", "--argument", f"source={source.id}")
    assert scheduled.exit_code == 0
