"""What is kept of webhooks and sources, for how long, and from whom."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from saywhy import store
from saywhy.errors import Conflict, CustomerNotFound, SourceNotFound
from saywhy.source import Credentials, SourceDeliveryState, SourceKind
from saywhy.store.source_tables import source_deliveries
from saywhy.webhook import EventType, NewEvent
from service.erasure import delete_customer, delete_older
from service.files import JobFiles
from service.sources import processing
from service.sources.configuration import change_source, find_source, remove_source
from service.sources.processing import process_again
from service.worker import clear
from service.workspaces import create, promise_anonymity
from tests.builders.receiver import subscribe
from tests.builders.sources import WORKSPACE, deliveries_of, feedback, run_next, send, source_of
from tests.builders.stored_rows import stored_text

GENERIC = SourceKind.GENERIC


def test_nothing_of_a_customer_stays_in_webhooks(engine: Engine) -> None:
    """What failed is deleted with a customer who is in it, however JSON writes the name; that of others stays."""
    source = source_of(engine, GENERIC)
    send(engine, source, feedback(1, customer={"id": "c-1042", "name": "Jürgen Quill"}), webhook_id="saved")
    run_next(engine)
    send(engine, source, {"data": {"id": "x", "name": "J\u00fcrgen Quill"}}, webhook_id="failed")
    send(engine, source, {"data": {"id": "y", "name": "Somebody Else"}}, webhook_id="of another")
    run_next(engine)
    files = JobFiles.of(engine, None)
    assert delete_customer(engine, WORKSPACE, files, "c-1042").webhooks == 1
    other, failed, _ = deliveries_of(engine, source)
    assert (other.has_payload, failed.has_payload, failed.state) == (True, False, SourceDeliveryState.FAILED)
    with pytest.raises(Conflict, match="not stored any more"):
        process_again(engine, WORKSPACE, source.id, failed.id)
    with pytest.raises(CustomerNotFound):
        delete_customer(engine, WORKSPACE, files, "c-1042")


def age_deliveries(engine: Engine, days: int) -> None:
    """As if they had been received so many days earlier."""
    with engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(days=days)
        connection.execute(sa.update(source_deliveries).values(received_at=past))


def test_payloads_are_not_kept_for_ever(engine: Engine) -> None:
    """Workers forget those that failed long ago, and retention those of its age; they are known all the same."""
    source = source_of(engine, GENERIC)
    for name in ("first", "second"):
        send(engine, source, {"data": {"id": name}}, webhook_id=name)
        run_next(engine)
        age_deliveries(engine, 20)
        files = JobFiles.of(engine, None)
        if name == "first":
            clear(engine, files, timedelta(days=21))
            assert deliveries_of(engine, source)[0].has_payload
            clear(engine, files, timedelta(days=19))
        else:
            assert delete_older(engine, WORKSPACE, files, 21).webhooks == 0
            assert delete_older(engine, WORKSPACE, files, 19).webhooks == 1
        [latest, *_] = deliveries_of(engine, source)
        assert (latest.has_payload, latest.state) == (False, SourceDeliveryState.FAILED)
        assert not send(engine, source, {"data": {"id": name}}, webhook_id=name).is_new


def test_secrets_are_not_in_the_database(engine: Engine) -> None:
    """Who has the database alone cannot read them, and without the key file nothing is taken."""
    source = source_of(engine, SourceKind.TYPEFORM)
    stored = stored_text(engine)
    assert "s3cret" not in stored
    assert "token-of-the-tool" not in stored
    key_file = engine.get_execution_options()["key_file"]
    content = json.loads(key_file.read_text())
    key_file.write_text(json.dumps({**content, "secret": "00" * 32}))
    with pytest.raises(Conflict, match="cannot be decrypted"):
        send(engine, source)
    key_file.unlink()
    with pytest.raises(Conflict, match="cannot be decrypted"):
        send(engine, source)


def test_a_source_of_a_workspace_is_not_one_of_another(engine: Engine) -> None:
    """It is not found, changed, removed or asked for there."""
    source = source_of(engine, GENERIC)
    create(engine, "other")
    for attempt in (
        lambda: find_source(engine, "other", source.id),
        lambda: remove_source(engine, "other", source.id),
        lambda: change_source(engine, "other", source.id, source.settings, Credentials()),
        lambda: processing.list_deliveries(engine, "other", source.id, limit=1),
    ):
        with pytest.raises(SourceNotFound):
            attempt()


@pytest.mark.parametrize("is_processed", [False, True])
def test_a_workspace_with_deliveries_is_not_made_anonymous(engine: Engine, *, is_processed: bool) -> None:
    """What survey tools have sent says who answered, also if none of it was a response; without the source, it may."""
    source = source_of(engine, GENERIC)
    send(engine, source, {"data": {"id": "x", "email": "ada@example.com"}})
    if is_processed:
        run_next(engine)
    with pytest.raises(Conflict, match="remove these sources"):
        promise_anonymity(engine, WORKSPACE)
    remove_source(engine, WORKSPACE, source.id)
    promise_anonymity(engine, WORKSPACE)
    assert "ada@example.com" not in stored_text(engine)


def test_a_workspace_with_half_a_pull_is_not_made_anonymous(engine: Engine) -> None:
    """How far a pull has come may be the id of a response."""
    source = source_of(engine, SourceKind.TYPEFORM)
    with engine.begin() as connection:
        store.sources.set_checkpoint(connection, source.id, {"position": {"before": "token-of-a-response"}})
    with pytest.raises(Conflict, match="remove these sources"):
        promise_anonymity(engine, WORKSPACE)


def test_messages_about_accounts_do_not_stay_in_an_anonymous_workspace(engine: Engine) -> None:
    """They name a company, or a person, and go when the workspace promises that it knows nobody."""
    subscribe(engine, "http://127.0.0.1:9/", workspace=WORKSPACE)
    event = NewEvent(EventType.ACCOUNT_TURNED, {"account": "Acme Rockets"}, account="Acme Rockets")
    with engine.begin() as connection:
        store.webhooks.record(connection, store.workspaces.find(connection, WORKSPACE), [event], [1])
    promise_anonymity(engine, WORKSPACE)
    assert "Acme Rockets" not in stored_text(engine)
