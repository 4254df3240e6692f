"""The interface of a survey tool over HTTP: it is asked politely, and asked again when it is busy.

No redirect is followed, so that the token goes to the tool's own address only, and nothing of a request is logged.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from math import ceil
from typing import Any

import httpx2

from pipelines.ingest.json_values import parse, why_not
from pipelines.ingest.providers.provider import ApiRequest
from saywhy.errors import InvalidInput, ProviderBusy, ProviderRefused
from service.retry_after import retry_after

#: Seconds for a connection, and for each part of an answer.
TIMEOUT = 30.0

#: Requests for a page before the job is given back to the queue, and seconds before the second one, doubled each time.
TRIES = 5
PAUSE = 1.0

#: Seconds that a job waits in its place when it is told to; for longer it goes back to the queue.
LONGEST_WAIT = 30

#: Largest answer, in bytes.
MAX_ANSWER = 64 * 1024**2

_BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_ACCESS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Interface:
    """Asks the interface of a tool at its base URL."""

    def __init__(self, tool: str, client: httpx2.Client) -> None:
        self._tool, self._client = tool, client

    @classmethod
    @contextmanager
    def opened(cls, tool: str, base_url: str, authorization: str) -> Iterator[Interface]:
        """One for as long as the block runs."""
        headers = {"Authorization": authorization, "Accept": "application/json"}
        # httpx logs each URL, and that of a page may have the id of a response.
        logging.getLogger("httpx2").setLevel(logging.WARNING)
        with httpx2.Client(base_url=base_url, headers=headers, timeout=TIMEOUT, follow_redirects=False) as client:
            yield cls(tool, client)

    def get(self, request: ApiRequest) -> Any:
        """The JSON of the answer.

        Raises `ProviderRefused`, `ProviderBusy` if it stays busy or asks for a long wait, and `InvalidInput` for an
        answer that is not JSON.
        """
        for attempt in range(TRIES):
            pause = PAUSE * 2**attempt
            try:
                status, headers, body = self._ask(request)
            except httpx2.TransportError:
                pass
            else:
                if status == HTTPStatus.OK:
                    return self._read(body)
                if status not in _BUSY and status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise self._refusal(status)
                if (wait := retry_after(headers.get("retry-after"))) is not None:
                    pause = wait.total_seconds()
                    if pause > LONGEST_WAIT:
                        seconds = ceil(pause)
                        raise ProviderBusy(f"{self._tool} asks to wait for {seconds} s", retry_after=seconds)
            if attempt < TRIES - 1:
                time.sleep(pause)
        raise ProviderBusy(f"{self._tool} could not be reached, or was busy, {TRIES} times")

    def _ask(self, request: ApiRequest) -> tuple[int, httpx2.Headers, bytes]:
        with self._client.stream("GET", request.path, params=dict(request.parameters)) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER:
                    raise InvalidInput(f"an answer of {self._tool} is larger than {MAX_ANSWER // 1024**2} MiB")
            return response.status_code, response.headers, bytes(body)

    def _read(self, body: bytes) -> Any:
        try:
            return parse(body.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"an answer of {self._tool} is not JSON: {why_not(error)}") from None

    def _refusal(self, status: int) -> ProviderRefused:
        if status in _ACCESS:
            return ProviderRefused(f"{self._tool} refuses the access token ({status})")
        if status == HTTPStatus.NOT_FOUND:
            return ProviderRefused(f"{self._tool} has no such form or survey ({status})")
        return ProviderRefused(f"{self._tool} refuses the request ({status})")
