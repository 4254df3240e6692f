"""Messages have no more personal data than their subscriber may see, and anonymous workspaces tell of groups alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.feedback import Comment, Customer, Response, Score
from saywhy.webhook import EventType
from service.analysis import analyse
from service.customer_health import check_health
from service.erasure import delete_customer
from service.files import JobFiles
from service.responses import save_responses
from service.webhooks.deliveries import list_deliveries
from service.workspaces import promise_anonymity
from tests.builders.fixed_survey import responses
from tests.builders.followed_up import NOW, WORKSPACE, answer, save, save_and_tell
from tests.builders.receiver import Receiver, received, receiving, subscribe, told
from tests.builders.stored_rows import stored_text
from tests.doubles import FakeAnnotator

URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    with receiving() as receiver:
        yield receiver


def test_personal_data_goes_only_where_it_may(sqlite_engine: Engine, receiver: Receiver) -> None:
    """Comments are masked for everybody; ids of customers are for endpoints with personal data."""
    subscribe(sqlite_engine, receiver.url)
    save_and_tell(sqlite_engine, answer(1, 0, "Mail me at jo@quill.example, 0171 1234567"))
    subscribe(sqlite_engine, receiver.url, with_personal_data=True)
    save_and_tell(sqlite_engine, answer(2, 1, "Mail me at jo@quill.example"))
    messages = received(sqlite_engine, receiver)
    assert sorted(f"{data['response']} {data['customer']}" for data in messages) == ["1 None", "2 None", "2 c-1"]
    text = b"".join(request.body for request in receiver.received).decode()
    assert "jo@quill" not in text
    assert "1234567" not in text
    assert "Name c-1" not in text
    assert "c-1@x.example" not in text


def test_an_account_that_is_a_person_is_not_named(sqlite_engine: Engine, receiver: Receiver) -> None:
    """One that is called by an id or an address is named only for endpoints with personal data."""
    subscribe(sqlite_engine, receiver.url)
    subscribe(sqlite_engine, receiver.url, with_personal_data=True)
    by_id = Response("survey", "1", Score(9), answered_at=NOW, customer=Customer("c-77"))
    by_address = Response("survey", "2", Score(9), answered_at=NOW, customer=Customer(email="jo@x.example"))
    save(sqlite_engine, by_id, by_address)
    check_health(sqlite_engine, WORKSPACE, now=NOW)
    later = NOW + timedelta(days=1)
    worse = [
        replace(each, external_id=f"{each.external_id}-b", score=Score(0), answered_at=later)
        for each in (by_id, by_address)
    ]
    save(sqlite_engine, *worse, now=later)
    check_health(sqlite_engine, WORKSPACE, now=later)
    names = [data["account"] for data in received(sqlite_engine, receiver)]
    assert sorted(map(str, names)) == ["None", "None", "c-77", "jo@x.example"]


def test_an_anonymous_workspace_tells_of_groups_alone(sqlite_engine: Engine) -> None:
    """Its report is told as it was published; detractors, praise, accounts and fixes are not."""
    subscribe(sqlite_engine, URL)  # before the promise, so that all is subscribed to
    promise_anonymity(sqlite_engine, WORKSPACE)
    save_responses(sqlite_engine, WORKSPACE, responses())
    annotator = FakeAnnotator(lambda comment: [(0, len(comment.verbatim), "staff", Polarity.POSITIVE)])
    analyse(sqlite_engine, WORKSPACE, annotator, progress=lambda *_: None)
    assert {delivery.type for delivery in list_deliveries(sqlite_engine, WORKSPACE, limit=500).entries} <= {
        EventType.REPORT_FINISHED, EventType.COMPLAINT_RISING, EventType.DRIFT_FOUND,
    }  # fmt: skip
    [data] = told(sqlite_engine, EventType.REPORT_FINISHED)
    with store.reading(sqlite_engine) as connection:
        published = store.reports.latest(connection, store.workspaces.find(connection, WORKSPACE), "all")
    assert data["responses"] == published.counts.responses
    assert [cause["mentions"] for cause in data["causes"]] == [issue.mentions for issue in published.issues[:3]]


def test_a_forgotten_customer_leaves_no_message(sqlite_engine: Engine, tmp_path: Path, receiver: Receiver) -> None:
    """Events of the customer's responses and account go with them, with what receivers answered."""
    subscribe(sqlite_engine, receiver.url, with_personal_data=True)
    hers = Customer("c-1042", "Martha Quill", "martha@quill.example")
    recent = datetime.now(UTC)
    words = "The zebra export never finishes"
    save_responses(sqlite_engine, WORKSPACE, [Response("crm", "her-answer", Score(9), None, recent, customer=hers)])
    check_health(sqlite_engine, WORKSPACE)
    later = Response("crm", "her-next", Score(0), Comment(words, "en"), recent, customer=hers)
    save_responses(sqlite_engine, WORKSPACE, [later, replace(later, external_id="x", customer=Customer("c-2"))])
    check_health(sqlite_engine, WORKSPACE)
    assert {data["customer"] for data in received(sqlite_engine, receiver) if "customer" in data} == {"c-1042", "c-2"}
    assert "c-1042" in stored_text(sqlite_engine)
    delete_customer(sqlite_engine, WORKSPACE, JobFiles(tmp_path / "files"), "c-1042")
    for trace in ("c-1042", "her-next", "Quill"):
        assert trace not in stored_text(sqlite_engine)
    assert [data["response"] for data in told(sqlite_engine, EventType.NEW_DETRACTOR)] == ["x"]
