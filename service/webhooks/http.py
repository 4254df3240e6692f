"""Sends one request to an address that may be reached: no redirects, no proxies, bounded in time and size."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import httpcore2

from service.retry_after import retry_after
from service.webhooks.addresses import AddressRefused, Outgoing, Resolve, check_url, reachable, resolve

#: What is read of the body of an answer, in bytes; then the connection is closed.
LARGEST_ANSWER = 2048


class NotSent(Exception):
    """There was no answer; the text says why, without personal data."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered; `text` is how its body begins."""

    status: int
    text: str
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str], outgoing: Outgoing, resolve: Resolve = resolve) -> Answer:
    """POST to a URL. Raises `NotSent`, and `InvalidInput` if `check_url` does not accept the URL (any more)."""
    parts = check_url(url, outgoing)
    assert parts.hostname is not None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    address = httpcore2.URL(scheme=parts.scheme.encode(), host=host.encode(), port=parts.port, target=target.encode())
    deadline = time.monotonic() + outgoing.timeout
    backend = _CheckedBackend(outgoing, resolve, deadline)
    try:
        with (
            httpcore2.ConnectionPool(
                network_backend=backend, ssl_context=_tls() if parts.scheme == "https" else None
            ) as pool,
            pool.stream("POST", address, headers=[*headers.items()], content=body) as response,
        ):
            text = _beginning(response)
            return Answer(response.status, text, retry_after(_value(response.headers, b"retry-after")))
    except AddressRefused as error:
        raise NotSent(str(error)) from None
    except httpcore2.TimeoutException:
        raise NotSent(f"no answer within {outgoing.timeout:g} seconds") from None
    except httpcore2.ProtocolError:
        raise NotSent("the answer is not HTTP, or its head is too long") from None
    except (httpcore2.NetworkError, OSError, UnicodeError) as error:
        raise NotSent(f"no connection: {str(error)[:200] or type(error).__name__}") from None


class _CheckedBackend(httpcore2.SyncBackend):
    """Connects to the addresses that were checked and to no others, and to nothing after the deadline."""

    def __init__(self, outgoing: Outgoing, resolve: Resolve, deadline: float) -> None:
        self._outgoing, self._resolve, self._deadline = outgoing, resolve, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectError("the host has no address")
        for address in reachable(host.strip("[]"), port, self._outgoing, self._resolve):
            try:
                left = _left(self._deadline)
                stream = super().connect_tcp(address, port, left, local_address, socket_options)
                return _BoundedStream(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


class _BoundedStream(httpcore2.NetworkStream):
    """A stream that ends at a deadline, however often a few bytes come or go until then."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        encrypted = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _BoundedStream(encrypted, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises `ReadTimeout` at it."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that this machine trusts; loading them takes longer than a request."""
    return httpcore2.default_ssl_context()


def _beginning(response: httpcore2.Response) -> str:
    """How the body begins, as text. The status has decided already, so a body that does not end changes nothing."""
    content = b""
    with suppress(httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
        for chunk in response.iter_stream():
            content += chunk
            if len(content) >= LARGEST_ANSWER:
                break
    return content[:LARGEST_ANSWER].decode("utf-8", "replace")


def _value(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> str | None:
    """The first value of a header."""
    return next((value.decode("latin-1") for name, value in headers if name.lower() == wanted), None)
