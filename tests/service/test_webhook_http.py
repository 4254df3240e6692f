"""Sending one request: to the address that was checked, bounded in time and size, without redirects."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest

from saywhy.errors import InvalidInput
from service.retry_after import LONGEST_PAUSE
from service.webhooks.addresses import Outgoing
from service.webhooks.http import LARGEST_ANSWER, NotSent, post
from tests.builders.receiver import LOCAL, Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Ends answers that hang, at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


def test_a_request_arrives(receiver: Receiver) -> None:
    """Path and query, headers and body are those that were sent."""
    answer = post(receiver.url, b"{}", {"Content-Type": "application/json"}, LOCAL)
    assert (answer.status, answer.is_success, answer.text) == (204, True, "")
    [request] = receiver.received
    assert (request.path, request.body) == ("/hook?from=saywhy", b"{}")
    assert request.headers["content-type"] == "application/json"


def test_the_proxy_of_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve the host itself, unchecked."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(receiver.url, b"", {}, LOCAL).status == 204


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "::1", "10.0.0.1", "169.254.169.254"])
def test_a_host_that_resolves_to_a_private_address_is_not_reached(receiver: Receiver, address: str) -> None:
    """The name of the host is innocent; its address decides, and nothing is connected to."""
    port = receiver.url.split(":")[2].split("/")[0]
    with pytest.raises(NotSent, match="not on the internet"):
        post(f"https://receiver.example:{port}/hook", b"{}", {}, Outgoing(), lambda *_: [address])
    assert receiver.received == []


def test_the_address_that_was_checked_is_connected_to(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is resolved once, and the connection goes to that address: another answer (rebinding) has no effect."""
    connected: list[object] = []

    def refuse(address: object, *_: object, **__: object) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError("not in a test")

    monkeypatch.setattr(socket, "create_connection", refuse)
    answers = iter([["93.184.216.34", "2606:4700::1111"], ["127.0.0.1"]])
    with pytest.raises(NotSent, match="no connection: not in a test"):
        post("https://receiver.example/hook", b"{}", {}, Outgoing(), lambda *_: next(answers))
    assert connected == [("93.184.216.34", 443), ("2606:4700::1111", 443)]
    assert next(answers) == ["127.0.0.1"]
    assert receiver.received == []


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    """Not even to where webhooks may lead: the answer is the redirect."""
    receiver.answers = [(307, {"Location": receiver.url}), (302, {"Location": "http://169.254.169.254/"})]
    assert [post(receiver.url, b"", {}, LOCAL).status for _ in range(2)] == [307, 302]
    assert len(receiver.received) == 2


def test_what_hangs_is_given_up(receiver: Receiver, released: threading.Event) -> None:
    """A receiver that does not answer, and one that sends a byte of its head now and then, in the same time."""

    def hang(_: BaseHTTPRequestHandler) -> None:
        released.wait(30)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not released.wait(0.05):
            handler.wfile.write(b"y")

    receiver.answers = [hang, drip]
    for _ in range(2):
        with pytest.raises(NotSent, match=r"no answer within 0.5 seconds"):
            post(receiver.url, b"", {}, replace(LOCAL, timeout=0.5))


def test_a_huge_answer_is_cut(receiver: Receiver, released: threading.Event) -> None:
    """Of a body that does not end only the beginning is read, and its status counts."""

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not released.is_set():
            handler.wfile.write(b"x" * 65536)

    receiver.answers = [flood]
    answer = post(receiver.url, b"", {}, LOCAL)
    assert (answer.status, answer.text) == (200, "x" * LARGEST_ANSWER)


def test_a_body_that_hangs_changes_nothing(receiver: Receiver, released: threading.Event) -> None:
    """The head says that the message has arrived."""

    def stop_midway(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        released.wait(30)

    receiver.answers = [stop_midway]
    answer = post(receiver.url, b"", {}, replace(LOCAL, timeout=0.5))
    assert (answer.status, answer.text) == (200, "abc")


def test_what_is_no_http_is_an_error(receiver: Receiver) -> None:
    """Another protocol, and a head without end, are not sent."""

    def greet(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 mail.example ESMTP\r\n")

    def endless_head(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-Header: y\r\n" * 20_000)

    receiver.answers = [greet, endless_head]
    for _ in range(2):
        with pytest.raises(NotSent, match="not HTTP"):
            post(receiver.url, b"", {}, LOCAL)


def test_nobody_there_is_an_error() -> None:
    """A closed port, and a host without an address."""
    with receiving() as gone:
        pass
    with pytest.raises(NotSent, match="no connection"):
        post(gone.url, b"", {}, LOCAL)

    def unknown(*_: object) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(NotSent, match="Name or service not known"):
        post("https://receiver.example/", b"", {}, Outgoing(), unknown)


def test_plain_http_is_for_named_hosts(receiver: Receiver) -> None:
    """When the settings no longer name the host, nothing is sent."""
    with pytest.raises(InvalidInput, match="https"):
        post(receiver.url, b"", {}, Outgoing())
    assert receiver.received == []


def test_a_certificate_of_nobody_is_refused(receiver: Receiver) -> None:
    """Over https, something that speaks no TLS is not sent to."""
    with pytest.raises(NotSent, match="no connection"):
        post(receiver.url.replace("http://", "https://"), b"", {}, LOCAL)
    assert receiver.received == []


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("120", 120, 120),
        ("0", 0, 0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
        ("999999999999", LONGEST_PAUSE.total_seconds(), LONGEST_PAUSE.total_seconds()),
    ],
)
def test_retry_after_is_understood(receiver: Receiver, value: str, least: float, most: float) -> None:
    """Seconds or a date, a day at most."""
    receiver.answers = [(429, {"Retry-After": value})]
    pause = post(receiver.url, b"", {}, LOCAL).retry_after
    assert pause is not None
    assert least <= pause.total_seconds() <= most


def test_retry_after_may_be_a_date_to_come(receiver: Receiver) -> None:
    """The pause lasts until then."""
    until = datetime.now(UTC) + timedelta(hours=2)
    receiver.answers = [(429, {"Retry-After": format_datetime(until, usegmt=True)})]
    pause = post(receiver.url, b"", {}, LOCAL).retry_after
    assert pause is not None
    assert datetime.now(UTC) + pause == pytest.approx(until, abs=timedelta(minutes=1))


@pytest.mark.parametrize(
    "value",
    [
        *("soon", "-5", "1.5", "٣", ""),
        "Mon, 01 Jan 99999999999 00:00:00 GMT",
        "Mon, 01 Jan 2026 99999999999999999999:00:00 GMT",
        "Mon, 01 Jan 2026 00:00:00 +99999999999999",
    ],
)
def test_an_unreadable_retry_after_is_none(receiver: Receiver, value: str) -> None:
    """Whatever else it says."""
    receiver.answers = [(503, {"Retry-After": value.encode("utf-8").decode("latin-1")})]
    assert post(receiver.url, b"", {}, LOCAL).retry_after is None
