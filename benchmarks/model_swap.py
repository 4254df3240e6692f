"""Promoting a model version under load, and killing whoever promotes.

    python -m benchmarks.model_swap [--rate 20] [--swaps 10] [--kills 100]

`saywhy serve` answers `/v1/classify` at a constant rate of requests while another version, which differs in its heads,
is promoted and taken back. Measured are failed requests, the seconds from a promotion to the first answer of the new
version, and latency from the scheduled time. Then processes that promote as fast as they can are killed (SIGKILL) at
random moments; after each kill the registry must name a whole version, the old or the new one.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import httpx2
import numpy as np
import typer
from safetensors.numpy import load_file, save_file

from benchmarks.latency import serving
from benchmarks.texts import recombined
from benchmarks.timing import print_table, processor
from models.bundle import HEADS, open_bundle, seal
from models.promotion import add_candidate, promote, roll_back
from models.registry import Registry
from saywhy.model_version import Alias
from tests.builders.model_versions import add_version, light_bundle, name

_CONNECTIONS = 8

#: What a process that is killed does: promote two versions in turn, and say when it has begun.
_PROMOTING = """
import sys
from pathlib import Path
from models.promotion import promote
from models.registry import Registry
registry, versions = Registry(Path(sys.argv[1])), sys.argv[2:]
while True:
    serving = registry.aliases()["champion"]
    [other] = [version for version in versions if version != serving]
    promote(registry, other, by="benchmark", despite="a benchmark")
    print("promoted", flush=True)
"""


@dataclass(slots=True)
class Answers:
    """What a client got: scheduled time, seconds until the answer, and the version that gave it, None for a failure."""

    rows: list[tuple[float, float, str | None]] = field(default_factory=list)

    @property
    def failures(self) -> int:
        return sum(version is None for _, _, version in self.rows)

    def first(self, version: str, since: float) -> float | None:
        """The time of the first answer of this version to a request that was sent since then."""
        times = [due + seconds for due, seconds, answered in self.rows if answered == version and due >= since]
        return min(times, default=None)

    def has(self, version: str, since: float) -> bool:
        """Whether there is such an answer."""
        return self.first(version, since) is not None


@contextmanager
def asking(address: str, rate: float) -> Iterator[Answers]:
    """Ask at a constant rate in the background, whether or not earlier requests have been answered."""
    answers, stop = Answers(), Event()
    limits = httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    with httpx2.Client(base_url=address, limits=limits, timeout=30) as client, ThreadPoolExecutor(_CONNECTIONS) as pool:

        def ask(due: float, text: str) -> None:
            version = None
            try:
                response = client.post("/v1/classify", json={"comments": [{"id": 1, "text": text}]})
                if response.status_code == 200:
                    version = response.json()["results"][0]["model"]
            except httpx2.HTTPError:
                pass
            answers.rows.append((due, time.monotonic() - due, version))

        def send() -> None:
            start = time.monotonic()
            for number, text in enumerate(cycle(recombined(200))):
                due = start + number / rate
                if stop.wait(max(0.0, due - time.monotonic())):
                    return
                pool.submit(ask, due, text)

        thread = Thread(target=send)
        thread.start()
        try:
            yield answers
        finally:
            stop.set()
            thread.join()
            pool.shutdown(cancel_futures=True)  # a server that is slower than the rate has many before it


def swap_under_load(rate: float, swaps: int, patience: float = 60) -> tuple[Answers, list[float | None]]:
    """Promote and take back in turn; the answers, and the seconds until each version answers, None: it never did."""
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder, "models"))
        version = add_version(registry, 0.5)
        environment = {"SAYWHY_REGISTRY": str(registry.root)}
        with serving(Path(folder, "store.db"), environment=environment) as address, asking(address, rate) as answers:
            _wait(lambda: len(answers.rows) >= 5 * rate, patience)
            seconds: list[float | None] = []
            for number in range(swaps):
                promoted = roll_back(registry, by="swap") if number else promote(registry, version, by="swap")
                at = time.monotonic()
                _wait(partial(answers.has, promoted, at), patience)
                first = answers.first(promoted, at)
                seconds.append(None if first is None else first - at)
                time.sleep(1)
        return answers, seconds


def _wait(is_so: Callable[[], bool], patience: float) -> None:
    deadline = time.monotonic() + patience
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)


def kill_promotions(kills: int, seed: int = 7) -> tuple[int, list[str]]:
    """Kill so many processes that promote; how many promotions they had done, and what was broken after a kill."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder, "models"))
        registry.root.mkdir()
        registry.root.joinpath("aliases.json").write_text("{}")  # no champion yet: that is the bundle that ships
        versions = [_light_version(registry, shift) for shift in (0.1, 0.2)]
        promote(registry, versions[0], by="benchmark", despite="a benchmark")
        broken, done = list[str](), 0
        for _ in range(kills):
            command = [sys.executable, "-c", _PROMOTING, str(registry.root), *versions]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == "promoted\n"
                time.sleep(rng.uniform(0, 0.2))
                process.kill()
                done += 1 + len(process.stdout.readlines())
            broken += _faults(registry, versions)
        return done, broken


def _light_version(registry: Registry, shift: float) -> str:
    """A version with an encoder of a few bytes, so that promoting it is writing and little else."""
    folder = light_bundle(registry.root / f".{random.Random(shift).getrandbits(128):032x}")
    heads = load_file(folder / HEADS)
    heads["bias"][-2] += shift
    save_file(heads, folder / HEADS)
    name(folder)
    seal(folder)
    return add_candidate(registry, folder)


def _faults(registry: Registry, versions: list[str]) -> list[str]:
    """What of the registry is not whole."""
    try:
        aliases = json.loads((registry.root / "aliases.json").read_text("utf-8"))
        champion = registry.aliases()[Alias.CHAMPION]
        open_bundle(registry.folder(champion))
    except Exception as error:  # whatever it is, it is counted
        return [f"{type(error).__name__}: {error}"]
    return [] if champion in versions and set(aliases) <= set(Alias) else [f"unknown aliases: {aliases}"]


def main(
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second.")] = 20,
    swaps: Annotated[int, typer.Option(min=1, help="Promotions under load.")] = 10,
    kills: Annotated[int, typer.Option(min=0, help="Processes that are killed.")] = 100,
) -> None:
    """Print the tables."""
    answers, seconds = swap_under_load(rate, swaps)
    milliseconds = 1000 * np.array([each for _, each, _ in answers.rows])
    p50, p99 = np.quantile(milliseconds, [0.5, 0.99])
    until = sorted(each for each in seconds if each is not None)
    taken = (f"{np.median(until):.2f} s", f"{until[-1]:.2f} s") if until else ("never", "never")
    print(f"{processor()}\n")
    print_table(
        ("requests a second", "requests", "failed", "swaps", "new version answers after", "slowest", "p50", "p99"),
        [
            (
                f"{rate:g}", f"{len(milliseconds):,}", str(answers.failures), f"{len(until)} of {swaps}",
                *taken, f"{p50:.0f} ms", f"{p99:.0f} ms",
            )
        ],
    )  # fmt: skip
    done, broken = kill_promotions(kills)
    print()
    print_table(
        ("processes killed", "promotions", "registries not whole"), [(f"{kills}", f"{done:,}", f"{len(broken)}")]
    )
    for fault in broken:
        print(f"  {fault}")


if __name__ == "__main__":
    typer.run(main)
