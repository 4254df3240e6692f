"""Requests that need a worker thread and a database connection wait for one of a fixed number of slots, not for ever.

There are as many connections as threads, so that no thread waits for a connection while its holder waits for a thread.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator

from fastapi import Request

from saywhy.errors import ServerBusy

#: Seconds that a request waits for a slot.
MAX_WAIT = 5


async def worker_slot(request: Request) -> AsyncIterator[None]:
    """A dependency of every route: holds a slot while a route that is not asynchronous runs.

    Raises `ServerBusy` if none is free in `MAX_WAIT` seconds.
    """
    if inspect.iscoroutinefunction(request.scope["endpoint"]):
        yield
        return
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
