"""Sending requests: again where the server asks for it, never endlessly, and never what may be done twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from time import sleep
from typing import IO, Any

import httpx2

from saywhy_client.problems import ProblemError

IDEMPOTENCY_KEY = "Idempotency-Key"

#: Statuses that say: later.
_LATER = (429, 503)

#: Seconds that a single `Retry-After` may ask for; a request that must wait longer fails at once.
_LONGEST_WAIT = 120.0

#: Makes the body, anew for each attempt.
Content = Callable[[], bytes | IO[bytes]]


class Transport:
    """Requests of one server. Safe to use from several threads, as httpx2's client is."""

    def __init__(self, http: httpx2.Client, retries: int) -> None:
        self.http = http
        self._retries = retries

    def send(self, method: str, path: str, **request: Any) -> httpx2.Response:
        """The answer, read. Arguments as in `stream`."""
        with self.stream(method, path, **request) as answer:
            answer.read()
            return answer

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        content: Content | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[httpx2.Response]:
        """The answer, whose body is read as it comes.

        429 and 503 are sent again after what `Retry-After` says. So is what never reached the server; and, where it is
        safe, what reached it and was not answered. Raises `ProblemError`, and `httpx2.TransportError` in the end.
        """
        is_repeatable = method == "GET" or IDEMPOTENCY_KEY in (headers or {})
        for attempts_left in range(self._retries, -1, -1):
            body = content() if content else None
            request = self.http.build_request(method, path, params=query, json=json, content=body, headers=headers)
            try:
                answer = self.http.send(request, stream=True)
            except httpx2.TransportError as error:
                if not attempts_left or not (is_repeatable or isinstance(error, httpx2.ConnectError)):
                    raise
                sleep(0.5 * 2 ** (self._retries - attempts_left))
                continue
            finally:
                if body is not None and not isinstance(body, bytes):
                    body.close()
            with closing(answer):
                if answer.is_success:
                    yield answer
                    return
                answer.read()
            wait = _seconds(answer)
            if answer.status_code not in _LATER or not attempts_left or wait > _LONGEST_WAIT:
                raise ProblemError.of(answer)
            sleep(wait)


def _seconds(answer: httpx2.Response) -> float:
    """What `Retry-After` says; a second where it says nothing."""
    try:
        return max(0.0, float(answer.headers.get("Retry-After", "1")))
    except ValueError:  # a date, which the server does not send
        return 1.0
