"""A worker that is killed while a receiver has the message: another one sends it again, with the same id."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from sqlalchemy import Engine

from saywhy.webhook import DeliveryState
from service.webhooks.deliveries import list_deliveries
from tests.builders.followed_up import answer, save_and_tell
from tests.builders.queued_imports import environment, kill, start, wait_until
from tests.builders.receiver import receiving, subscribe


@pytest.mark.slow
def test_a_killed_worker_loses_no_message(engine: Engine, tmp_path: Path) -> None:
    """The first worker dies between delivery and record; the message comes again and is recorded once."""
    with receiving() as receiver:
        subscribe(engine, receiver.url)
        save_and_tell(engine, answer(1, 0, "Slow"))
        settings = environment(
            engine, tmp_path, SAYWHY_WEBHOOK_HOSTS="127.0.0.1", SAYWHY_WEBHOOK_TIMEOUT="5", SAYWHY_JOBS="1"
        )
        first = start("worker", environment=settings)

        def kill_first(_: BaseHTTPRequestHandler) -> None:
            kill(first, with_jobs=True)

        receiver.answers = [kill_first]
        wait_until(lambda: receiver.received and first.poll() is not None)
        second = start("worker", environment=settings)
        try:
            wait_until(lambda: list_deliveries(engine, "default", state=DeliveryState.DELIVERED).entries)
        finally:
            kill(second, with_jobs=True)
        assert len(receiver.received) == 2
        assert len({request.headers["webhook-id"] for request in receiver.received}) == 1
        assert len({request.body for request in receiver.received}) == 1
