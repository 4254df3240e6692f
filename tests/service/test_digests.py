"""Digests: a saved view, sent when it is due and there is something new, to Slack and by e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from saywhy import store
from saywhy.digest import DigestOutcome
from saywhy.errors import Conflict, DigestNotFound, EndpointNotFound, InvalidInput, NotFound, ScheduleNotFound
from saywhy.job import JobState
from saywhy.store.job_tables import schedules
from saywhy.store.webhook_tables import webhook_events
from saywhy.webhook import DeliveryState, EndpointKind, EventType
from service.digests.managing import (
    Change,
    DigestStatus,
    add_digest,
    change_digest,
    list_digests,
    read_digest,
    remove_digest,
    send_test,
)
from service.erasure import delete_customer
from service.files import JobFiles
from service.saved_views import list_views, remove_view, save_view
from service.schedules import add_schedule, list_schedules, remove_schedule, start_due
from service.webhooks.addresses import Outgoing
from service.webhooks.endpoints import Change as EndpointChange
from service.webhooks.endpoints import add_endpoint, change_endpoint, remove_endpoint
from service.webhooks.sending import send_next
from service.workspaces import create
from tests.builders.digests import save_report
from tests.builders.followed_up import anonymous, answer, save
from tests.builders.mail_server import MailReceiver, receiving_mail
from tests.builders.receiver import receiving, subscribe
from tests.builders.reports import FULL, RICH
from tests.builders.sources import run_next

WEEKLY = "0 7 * * MON"
URL = "http://127.0.0.1:9/services/T/B/X"


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailReceiver]:
    """A mail server on this machine."""
    with receiving_mail(tmp_path) as receiver:
        yield receiver


def slack(engine: Engine, url: str = URL) -> int:
    """The number of an endpoint of Slack that is told of digests alone."""
    return subscribe(engine, url, frozenset(), kind=EndpointKind.SLACK)[0].id


def by_mail(engine: Engine, mail: MailReceiver, address: str = "anna@example.com") -> int:
    """The number of an endpoint of e-mail."""
    create(engine, "default")
    return add_endpoint(
        engine, "default", address, [], outgoing=mail.outgoing, created_by="Ada", kind=EndpointKind.EMAIL
    )[0].id


def weekly(engine: Engine, *endpoints: int, address: str = "/?wave=2026-Q2", **options: str) -> DigestStatus:
    """A digest of a view of 2026-Q2."""
    return add_digest(
        engine, "default", "Second quarter", endpoints, cron=WEEKLY, created_by="Ada", address=address, **options
    )


def run_when_due(engine: Engine) -> dict[str, object]:
    """Let all digests be due, and run the job of the first; what it returned."""
    with engine.begin() as connection:
        connection.execute(sa.update(schedules).values(next_at=datetime.now(UTC) - timedelta(days=9)))
    assert start_due(engine)
    job = run_next(engine)
    assert (job.kind, job.state) == ("digest", JobState.SUCCEEDED)
    return {**(job.result or {}), "detail": job.detail}


def test_a_digest_arrives_in_slack_and_by_mail(engine: Engine, mail: MailReceiver) -> None:
    """When it is due: each recipient gets one message with what the view shows, and the digest says what became of it.

    What is sent comes through the outbox, so a mail server that is busy delays it only.
    """
    save_report(engine, RICH)
    with receiving() as channel:
        weekly(engine, slack(engine, channel.url), by_mail(engine, mail), language="de", time_zone="Europe/Berlin")
        assert run_when_due(engine) == {
            "digest": 1,
            "outcome": "sent",
            "report": RICH.generated_at,
            "messages": 2,
            "detail": None,
        }
        while send_next(engine, mail.outgoing):
            pass
    [message] = channel.received
    assert message.json["text"] == "Second quarter: NPS +23,4, 2026-Q2"
    assert "https://nps.example.com/?wave=2026-Q2|Ansicht öffnen" in message.body.decode()
    [received] = mail.received
    assert received.message["Subject"] == "Second quarter: NPS +23,4, 2026-Q2"
    assert received.message["List-Id"] == "<digest-1.saywhy.example.com>"
    assert "https://nps.example.com/?wave=2026-Q2" in received.part("plain")
    assert "Ada hat die Zusammenfassung" in received.part("html")
    [status] = list_digests(engine, "default")
    assert status.digest.last
    assert status.digest.last.outcome is DigestOutcome.SENT
    assert [delivery.state for delivery in status.deliveries] == [DeliveryState.DELIVERED] * 2


def test_nothing_is_sent_without_a_newer_report(engine: Engine) -> None:
    """The job says so; a test is sent all the same and changes nothing of that; a newer report is told of."""
    save_report(engine, FULL)
    weekly(engine, slack(engine))
    assert run_when_due(engine)["messages"] == 1
    quiet = run_when_due(engine)
    assert (quiet["outcome"], quiet["messages"]) == ("nothing_new", 0)
    assert "no report newer than the last digest" in str(quiet["detail"])
    [status] = list_digests(engine, "default")
    assert status.deliveries, "the messages of the last time stay known"
    send_test(engine, "default", 1)
    assert (run_next(engine).result or {})["outcome"] == "test"
    assert run_when_due(engine)["outcome"] == "nothing_new"
    save_report(engine, replace(FULL, generated_at="2026-07-10T08:15:00+00:00"))
    assert run_when_due(engine)["outcome"] == "sent"


def test_a_digest_without_report_or_recipients_says_so(sqlite_engine: Engine) -> None:
    """Before the first analysis, and when its endpoints are disabled or removed."""
    endpoint = slack(sqlite_engine)
    weekly(sqlite_engine, endpoint)
    assert run_when_due(sqlite_engine)["outcome"] == "no_report"
    save_report(sqlite_engine, FULL)
    change_endpoint(sqlite_engine, "default", endpoint, EndpointChange(is_enabled=False), outgoing=Outgoing())
    assert run_when_due(sqlite_engine)["outcome"] == "no_recipient"
    remove_endpoint(sqlite_engine, "default", endpoint)
    assert read_digest(sqlite_engine, "default", 1).digest.endpoints == ()
    assert "recipients" in str(run_when_due(sqlite_engine)["detail"])


def test_digests_are_changed_paused_and_removed(engine: Engine, mail: MailReceiver) -> None:
    """A paused one has no next time and starts nothing; its schedule is not one of those that editors see."""
    added = weekly(engine, slack(engine)).digest
    assert added.next_at is not None
    assert added.next_at.weekday() == 0
    assert list_schedules(engine, "default") == []
    with pytest.raises(ScheduleNotFound):
        remove_schedule(engine, "default", 1)
    with pytest.raises(InvalidInput, match="cannot be scheduled"):
        add_schedule(engine, "default", "digest", {"digest": 1}, cron=WEEKLY, created_by="Bo")
    paused = change_digest(engine, "default", 1, Change(is_paused=True, cron="30 9 1 * *"), by="Bo").digest
    assert paused.is_paused
    assert start_due(engine) == 0
    change = Change(
        view="Other", address="/?mark=new", language="zh-TW", endpoints=[by_mail(engine, mail)], is_paused=False
    )
    changed = change_digest(engine, "default", 1, change, by="Bo").digest
    assert (changed.view.name, changed.view.address, changed.view.created_by) == ("Other", "/?mark=new", "Bo")
    assert (changed.cron, changed.language, changed.endpoints) == ("30 9 1 * *", "zh-Hant", (2,))
    assert changed.next_at is not None
    assert changed.next_at.day == 1
    with pytest.raises(Conflict, match="digest 1"):
        remove_view(engine, "default", changed.view.id)
    remove_digest(engine, "default", 1)
    assert list_digests(engine, "default") == []
    remove_view(engine, "default", changed.view.id)
    with store.reading(engine) as connection:
        assert not store.schedules.is_any_due(connection, datetime.now(UTC) + timedelta(days=99))


def test_a_view_that_is_saved_again_stays_that_of_its_digest(engine: Engine) -> None:
    """Under the same name with another address: the digest tells of the new one."""
    weekly(engine, slack(engine))
    save_view(engine, "default", "Second quarter", "/?sort=name", by="Bo")
    assert [view.address for view in list_views(engine, "default")] == ["/?sort=name"]
    assert read_digest(engine, "default", 1).digest.view.address == "/?sort=name"


def test_what_is_no_digest_is_refused(sqlite_engine: Engine) -> None:
    """And nothing of it is stored, not even its view."""
    endpoint, webhook = slack(sqlite_engine), subscribe(sqlite_engine, "http://127.0.0.1:9/")[0].id
    for endpoints, options, error in (
        ([endpoint], {"cron": "daily"}, InvalidInput),
        ([endpoint], {"time_zone": "Berlin"}, InvalidInput),
        ([endpoint], {"language": "fr"}, InvalidInput),
        ([endpoint], {"address": "/comments"}, InvalidInput),
        ([endpoint], {"address": "//evil.example/"}, InvalidInput),
        ([endpoint], {"view": ""}, InvalidInput),
        ([endpoint], {"address": None}, NotFound),
        ([], {}, InvalidInput),
        ([webhook], {}, InvalidInput),
        ([99], {}, EndpointNotFound),
    ):
        given = {"view": "V", "address": "/", "cron": WEEKLY, **options}
        view = given.pop("view") or ""
        with pytest.raises(error):
            add_digest(sqlite_engine, "default", view, endpoints, created_by="Ada", **given)  # type: ignore[arg-type]
    assert list_views(sqlite_engine, "default") == []
    for action in (read_digest, remove_digest, send_test):
        with pytest.raises(DigestNotFound):
            action(sqlite_engine, "default", 1)


def test_a_digest_is_forgotten_with_whom_it_may_quote(engine: Engine, tmp_path: Path) -> None:
    """Deleting a customer deletes the digests of the outbox, sent or not."""
    save(engine, answer(1, 3, "Slow"))
    save_report(engine, FULL)
    weekly(engine, slack(engine))
    run_when_due(engine)
    delete_customer(engine, "default", JobFiles(tmp_path), "c-1")
    with store.reading(engine) as connection:
        query = sa.select(sa.func.count()).where(webhook_events.c.type == EventType.DIGEST)
        assert connection.scalar(query) == 0


def test_anonymous_workspaces_tell_what_was_published(sqlite_engine: Engine) -> None:
    """Quotes without score, wave and segment, and no list of what fixes would tell."""
    anonymous(sqlite_engine)
    save_report(sqlite_engine, RICH)
    weekly(sqlite_engine, slack(sqlite_engine))
    assert run_when_due(sqlite_engine)["outcome"] == "sent"
    with store.reading(sqlite_engine) as connection:
        data = connection.scalars(sa.select(webhook_events.c.data)).one()
    assert data["score"] == "+23.4"
    assert [quote["facts"] for quote in data["quotes"]] == [[], ["German"], []]
    assert not [marked for marked in data["lists"] if "fix" in marked["title"].lower()]
