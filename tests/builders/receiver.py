"""A receiver of webhooks on this machine, and endpoints that lead to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from saywhy.store import Engine
from saywhy.webhook import Endpoint, EndpointKind, EventType
from service.webhooks.addresses import Outgoing
from service.webhooks.deliveries import list_deliveries, read_delivery
from service.webhooks.endpoints import add_endpoint
from service.webhooks.sending import send_next
from service.workspaces import create

#: Settings that let webhooks reach the receiver.
LOCAL = Outgoing(frozenset({"127.0.0.1"}), timeout=5)

#: All that can be subscribed to.
EVENTS = frozenset(event for event in EventType if event.is_subscribable)


@dataclass(frozen=True)
class Received:
    """A request that has come in."""

    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A receiver, which answers with 204 unless it is told otherwise."""

    url: str
    received: list[Received] = field(default_factory=list)
    #: What the next requests are answered with, in order: a status and headers, or a function that answers.
    answers: list[tuple[int, dict[str, str]] | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            answer = receiver.answers.pop(0) if receiver.answers else (204, {})
            if callable(answer):
                answer(self)
                return
            self.send_response(answer[0])
            for name, value in answer[1].items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:  # a client that closes the connection is no error here
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook?from=saywhy")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def subscribe(
    engine: Engine,
    url: str,
    events: frozenset[EventType] = EVENTS,
    *,
    workspace: str = "default",
    kind: EndpointKind = EndpointKind.WEBHOOK,
    **options: Any,
) -> tuple[Endpoint, str]:
    """An endpoint and its secret."""
    create(engine, workspace)
    endpoint, secret = add_endpoint(
        engine, workspace, url, events, outgoing=LOCAL, created_by="tests", kind=kind, **options
    )
    return endpoint, secret or ""


def told(engine: Engine, event: EventType | None = None) -> list[dict[str, Any]]:
    """What the outbox has, the oldest first, of events of a type."""
    listed = reversed(list_deliveries(engine, "default", limit=500).entries)
    return [read_delivery(engine, "default", delivery.id).data for delivery in listed if event in (None, delivery.type)]


def received(engine: Engine, receiver: Receiver) -> list[dict[str, Any]]:
    """The data of all messages that wait, as they arrive."""
    before = len(receiver.received)
    while send_next(engine, LOCAL):
        pass
    return [request.json["data"] for request in receiver.received[before:]]
