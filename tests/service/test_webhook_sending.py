"""Sending messages: signed, tried again, given up, sent again, and recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from saywhy import store
from saywhy.errors import Conflict
from saywhy.store.webhook_tables import webhook_deliveries, webhook_endpoints
from saywhy.webhook import Delivery, DeliveryState, Endpoint, EndpointKind
from service.webhooks import sending
from service.webhooks.addresses import Outgoing
from service.webhooks.deliveries import list_deliveries, read_delivery, send_again
from service.webhooks.endpoints import Change, change_endpoint, list_endpoints, ping, rotate_secret
from service.webhooks.sending import ATTEMPTS, send_next
from tests.builders.followed_up import answer, save_and_tell
from tests.builders.receiver import LOCAL, Received, Receiver, receiving, subscribe
from tests.builders.stored_rows import stored_text


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    with receiving() as receiver:
        yield receiver


def make_due(engine: Engine) -> None:
    """Let all waiting times have passed."""
    with engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(sa.update(webhook_deliveries).values(due_at=past, leased_until=None))
        connection.execute(sa.update(webhook_endpoints).values(paused_until=None))


def deliveries(engine: Engine, state: DeliveryState | None = None) -> list[Delivery]:
    """The deliveries, the latest first."""
    return [*list_deliveries(engine, "default", limit=100, state=state).entries]


def verified(request: Received, secret: str) -> dict[str, object]:
    """What a receiver reads of a message whose signature it has checked. Raises `WebhookVerificationError`."""
    message: dict[str, object] = Webhook(secret).verify(request.body, request.headers)
    return message


def only(engine: Engine) -> Endpoint:
    """The only endpoint."""
    [endpoint] = list_endpoints(engine, "default")
    return endpoint


def test_a_message_arrives_signed(engine: Engine, receiver: Receiver) -> None:
    """The library verifies it; a changed body, id or secret is refused; it is sent once, and the log says so."""
    _, secret = subscribe(engine, receiver.url)
    save_and_tell(engine, answer(1, 0, "Grüße, too slow 😡"))
    assert send_next(engine, LOCAL)
    assert not send_next(engine, LOCAL)
    [request] = receiver.received
    message = verified(request, secret)
    assert message["type"] == "detractor.new"
    assert message["data"]["comment"] == "Grüße, too slow 😡"  # type: ignore[index]
    assert request.headers["content-type"] == "application/json"
    for changed in (
        Received(request.path, request.headers, request.body.replace(b"slow", b"fast")),
        Received(request.path, request.headers | {"webhook-id": "evt_other"}, request.body),
    ):
        with pytest.raises(WebhookVerificationError):
            verified(changed, secret)
    [delivery] = deliveries(engine)
    assert (delivery.state, delivery.attempts, delivery.status) == (DeliveryState.DELIVERED, 1, 204)
    assert delivery.event_id == request.headers["webhook-id"]
    [attempt] = read_delivery(engine, "default", delivery.id).attempts
    assert (attempt.status, attempt.detail, attempt.answer) == (204, None, "")


def test_a_failure_is_tried_again_with_the_same_id(engine: Engine, receiver: Receiver) -> None:
    """After a 500 the message waits; then the same id and body come again, with a new signature, and arrive."""
    _, secret = subscribe(engine, receiver.url)
    save_and_tell(engine, answer(1, 0, "Slow"))
    receiver.answers = [(500, {})]
    assert send_next(engine, LOCAL)
    [waiting] = deliveries(engine)
    assert (waiting.state, waiting.attempts, waiting.status) == (DeliveryState.PENDING, 1, 500)
    assert waiting.due_at > waiting.created_at
    assert only(engine).failing_since is not None
    assert not send_next(engine, LOCAL)
    make_due(engine)
    assert send_next(engine, LOCAL)
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert verified(second, secret)
    [delivered] = deliveries(engine, DeliveryState.DELIVERED)
    assert [attempt.status for attempt in read_delivery(engine, "default", delivered.id).attempts] == [500, 204]
    assert only(engine).failing_since is None


def test_pauses_grow_and_differ() -> None:
    """Each pause is about four times the one before, up to the longest, and no two are alike."""
    pauses = [[sending.backoff(attempts) for _ in range(200)] for attempts in range(ATTEMPTS)]
    for attempts, drawn in enumerate(pauses):
        expected = min(sending.BACKOFF * 4.0**attempts, sending.LONGEST_BACKOFF)
        assert expected * 0.75 <= min(drawn) < max(drawn) <= expected * 1.25
        assert len(set(drawn)) > 150
    assert timedelta(hours=24) < sum((drawn[0] for drawn in pauses[:-1]), timedelta()) < timedelta(days=3)


def test_a_bug_in_sending_is_a_failed_attempt(
    sqlite_engine: Engine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is recorded and counted as any other, so that the message is given up some day and holds up no other one."""
    subscribe(sqlite_engine, receiver.url)
    save_and_tell(sqlite_engine, answer(1, 0, "Slow"), answer(2, 0, "Dear"))
    with monkeypatch.context() as patch:
        patch.setattr(sending, "message", lambda *_: 1 // 0)
        assert send_next(sqlite_engine, LOCAL)
    second, first = deliveries(sqlite_engine)
    assert (first.state, first.attempts) == (DeliveryState.PENDING, 1)
    assert "ZeroDivisionError" in str(first.detail)
    assert send_next(sqlite_engine, LOCAL)
    assert [delivery.id for delivery in deliveries(sqlite_engine, DeliveryState.DELIVERED)] == [second.id]


def test_retry_after_holds_up_all_messages_of_the_endpoint(sqlite_engine: Engine, receiver: Receiver) -> None:
    """A 429 with Retry-After: neither this message nor another one comes before."""
    subscribe(sqlite_engine, receiver.url)
    save_and_tell(sqlite_engine, answer(1, 0, "Slow"), answer(2, 3, "Late"))
    receiver.answers = [(429, {"Retry-After": "3600"})]
    started = datetime.now(UTC)
    assert send_next(sqlite_engine, LOCAL)
    assert not send_next(sqlite_engine, LOCAL)
    [refused] = [delivery for delivery in deliveries(sqlite_engine) if delivery.attempts]
    assert refused.due_at >= started + timedelta(hours=1)
    assert len(receiver.received) == 1
    make_due(sqlite_engine)
    assert send_next(sqlite_engine, LOCAL)
    assert send_next(sqlite_engine, LOCAL)
    assert len(deliveries(sqlite_engine, DeliveryState.DELIVERED)) == 2


def test_after_the_last_attempt_a_message_is_dead_and_can_be_sent_again(engine: Engine, receiver: Receiver) -> None:
    """It is in the list of dead letters with its reason; sent again it has the same id and all attempts anew."""
    subscribe(engine, receiver.url)
    save_and_tell(engine, answer(1, 0, "Slow"))
    receiver.answers = [(500, {})] * (ATTEMPTS + 1)
    for _ in range(ATTEMPTS):
        make_due(engine)
        assert send_next(engine, LOCAL)
    [dead] = deliveries(engine, DeliveryState.DEAD)
    assert (dead.attempts, dead.detail) == (ATTEMPTS, "the receiver answered 500")
    assert dead.ended_at is not None
    make_due(engine)
    assert not send_next(engine, LOCAL)
    assert send_again(engine, "default", dead.id).state is DeliveryState.PENDING
    assert send_next(engine, LOCAL)
    assert deliveries(engine, DeliveryState.PENDING)[0].attempts == 1
    make_due(engine)
    assert send_next(engine, LOCAL)
    assert deliveries(engine, DeliveryState.DELIVERED)[0].id == dead.id
    assert len({request.headers["webhook-id"] for request in receiver.received}) == 1


def test_gone_disables_the_endpoint(sqlite_engine: Engine, receiver: Receiver) -> None:
    """410: nothing is sent any more, what waits is dead, and new events are not for it; the note says why."""
    endpoint, _ = subscribe(sqlite_engine, receiver.url)
    save_and_tell(sqlite_engine, answer(1, 0, "Slow"), answer(2, 3, "Late"))
    receiver.answers = [(410, {})]
    assert send_next(sqlite_engine, LOCAL)
    assert not send_next(sqlite_engine, LOCAL)
    disabled = only(sqlite_engine)
    assert (disabled.is_enabled, disabled.note) == (False, "the receiver answered 410: it is gone for good")
    dead = deliveries(sqlite_engine, DeliveryState.DEAD)
    assert len(dead) == 2
    save_and_tell(sqlite_engine, answer(3, 0, "Slower"))
    assert len(deliveries(sqlite_engine)) == 2
    with pytest.raises(Conflict, match="disabled"):
        send_again(sqlite_engine, "default", dead[0].id)
    with pytest.raises(Conflict, match="disabled"):
        ping(sqlite_engine, "default", endpoint.id)
    enabled = change_endpoint(sqlite_engine, "default", endpoint.id, Change(is_enabled=True), outgoing=LOCAL)
    assert (enabled.is_enabled, enabled.note) == (True, None)
    send_again(sqlite_engine, "default", dead[0].id)
    assert send_next(sqlite_engine, LOCAL)


def test_long_failure_disables_the_endpoint(sqlite_engine: Engine, receiver: Receiver) -> None:
    """When nothing has arrived for days, the next failure ends it, with a note; a success in between does not."""
    subscribe(sqlite_engine, receiver.url)
    save_and_tell(sqlite_engine, answer(1, 0, "Slow"), answer(2, 3, "Late"))
    receiver.answers = [(503, {}), (503, {})]
    assert send_next(sqlite_engine, LOCAL)
    with sqlite_engine.begin() as connection:
        long_ago = datetime.now(UTC) - sending.LONGEST_FAILURE
        connection.execute(sa.update(webhook_endpoints).values(failing_since=long_ago))
    make_due(sqlite_engine)
    assert send_next(sqlite_engine, LOCAL)
    endpoint = only(sqlite_engine)
    assert not endpoint.is_enabled
    assert endpoint.note is not None
    assert "the receiver answered 503" in endpoint.note
    assert len(deliveries(sqlite_engine, DeliveryState.DEAD)) == 2


def test_a_redirect_is_a_failure(sqlite_engine: Engine, receiver: Receiver) -> None:
    """Where it leads is not asked."""
    subscribe(sqlite_engine, receiver.url)
    save_and_tell(sqlite_engine, answer(1, 0, "Slow"))
    receiver.answers = [(302, {"Location": "http://169.254.169.254/latest/meta-data"})]
    assert send_next(sqlite_engine, LOCAL)
    [waiting] = deliveries(sqlite_engine, DeliveryState.PENDING)
    assert waiting.detail == "the receiver redirects (302), which is not followed"


def test_a_host_that_is_no_longer_allowed_gets_nothing(sqlite_engine: Engine, receiver: Receiver) -> None:
    """The settings of the worker decide, whatever was allowed when the endpoint was added."""
    subscribe(sqlite_engine, receiver.url)
    save_and_tell(sqlite_engine, answer(1, 0, "Slow"))
    assert send_next(sqlite_engine, Outgoing())
    [waiting] = deliveries(sqlite_engine, DeliveryState.PENDING)
    assert waiting.detail is not None
    assert "https" in waiting.detail
    assert receiver.received == []


def test_a_slow_endpoint_holds_up_no_other(sqlite_engine: Engine, receiver: Receiver) -> None:
    """While a message to one endpoint is being sent, the next one goes to another."""
    for _ in range(2):
        subscribe(sqlite_engine, receiver.url)
    save_and_tell(sqlite_engine, answer(1, 0, "Slow"), answer(2, 3, "Late"))
    with sqlite_engine.begin() as connection:
        claims = [store.deliveries.take(connection, timedelta(minutes=1)) for _ in range(3)]
    assert [claim and claim.endpoint.id for claim in claims] == [1, 2, None]


def test_a_message_whose_worker_died_comes_again(engine: Engine, receiver: Receiver) -> None:
    """When the lease ends without an outcome, another worker sends it with the same id; what the first one would still
    record, is not.
    """
    subscribe(engine, receiver.url)
    save_and_tell(engine, answer(1, 0, "Slow"))
    with engine.begin() as connection:
        lost = store.deliveries.take(connection, timedelta(minutes=1))
    assert lost is not None
    sending._send(engine, lost, LOCAL)
    assert not send_next(engine, LOCAL)
    make_due(engine)
    assert send_next(engine, LOCAL)
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    with engine.begin() as connection:
        sending._record(connection, lost, None, "too late", 1)
    [delivery] = deliveries(engine)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)


def test_a_ping_is_sent_once(sqlite_engine: Engine, receiver: Receiver) -> None:
    """It tells of nothing, and a failure is final."""
    _, secret = subscribe(sqlite_engine, receiver.url)
    receiver.answers = [(500, {})]
    for state in (DeliveryState.DEAD, DeliveryState.DELIVERED):
        delivery = ping(sqlite_engine, "default", 1)
        assert send_next(sqlite_engine, LOCAL)
        assert read_delivery(sqlite_engine, "default", delivery.id).delivery.state is state
    message = verified(receiver.received[-1], secret)
    assert (message["type"], message["data"]) == ("ping", {"endpoint": 1})


def test_after_rotation_both_secrets_verify_for_a_day(sqlite_engine: Engine, receiver: Receiver) -> None:
    """Messages are signed with both; a day later with the new one alone."""
    endpoint, before = subscribe(sqlite_engine, receiver.url)
    _, after = rotate_secret(sqlite_engine, "default", endpoint.id)
    assert after != before
    save_and_tell(sqlite_engine, answer(1, 0, "Slow"))
    assert send_next(sqlite_engine, LOCAL)
    for secret in (before, after):
        assert verified(receiver.received[0], secret)
    with sqlite_engine.begin() as connection:
        connection.execute(sa.update(webhook_endpoints).values(previous_until=datetime.now(UTC)))
    save_and_tell(sqlite_engine, answer(2, 0, "Slower"))
    assert send_next(sqlite_engine, LOCAL)
    assert verified(receiver.received[1], after)
    with pytest.raises(WebhookVerificationError):
        verified(receiver.received[1], before)


def test_secrets_are_not_in_the_database(engine: Engine, receiver: Receiver) -> None:
    """Who has the database, or a backup, can neither sign nor write to Slack; without the key file nothing is sent."""
    _, secret = subscribe(engine, receiver.url)
    subscribe(engine, receiver.url, kind=EndpointKind.SLACK)
    _, rotated = rotate_secret(engine, "default", 1)
    change_endpoint(engine, "default", 2, Change(url=f"{receiver.url}&another"), outgoing=LOCAL)
    stored = stored_text(engine)
    assert not any(text in stored for text in (secret, rotated, "/hook?from=saywhy&another"))
    assert stored.count("/hook?from=saywhy") == 1
    save_and_tell(engine, answer(1, 0, "Slow"))
    key_file = engine.get_execution_options()["key_file"]
    content = key_file.read_text()
    key_file.unlink()
    assert send_next(engine, LOCAL)
    assert send_next(engine, LOCAL)
    assert all("cannot be decrypted" in str(delivery.detail) for delivery in deliveries(engine, DeliveryState.PENDING))
    assert receiver.received == []
    _, given_again = rotate_secret(engine, "default", 1)
    make_due(engine)
    assert send_next(engine, LOCAL)
    assert verified(receiver.received[0], given_again)
    key_file.write_text(content)
    assert send_next(engine, LOCAL)
    assert receiver.received[1].path.endswith("&another")


def test_slack_gets_blocks_in_its_language(sqlite_engine: Engine, receiver: Receiver) -> None:
    """An incoming webhook of Slack gets a message in German, with nothing that Slack would take for a command."""
    subscribe(sqlite_engine, receiver.url, kind=EndpointKind.SLACK, language="de")
    save_and_tell(sqlite_engine, answer(1, 2, "<!channel> lahm & teuer"))
    assert send_next(sqlite_engine, LOCAL)
    [request] = receiver.received
    assert "webhook-signature" not in request.headers
    assert request.json["text"] == "Neuer Detraktor: 2 von 10"
    assert request.json["blocks"][1]["text"]["text"] == "„&lt;!channel&gt; lahm &amp; teuer“"
