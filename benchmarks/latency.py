"""Latency of one comment through `POST /v1/classify` on loopback, at a constant rate of requests.

    python -m benchmarks.latency [--rate 20] [--seconds 30]

`saywhy serve` runs in its own process. Requests are sent on schedule on persistent connections, whether or not earlier
ones have been answered. Latency counts from the scheduled time, so the time that a request waits behind a slow one is
included (no coordinated omission).
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from threading import Thread
from typing import Annotated

import httpx2
import numpy as np
import typer

from benchmarks.texts import recombined
from benchmarks.timing import print_table, processor

_CONNECTIONS = 8
_WARM_UP_SECONDS = 30


@contextmanager
def serving(
    database: Path | None = None, workspace: str = "default", environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Start a server on a free port, on this workspace of an SQLite file, or of an empty one; its address.

    `environment` has further settings.
    """
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("saywhy"), "serve", "--port", "0"],
            env=os.environ
            | {
                "SAYWHY_DATABASE_URL": f"sqlite:///{database or Path(folder, 'store.db')}",
                "SAYWHY_WORKSPACE": workspace,
            }
            | dict(environment or {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            output = ""
            for line in process.stderr:
                output += line
                if match := re.search(r"running on (http://[^\s\"]+)", line):
                    # Its log is read, or else the server would wait for somebody to read it.
                    Thread(target=process.stderr.read, daemon=True).start()
                    yield match[1]
                    return
            raise RuntimeError(f"the server did not start:\n{output}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def measure(address: str, texts: list[str], rate: float) -> list[float]:
    """Latency of each text in seconds, from its scheduled time to its answer."""
    limits = httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    with httpx2.Client(base_url=address, limits=limits, timeout=30) as client, ThreadPoolExecutor(_CONNECTIONS) as pool:

        def ask(due: float, text: str) -> float:
            response = client.post("/v1/classify", json={"comments": [{"id": 1, "text": text}]})
            response.raise_for_status()
            return time.perf_counter() - due

        until = time.perf_counter() + _WARM_UP_SECONDS
        for text in cycle(
            texts[:200]
        ):  # warm-up: connections, caches, and language tables that the server loads in the background
            ask(0, text)
            if time.perf_counter() > until:
                break
        started = time.perf_counter() + 0.1
        latencies = []
        for i, text in enumerate(texts):
            due = started + i / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            latencies.append(pool.submit(ask, due, text))
        return [latency.result() for latency in latencies]


def main(
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second.")] = 20,
    seconds: Annotated[int, typer.Option(min=1, help="Duration.")] = 30,
) -> None:
    """Print the table."""
    with serving() as address:
        milliseconds = 1000 * np.array(measure(address, recombined(max(20, round(rate * seconds))), rate))
    print(f"{processor()}\n")
    p50, p90, p99 = np.quantile(milliseconds, [0.5, 0.9, 0.99])
    print_table(
        ("requests a second", "requests", "p50", "p90", "p99", "slowest"),
        [
            (
                f"{rate:g}",
                f"{len(milliseconds):,}",
                *(f"{value:.1f} ms" for value in (p50, p90, p99, milliseconds.max())),
            )
        ],
    )


if __name__ == "__main__":
    typer.run(main)
