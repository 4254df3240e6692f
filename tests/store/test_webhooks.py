"""The outbox: what is forgotten of it, and what is kept."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from saywhy import store
from saywhy.webhook import EventType, NewEvent
from tests.builders.receiver import subscribe, told

URL = "http://127.0.0.1:9/hook"


def tell(engine: Engine, *events: NewEvent) -> None:
    """Record events for the only endpoint."""
    with engine.begin() as connection:
        store.webhooks.record(connection, store.workspaces.find(connection, "default"), events, [1])


def test_events_of_causes_with_words_of_a_forgotten_person_are_deleted(engine: Engine) -> None:
    """A label that was somebody's words goes with all events that have it, also in a list; others stay."""
    subscribe(engine, URL)
    words = "My zebra export hangs"
    tell(
        engine,
        NewEvent(EventType.REPORT_FINISHED, {"causes": [{"label": "Slow"}, {"labels": {"de": words}}]}),
        NewEvent(EventType.FIX_REGRESSED, {"label": words}),
        NewEvent(EventType.COMPLAINT_RISING, {"label": "Slow"}),
        NewEvent(EventType.PING, {"endpoint": 1}),
    )
    with engine.begin() as connection:
        store.webhooks.forget_labels(connection, store.workspaces.find(connection, "default"), {words})
    assert told(engine) == [{"label": "Slow"}, {"endpoint": 1}]


def test_events_of_forgotten_accounts_are_deleted(engine: Engine) -> None:
    """By the name of the account, whole."""
    subscribe(engine, URL)
    for account in ("Acme", "Acme GmbH"):
        tell(engine, NewEvent(EventType.ACCOUNT_TURNED, {"account": account}, account=account))
    with engine.begin() as connection:
        store.webhooks.forget(connection, store.workspaces.find(connection, "default"), ["Acme"])
    assert told(engine) == [{"account": "Acme GmbH"}]


def test_a_claim_is_of_one_delivery(engine: Engine) -> None:
    """Whoever asks for a certain delivery gets no other one, and each is leased to one at a time."""
    subscribe(engine, URL)
    tell(engine, NewEvent(EventType.PING, {"endpoint": 1}), NewEvent(EventType.PING, {"endpoint": 1}))
    lease = timedelta(minutes=1)
    with engine.begin() as connection:
        second = store.deliveries.take(connection, lease, 2)
        assert second is not None
        assert (second.delivery.id, second.token) == (2, 1)
        assert store.deliveries.take(connection, lease, 1) is None  # the endpoint gets one message at a time
        assert store.deliveries.take(connection, lease, 9) is None
