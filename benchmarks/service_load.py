"""The server under load: many connections that ask again as soon as they are answered, with probes of liveness beside.

    python -m benchmarks.service_load [--connections 100] [--seconds 120] [--database FILE]

`saywhy serve` runs in its own process on a copy of an analysed survey (by default the sample, which is analysed first).
The probes, ten a second, are sent by a process of their own, so that they do not wait for the load's own work. A
request that is not answered within 30 seconds counts as `none`. Then one comment at a constant rate, as in
`benchmarks.latency`.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from multiprocessing import Event, Pipe, Process
from multiprocessing.synchronize import Event as StopEvent
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import numpy as np
import psutil
import typer

from benchmarks.latency import measure, serving
from benchmarks.texts import recombined
from benchmarks.timing import print_table, processor
from saywhy.sample import SAMPLE

_TIMEOUT = 30
_BATCH = 200  # comments


@dataclass
class Answers:
    """Latencies in seconds and statuses of the answers on some connections."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    def quantile(self, q: float) -> float:
        """In milliseconds."""
        return 1000 * float(np.quantile(self.latencies, q)) if self.latencies else float("nan")


def post(body: object) -> bytes:
    """A request that classifies."""
    content = json.dumps(body).encode()
    headers = f"Host: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return f"POST /v1/classify HTTP/1.1\r\n{headers}\r\n\r\n".encode() + content


def get(path: str) -> bytes:
    """A request without a body."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> str:
    """Send a request and read its whole answer; the status."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    await reader.readexactly(int(head.partition("content-length:")[2].split()[0]))
    return head.split()[1]


async def _ask_on(address: str, requests: Iterator[bytes], until: float, answers: Answers, pause: float = 0) -> None:
    """Ask on one connection, which is opened again after an error, until the time is over."""
    connection = None
    url = urlsplit(address)
    while time.perf_counter() < until:
        asked = time.perf_counter()
        try:
            async with asyncio.timeout(_TIMEOUT):
                connection = connection or await asyncio.open_connection(url.hostname, url.port, limit=2**20)
                status = await _ask(*connection, next(requests))
        except (OSError, EOFError, TimeoutError):
            status = "none"
            if connection:
                connection[1].close()
            connection = None
        answers.latencies.append(time.perf_counter() - asked)
        answers.statuses[status] += 1
        await asyncio.sleep(pause)
    if connection:
        connection[1].close()


async def _load(address: str, requests: Iterator[bytes], connections: int, seconds: float) -> Answers:
    answers, until = Answers(), time.perf_counter() + seconds
    await asyncio.gather(*(_ask_on(address, requests, until, answers) for _ in range(connections)))
    return answers


async def _probe(address: str, stop: StopEvent) -> Answers:
    answers = Answers()
    while not stop.is_set():
        await _ask_on(address, cycle([get("/health/live")]), time.perf_counter() + 1, answers, pause=0.1)
    return answers


def _send_probes(address: str, stop: StopEvent, results: object) -> None:
    results.send(asyncio.run(_probe(address, stop)))  # type: ignore[attr-defined]


def under_load(
    address: str, requests: Iterator[bytes], connections: int, seconds: float
) -> tuple[Answers, Answers, float, float]:
    """The answers, those of the probes, and the server's resident memory before and after, in MB."""
    [server] = [
        process
        for process in psutil.Process().children(recursive=True)
        if any(connection.status == "LISTEN" for connection in process.net_connections())
    ]
    before = server.memory_info().rss / 1e6
    stop = Event()
    receiver, sender = Pipe(duplex=False)
    prober = Process(target=_send_probes, args=(address, stop, sender))
    prober.start()
    started = time.perf_counter()
    answers = asyncio.run(_load(address, requests, connections, seconds))
    answers.statuses["seconds"] = round(time.perf_counter() - started)
    stop.set()
    probes: Answers = receiver.recv()
    prober.join()
    return answers, probes, before, server.memory_info().rss / 1e6


def _analysed_sample(database: Path) -> None:
    environment = os.environ | {"SAYWHY_DATABASE_URL": f"sqlite:///{database}"}
    for command in (["import", str(SAMPLE)], ["analyse"]):
        saywhy = Path(sys.executable).with_name("saywhy")
        subprocess.run([saywhy, *command], env=environment, check=True, capture_output=True)


def main(
    connections: Annotated[int, typer.Option(min=1)] = 100,
    seconds: Annotated[int, typer.Option(min=1, help="Duration of each load.")] = 120,
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second of the last measurement.")] = 20,
    database: Annotated[Path | None, typer.Option(help="An analysed survey on SQLite; it is copied.")] = None,
) -> None:
    """Print the tables."""
    texts = recombined(20_000)
    singles = (post({"comments": [{"id": 1, "text": text}]}) for text in cycle(texts))
    batches = (
        post({"comments": [{"id": i, "text": text} for i, text in enumerate(islice(stream, _BATCH))]})
        for stream in [cycle(texts)]
        for _ in cycle([0])
    )
    loads = {
        f"{connections} × one comment": (singles, connections, seconds),
        f"2 × {_BATCH} comments": (batches, 2, min(seconds, 30)),
        f"{connections} × `/v1/reports/all`": (cycle([get("/v1/reports/all")]), connections, seconds),
        f"{connections} × `/reports/all` (page)": (cycle([get("/reports/all")]), connections, min(seconds, 30)),
    }
    rows, rates = [], {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "store.db")
        if database:
            shutil.copy(database, copy)
        else:
            _analysed_sample(copy)
        with serving(copy) as address:
            measure(address, texts[:20], rate)  # warm-up
            for name, (requests, width, duration) in loads.items():
                answers, probes, before, after = under_load(address, requests, width, duration)
                took = answers.statuses.pop("seconds")
                rates[name] = answers.statuses["200"] / took
                statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(answers.statuses.items()))
                speed = f"{rates[name]:,.1f}"
                times = (f"{answers.quantile(0.5):,.0f} ms", f"{answers.quantile(0.99):,.0f} ms")
                live = f"{probes.quantile(0.99):,.0f} ms"
                rows.append((name, speed, *times, statuses, live, f"{before:,.0f} → {after:,.0f} MB"))
                print(rows[-1], file=sys.stderr, flush=True)
            milliseconds = 1000 * np.array(measure(address, texts[: round(30 * rate)], rate))
    print(f"{processor()}\n")
    print_table(("load", "200 a second", "p50", "p99", "statuses", "liveness p99", "memory"), rows)
    single, batch = (rates[name] for name in list(loads)[:2])
    print(
        f"\nsingle comments: {single / (batch * _BATCH):.0%} of the rate in batches ({batch * _BATCH:,.0f} comments/s)"
    )
    p50, p99 = np.quantile(milliseconds, [0.5, 0.99])
    print(f"one comment, {rate:g} a second: p50 {p50:.1f} ms, p99 {p99:.1f} ms")


if __name__ == "__main__":
    typer.run(main)
