"""The server as a process: which libraries it loads, and that it serves on a socket."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx2
import pytest

SAYWHY = Path(sys.executable).with_name("saywhy")

HEAVY = {"torch", "transformers", "bertopic", "pandas", "umap", "hdbscan", "numba", "sklearn", "datasketch", "scipy"}

SERVE_ONCE = """
import sys
from starlette.testclient import TestClient
from api.app import create_app
from saywhy.settings import Settings

with TestClient(create_app(Settings())) as client:
    assert client.post("/v1/classify", json={"comments": [{"id": 1, "text": "太贵了"}]}).status_code == 200
    assert "saywhy import" in client.get("/").text
    assert client.get("/health/ready").status_code == 200
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a process with its own store."""
    return os.environ | {"SAYWHY_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}


@pytest.mark.slow
def test_serving_loads_no_training_or_analysis_library(tmp_path: Path) -> None:
    """A process that has served requests has imported none of the heavy libraries."""
    done = subprocess.run(
        [sys.executable, "-c", SERVE_ONCE], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert {"fastapi", "onnxruntime", "sqlalchemy"} <= loaded
    assert not HEAVY & loaded


@contextmanager
def serving(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`saywhy serve` on a free port, and its address."""
    process = subprocess.Popen(
        [SAYWHY, "serve", "--port", "0"],
        env=environment(tmp_path),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        log = ""
        for line in process.stderr:
            log += line
            if match := re.search(r"running on (http://[^\s\"]+)", line):
                # Its log is read, or else the server would wait for somebody to read it.
                Thread(target=process.stderr.read, daemon=True).start()
                yield process, match[1]
                break
        else:
            raise AssertionError(log)
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_serve_answers_on_a_socket_and_stops_on_sigterm(tmp_path: Path) -> None:
    """`saywhy serve` listens, classifies, and shuts down on SIGTERM."""
    with serving(tmp_path) as (process, address), httpx2.Client(base_url=address, timeout=60) as client:
        ready = client.get("/health/ready")
        assert ready.json()["status"] == "ready"
        answer = client.post("/v1/classify", json={"comments": [{"id": 1, "text": "物流太慢了"}]})
        assert answer.json()["results"][0]["language"] == "zh-Hans"
        assert "server" not in answer.headers
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) in (0, -signal.SIGTERM)


@pytest.mark.slow
def test_serve_refuses_in_one_line(tmp_path: Path) -> None:
    """A store that cannot be opened is one line on stderr, without a traceback."""
    bad = environment(tmp_path) | {"SAYWHY_DATABASE_URL": "sqlite:////nowhere/at/all.db"}
    done = subprocess.run([SAYWHY, "serve"], env=bad, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("saywhy: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_sigterm_lets_what_was_begun_finish(tmp_path: Path) -> None:
    """After SIGTERM readiness fails while requests are still answered, and what was begun is answered to the end."""
    comments = [{"id": number, "text": f"Delivery {number} was slow. " * 6} for number in range(256)]
    with (
        serving(tmp_path) as (process, address),
        httpx2.Client(base_url=address, timeout=120) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        begun = pool.submit(client.post, "/v1/classify", json={"comments": comments})
        while "saywhy_waiting_comments 0.0" in client.get("/metrics").text:
            pass
        process.send_signal(signal.SIGTERM)
        while client.get("/health/ready").status_code == 200:
            pass
        assert client.get("/health/live").status_code == 200
        assert len(begun.result(120).json()["results"]) == 256
        assert process.wait(timeout=120) in (0, -signal.SIGTERM)
