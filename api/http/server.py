"""The server process: connections that stall are closed, and SIGTERM lets what was begun finish.

Uvicorn waits for ever for the head of a request, for the rest of a body that nobody reads, and for a client that does
not read its answer. The deadline of bodies that are read is in `api.http.middleware`.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from threadpoolctl import threadpool_limits
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds from the end of an answer, or from the connection, to the end of the head of the next request.
HEAD_TIMEOUT = 15

#: Seconds that a client may read nothing of its answer.
READ_TIMEOUT = 30

#: Seconds that requests in progress may take after SIGTERM.
SHUTDOWN_TIMEOUT = 30


class Connection(H11Protocol):
    """A connection that is closed when the other side stalls."""

    _timer: asyncio.TimerHandle | None = None
    _unsent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._close_in(HEAD_TIMEOUT)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle and not self.cycle.response_complete:
            self._keep_open()

    def on_response_complete(self) -> None:
        # While a pipelined request is in progress already, there is nothing to wait for. The rest of a body that was
        # not read is received, and dropped, for as long: a client that is still sending it gets to read the answer.
        super().on_response_complete()
        if self.cycle.response_complete:
            self._close_in(HEAD_TIMEOUT)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._close_in(READ_TIMEOUT)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.cycle and not self.cycle.response_complete:
            self._keep_open()

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep_open()
        super().connection_lost(exc)

    def _close_in(self, seconds: float) -> None:
        self._keep_open()
        self._unsent = self.transport.get_write_buffer_size()
        self._timer = self.loop.call_later(seconds, self._on_timeout)

    def _keep_open(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _on_timeout(self) -> None:
        if self.transport.get_write_buffer_size() < self._unsent:  # slow, but it reads
            self._close_in(READ_TIMEOUT)
        else:
            self.transport.abort()


class Server(uvicorn.Server):
    """Uvicorn that says it is not ready `drain_seconds` before it stops to accept connections.

    That time is for load balancers to notice; SIGINT, which is for people, does not wait.
    """

    def __init__(
        self,
        app: FastAPI,
        host: str,
        port: int,
        drain_seconds: float,
        when_ready: Callable[[FastAPI], None] = lambda _: None,
    ) -> None:
        """`when_ready` is called as soon as requests are answered."""
        config: dict[str, Any] = {
            "server_header": False,
            "proxy_headers": False,  # read where they are used, as only some proxies are trusted
            "http": Connection,
            "ws": "none",
            "log_config": None,
            "access_log": False,
            "timeout_graceful_shutdown": SHUTDOWN_TIMEOUT,
        }
        super().__init__(uvicorn.Config(app, host, port, **config))
        self._app = app
        self._drain_seconds = drain_seconds
        self._when_ready = when_ready

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        # How long the interpreter stays with a thread that computes while the event loop has something to do.
        sys.setswitchinterval(0.001)
        # The matrices of a comment are so small that a second thread of BLAS costs more than it saves: on a busy
        # machine it is waited for thirty times as long as they take.
        threadpool_limits(1, user_api="blas")
        # FastAPI completes its routes when they are first looked at, which would hold up the event loop later.
        for _ in iter_route_contexts(self._app.routes):
            pass
        super().run(sockets)

    async def main_loop(self) -> None:
        # What exists by now stays: to look through all of it takes the garbage collector a tenth of a second, in
        # which nothing else runs, every few seconds under load.
        gc.collect()
        gc.freeze()
        self._when_ready(self._app)
        await super().main_loop()
        self._app.state.is_draining = True
        if signal.SIGTERM in self._captured_signals:
            now = asyncio.get_running_loop().time
            until = now() + self._drain_seconds
            while now() < until and len(self._captured_signals) < 2:  # a second signal ends the wait
                await asyncio.sleep(0.05)
