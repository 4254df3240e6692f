"""How long one comment takes through `POST /v1/classify` on loopback, at a steady rate of requests.

    python -m benchmarks.latency [--rate 20] [--seconds 30]

A real `saywhy serve` in a process of its own. Requests leave on schedule whether or not earlier ones are back, each
on a kept connection, and are timed from the moment at which they were due: a slow answer cannot hide the wait of the
requests behind it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Annotated

import httpx2
import numpy as np
import typer

from benchmarks.texts import recombined
from benchmarks.timing import print_table, processor

_CONNECTIONS = 8
_WARM = 30  # seconds


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server on a free port."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("saywhy"), "serve", "--port", "0"],
            env=os.environ | {"SAYWHY_DATABASE_URL": f"sqlite:///{Path(folder) / 'store.db'}"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            said = ""
            for line in process.stderr:
                said += line
                if found := re.search(r"running on (http://\S+)", line):
                    yield found[1]
                    return
            raise RuntimeError(f"the server did not start:\n{said}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def measure(address: str, texts: list[str], rate: float) -> list[float]:
    """Seconds from when each text was due to when its answer was there."""
    limits = httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    with httpx2.Client(base_url=address, limits=limits, timeout=30) as client, ThreadPoolExecutor(_CONNECTIONS) as pool:

        def ask(due: float, text: str) -> float:
            response = client.post("/v1/classify", json={"comments": [{"id": 1, "text": text}]})
            response.raise_for_status()
            return time.perf_counter() - due

        until = time.perf_counter() + _WARM
        for text in cycle(texts[:200]):  # connections, caches, and the language tables that the server loads behind
            ask(0, text)
            if time.perf_counter() > until:
                break
        started = time.perf_counter() + 0.1
        answers = []
        for i, text in enumerate(texts):
            due = started + i / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            answers.append(pool.submit(ask, due, text))
        return [answer.result() for answer in answers]


def main(
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second.")] = 20,
    seconds: Annotated[int, typer.Option(min=1, help="How long.")] = 30,
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
