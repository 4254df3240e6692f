"""The whole way, from CSV to ranked report, at any size: time and peak memory of each stage, one process killed.

    python -m benchmarks.million [--rows 1000000] [--prepared] [--folder DIR]

Half of the responses have a comment, put together from the sample's sentences (`benchmarks.large_survey`). Everything
runs in processes of its own: import; analyse, killed (SIGKILL) half-way through annotating; analyse again, which goes
on there; the page; analyse with nothing new; import and analyse of 1 % new responses. `--prepared` leaves out the
encoder, to see what the rest takes: never a claim about the product.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.large_survey import Prepared, write
from benchmarks.timing import print_table
from cli.analysis import Format, write_report
from models.annotator import load_annotator
from models.registry import code_frame
from pipelines.annotate.classification import Annotates
from saywhy.store import open_store, reading, runs, workspaces
from service.analysis import analyse
from service.imports import import_file
from service.reports.reading import read_report

WORKSPACE = "benchmark"


@dataclass(frozen=True, slots=True)
class Step:
    """Where a process is: so much of a stage is done, which took so long, and so much memory at its most.

    `cpu` are the seconds that all its threads computed, whoever else was on the machine.
    """

    stage: str
    done: int
    seconds: float
    cpu: float
    megabytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--prepared", action="store_true", help="annotations put together beforehand: no encoder")
    parser.add_argument("--folder", type=Path, help="keep the files there (left out: a temporary folder)")
    options = parser.parse_args()
    with folder_for(options.folder) as folder:
        url = f"sqlite:///{folder / 'million.db'}"
        survey, more = folder / "survey.csv", folder / "more.csv"
        write(survey, options.rows)
        write(more, options.rows // 100, first=options.rows)
        print(f"{options.rows:,} responses, {survey.stat().st_size / 1e6:.0f} MB of CSV, "
              f"{'prepared annotations' if options.prepared else 'the real encoder'}\n", flush=True)  # fmt: skip
        half = options.rows // 4
        table = [
            *rows_of("import", run(load, url, survey)),
            *rows_of("analyse, killed", run(examine, url, options.prepared, kill_at=("annotate", half))),
            *rows_of("analyse, resumed", run(examine, url, options.prepared)),
            *rows_of("report", run(show, url, folder / "report.html")),
            *rows_of("nothing new", run(examine, url, options.prepared)),
            *rows_of("import of 1 % more", run(load, url, more)),
            *rows_of("1 % new", run(examine, url, options.prepared)),
        ]
        print("\n")
        print_table(("process", "stage", "done", "seconds", "CPU seconds", "peak memory"), table)
        print(f"\nstore {(folder / 'million.db').stat().st_size / 1e9:.1f} GB; runs: {', '.join(states(url))}")


@contextmanager
def folder_for(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory() as temporary:
            yield Path(temporary)
    else:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept


def rows_of(name: str, steps: list[Step]) -> Iterator[list[str]]:
    """The table's rows of one process: its stages and all of it."""
    stages = {stage: [step for step in steps if step.stage == stage] for stage in (step.stage for step in steps)}
    for stage, own in (*stages.items(), ("all of it", steps)):
        seconds, cpu = sum(step.seconds for step in own), sum(step.cpu for step in own)
        done = f"{own[-1].done:,}" if own[-1].done and own is not steps else ""
        yield [name, stage, done, f"{seconds:.1f}", f"{cpu:.1f}", f"{max(step.megabytes for step in own):,} MB"]
        name = ""
        print(f"{seconds:8.1f} s  {stage}", flush=True)  # a run of an hour that fails near its end has said something


# --- processes ------------------------------------------------------------------------------------------------------


def run(work: Callable[..., None], *arguments: object, kill_at: tuple[str, int] | None = None) -> list[Step]:
    """Do the work in a fresh process and hear how it goes; SIGKILL it as soon as so much of that stage is done."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, work, *arguments))
    process.start()
    theirs.close()
    steps: list[Step] = []
    while (step := _next(ours)) is not None:
        steps.append(step)
        if kill_at and step.stage == kill_at[0] and step.done >= kill_at[1]:
            process.kill()
            break
    process.join()
    if process.exitcode and not kill_at:
        raise SystemExit(f"{work.__name__} failed")
    return steps


def _next(pipe: Connection) -> Step | None:
    try:
        step: Step = pipe.recv()
    except EOFError:
        return None
    return step


def _work(pipe: Connection, work: Callable[..., None], *arguments: object) -> None:
    began, used = time.perf_counter(), time.process_time()

    def progress(stage: str, done: int, _total: int) -> None:
        nonlocal began, used
        now, cpu = time.perf_counter(), time.process_time()
        pipe.send(Step(stage, done, now - began, cpu - used, peak()))
        began, used = now, cpu

    work(progress, *arguments)


def peak() -> int:
    """The most memory held since the last call, in MB; where the system cannot say, since the start."""
    try:
        status = Path("/proc/self/status").read_text()
        Path("/proc/self/clear_refs").write_text("5")
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def load(progress: Callable[[str, int, int], None], url: str, path: Path) -> None:
    """`saywhy import`."""
    import_file(open_store(url), WORKSPACE, path, progress=progress)


def examine(progress: Callable[[str, int, int], None], url: str, prepared: bool) -> None:
    """`saywhy analyse`."""
    engine = open_store(url)
    model = load_annotator()
    annotator: Annotates = Prepared(model) if prepared else model
    annotator.annotate([])
    progress("load the model", 0, 0)
    analyse(engine, WORKSPACE, annotator, progress=progress)
    progress("end", 0, 0)


def show(progress: Callable[[str, int, int], None], url: str, path: Path) -> None:
    """`saywhy report --out report.html`."""
    report = read_report(open_store(url), WORKSPACE, "all")
    write_report(report, code_frame(), Format.HTML, path, "en")
    progress("page", 0, 0)


def states(url: str) -> list[str]:
    """How each run ended."""
    with reading(open_store(url)) as connection:
        place = workspaces.find(connection, WORKSPACE)
        return [found.state.value for found in runs.load(connection, place)]


if __name__ == "__main__":
    main()
