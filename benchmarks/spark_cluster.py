"""A standalone cluster of Spark on this machine: a master and workers, each a process that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

#: Seconds until the master must accept connections.
_START = 120


class Cluster:
    """A master and its workers, of one core each. `url` is that of the master."""

    def __init__(self, folder: Path, workers: int) -> None:
        """`folder` is for the files of the workers. Raises `TimeoutError` if the master does not start."""
        spec = find_spec("pyspark")
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError("pyspark")
        self._program = str(Path(spec.origin).parent / "bin" / "spark-class")
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.url = f"spark://127.0.0.1:{port}"
        options = ("--host", "127.0.0.1", "--webui-port", "0")
        self._master = self._start("org.apache.spark.deploy.master.Master", *options, "--port", str(port))
        deadline = time.monotonic() + _START
        while not _answers(port):
            if time.monotonic() > deadline:
                self.stop()
                raise TimeoutError("the master does not start")
            time.sleep(0.1)
        limits = ("--cores", "1", "--memory", "2g")
        self.workers = [
            self._start("org.apache.spark.deploy.worker.Worker", *options, *limits, self.url) for _ in range(workers)
        ]

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self._program, *arguments],
            cwd=self._folder,
            env={**os.environ, "SPARK_WORKER_DIR": str(self._folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self, worker: int) -> None:
        """Kill a worker with its executor, as when its machine loses power."""
        _kill(self.workers[worker])

    def stop(self) -> None:
        """Kill everything."""
        for process in (*getattr(self, "workers", ()), self._master):
            _kill(process)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A cluster, stopped at the end."""
    started = Cluster(folder, workers)
    try:
        yield started
    finally:
        started.stop()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
