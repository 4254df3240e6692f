"""Opens Spark, and runs a function over a list on its executors."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from saywhy.errors import InvalidInput, SaywhyError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

#: Gets the stage, what of it is done, and all of it.
Progress = Callable[[str, int, int], None]

#: What a task returns: a few numbers and names, which JSON can hold.
Summary = dict[str, Any]

#: Seconds until a master must answer, and until it must have given a first executor.
CONNECT_WITHIN, EXECUTORS_WITHIN = 5, 300
_POLL = 1.0

_Context = TypeVar("_Context")
_Item = TypeVar("_Item")


def require() -> None:
    """Raise `InvalidInput` if pyspark or Java is missing."""
    if find_spec("pyspark") is None:
        raise InvalidInput("--spark needs PySpark: pip install 'saywhy[spark]'")
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{home}/bin" if home else None) is None:
        raise InvalidInput("--spark needs Java 17 or later: install it (openjdk-17-jre-headless) or set JAVA_HOME")


@contextmanager
def spark_session(master: str) -> Iterator[SparkSession]:
    """A session on a master: `local[2]`, `spark://host:7077`, `k8s://https://host:443`, `yarn`.

    What else there is to set comes from `spark-defaults.conf` in `SPARK_CONF_DIR`, and from `PYSPARK_SUBMIT_ARGS`.
    Raises `InvalidInput` if nobody answers.
    """
    _require_answer(master)
    from py4j.protocol import Py4JError
    from pyspark.sql import SparkSession

    # Executors run this interpreter, at the same path, with the same packages.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    options = {
        "spark.log.level": "ERROR",
        "spark.ui.showConsoleProgress": "false",
        # A worker opens the encoder once and keeps it for the tasks that follow.
        "spark.python.worker.reuse": "true",
        # A task has a core; what computes in it must not start a thread for each core of the machine.
        "spark.executorEnv.OMP_NUM_THREADS": "1",
        **({"spark.executorEnv.PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}),
    }
    # Only Arrow goes through Spark, and no data frame of pandas.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    builder = SparkSession.builder.master(master).appName("saywhy")
    for name, value in options.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (Py4JError, RuntimeError) as error:
        raise InvalidInput(f"Spark does not start on {master}: {_first_line(error)}") from error
    try:
        yield session
    finally:
        session.stop()


def run_on(
    session: SparkSession,
    work: Callable[[_Context, _Item], Summary],
    context: _Context,
    items: Sequence[_Item],
    progress: Callable[[int, int], None],
) -> list[Summary]:
    """What `work(context, item)` returns for each item, in order; an item is a task, repeated if its executor dies.

    `work` is a function of a module. Raises its `SaywhyError` if a task has one, which repeating would not mend.
    """
    if not items:
        return []
    shared = session.sparkContext.broadcast((context, [*items]))

    def of_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        context, items = shared.value
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield pa.record_batch(
                    {"item": [number], "summary": [json.dumps(_outcome(work, context, items[number]))]}
                )

    tasks = session.range(0, len(items), 1, len(items)).mapInArrow(of_batches, "item bigint, summary string")
    rows = _collect(session, tasks.toArrow, len(items), progress).to_pylist()
    summaries = [json.loads(row["summary"]) for row in sorted(rows, key=lambda row: row["item"])]
    for summary in summaries:
        if "error" in summary:
            raise InvalidInput(summary["error"])
    return summaries


def _outcome(work: Callable[[_Context, _Item], Summary], context: _Context, item: _Item) -> Summary:
    try:
        return work(context, item)
    except SaywhyError as error:
        return {"error": error.detail}


def _collect(
    session: SparkSession, collect: Callable[[], Any], total: int, progress: Callable[[int, int], None]
) -> Any:
    """Run the job in a thread, and tell how many of its tasks are done. Raises `InvalidInput` if it fails, or if the
    master has no executor for it.
    """
    from pyspark.errors import PySparkException

    tracker, started = session.sparkContext.statusTracker(), time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(collect)
        while True:
            try:
                result = job.result(timeout=_POLL)
            except StillRunning:
                stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
                progress(sum(stage.numCompletedTasks for stage in stages if stage), total)
                if time.monotonic() - started > EXECUTORS_WITHIN and not _has_executors(session):
                    session.sparkContext.cancelAllJobs()
                    raise InvalidInput(
                        f"the master has given no executor within {EXECUTORS_WITHIN} s; are its workers running, and "
                        "have they the cores and the memory that are asked for?"
                    ) from None
                continue
            except PySparkException as error:
                raise InvalidInput(f"a task failed on Spark: {_last_line(error)}") from error
            progress(total, total)
            return result


def _has_executors(session: SparkSession) -> bool:
    if str(session.sparkContext.master).startswith("local"):
        return True
    known = int(session.sparkContext._jsc.sc().getExecutorMemoryStatus().size())
    return known > 1  # the driver is one of them


def _require_answer(master: str) -> None:
    """Raise `InvalidInput` for a master of an unknown form, and if none of its addresses accepts a connection.

    Spark itself would try for minutes and then say that its context is gone.
    """
    if not re.fullmatch(r"local(\[.+\])?|local-cluster\[.+\]|yarn|(spark|k8s)://.+", master):
        raise InvalidInput(f"{master!r} is no master of Spark; write local[2], spark://HOST:7077, k8s://HOST or yarn")
    if "://" not in master:
        return
    scheme, rest = master.split("://", 1)
    default = 7077 if scheme == "spark" else 443
    reasons = []
    for address in rest.removeprefix("https://").removeprefix("http://").split(","):
        host, _, port = address.partition("/")[0].rpartition(":") if ":" in address else (address, "", str(default))
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_WITHIN).close()
        except (OSError, ValueError) as error:
            reasons.append(f"{address}: {error}")
        else:
            return
    raise InvalidInput(f"no master of Spark answers ({'; '.join(reasons)})")


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _last_line(error: BaseException) -> str:
    """What a Python task raised, which is in the middle of a long message of Java."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    raised = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    return (raised or lines or [type(error).__name__])[-1][:500]
