"""Requests that need a worker thread and a database connection wait for one of a fixed number of slots, not for ever.

There are as many connections as threads, so that no thread waits for a connection while its holder waits for a thread.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from saywhy.errors import ServerBusy

T = TypeVar("T")

#: Seconds that a request waits for a slot.
MAX_WAIT = 5


async def worker_slot(request: Request) -> AsyncIterator[None]:
    """A dependency of every route: holds a slot while a route that is not asynchronous runs.

    Raises `ServerBusy` if none is free in `MAX_WAIT` seconds.
    """
    if inspect.iscoroutinefunction(request.scope["endpoint"]):
        yield
        return
    async with slot(request):
        yield


async def in_slot(request: Request, function: Callable[..., T], *arguments: Any) -> T:
    """Run a function in a worker thread, for what middleware asks of the database. Raises `ServerBusy`."""
    async with slot(request):
        return await run_in_threadpool(function, *arguments)


@asynccontextmanager
async def slot(request: Request) -> AsyncIterator[None]:
    """Hold a slot. Raises `ServerBusy` if none is free in `MAX_WAIT` seconds."""
    slots: asyncio.Semaphore = request.state.slots
    try:
        async with asyncio.timeout(MAX_WAIT):
            await slots.acquire()
    except TimeoutError:
        raise ServerBusy from None
    try:
        yield
    finally:
        slots.release()
