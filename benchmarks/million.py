"""A survey of any size from CSV to ranked report: time and peak memory of each stage, with one process killed.

    python -m benchmarks.million [--rows 1000000] [--prepared] [--folder DIR]

Half of the responses have a comment, recombined from the sample (`benchmarks.large_survey`). Each command runs in its
own process: import; analyse, killed (SIGKILL) half-way through annotating; analyse, which resumes; report page; analyse
without new responses; import and analysis of 1 % new responses. `--prepared` replaces the encoder by
`benchmarks.recombined_annotator`, to profile everything else; it does not measure the product.
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

from benchmarks.large_survey import write
from benchmarks.recombined_annotator import RecombinedAnnotator
from benchmarks.timing import print_table
from cli.analysis import Format, write_report
from models.annotator import load_annotator
from models.registry import code_frame
from pipelines.annotate.classification import CommentAnnotator
from saywhy.store import open_store, reading, runs, workspaces
from service.analysis import analyse
from service.imports import import_file
from service.reports.reading import read_report

WORKSPACE = "benchmark"


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of a process: `done` items of a stage, with the time and peak memory since the previous step.

    `cpu`: CPU seconds of all its threads, which do not depend on the load of the machine.
    """

    stage: str
    done: int
    seconds: float
    cpu: float
    megabytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--prepared", action="store_true", help="combine prepared annotations: no encoder")
    parser.add_argument("--folder", type=Path, help="keep the files there (default: a temporary folder)")
    options = parser.parse_args()
    with folder_for(options.folder) as folder:
        url = f"sqlite:///{folder / 'million.db'}"
        survey, new_responses = folder / "survey.csv", folder / "new.csv"
        write(survey, options.rows)
        write(new_responses, options.rows // 100, first=options.rows)
        print(f"{options.rows:,} responses, {survey.stat().st_size / 1e6:.0f} MB of CSV, "
              f"{'prepared annotations' if options.prepared else 'the real encoder'}\n", flush=True)  # fmt: skip
        half = options.rows // 4
        table = [
            *rows_of("import", run(run_import, url, survey)),
            *rows_of("analyse, killed", run(run_analysis, url, options.prepared, kill_at=("annotate", half))),
            *rows_of("analyse, resumed", run(run_analysis, url, options.prepared)),
            *rows_of("report", run(write_page, url, folder / "report.html")),
            *rows_of("nothing new", run(run_analysis, url, options.prepared)),
            *rows_of("import of 1 % more", run(run_import, url, new_responses)),
            *rows_of("1 % new", run(run_analysis, url, options.prepared)),
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
    """Rows of the table for one process: each stage, and the total."""
    stages = {stage: [step for step in steps if step.stage == stage] for stage in (step.stage for step in steps)}
    for stage, of_stage in (*stages.items(), ("all of it", steps)):
        seconds, cpu = sum(step.seconds for step in of_stage), sum(step.cpu for step in of_stage)
        done = f"{of_stage[-1].done:,}" if of_stage[-1].done and of_stage is not steps else ""
        yield [name, stage, done, f"{seconds:.1f}", f"{cpu:.1f}", f"{max(step.megabytes for step in of_stage):,} MB"]
        name = ""
        print(f"{seconds:8.1f} s  {stage}", flush=True)  # so that a run that fails after an hour leaves some results


# --- processes ------------------------------------------------------------------------------------------------------


def run(work: Callable[..., None], *arguments: object, kill_at: tuple[str, int] | None = None) -> list[Step]:
    """Do the work in a new process and return its steps; with `kill_at`, SIGKILL it once a stage has that many done."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work, *arguments))
    process.start()
    sender.close()
    steps: list[Step] = []
    while (step := _next(receiver)) is not None:
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
    last_time, last_cpu = time.perf_counter(), time.process_time()

    def progress(stage: str, done: int, _total: int) -> None:
        nonlocal last_time, last_cpu
        now, cpu = time.perf_counter(), time.process_time()
        pipe.send(Step(stage, done, now - last_time, cpu - last_cpu, peak()))
        last_time, last_cpu = now, cpu

    work(progress, *arguments)


def peak() -> int:
    """Peak memory since the last call in MB; if the system cannot tell, since the start of the process."""
    try:
        status = Path("/proc/self/status").read_text()
        Path("/proc/self/clear_refs").write_text("5")
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def run_import(progress: Callable[[str, int, int], None], url: str, path: Path) -> None:
    """`saywhy import`."""
    import_file(open_store(url), WORKSPACE, path, progress=progress)


def run_analysis(progress: Callable[[str, int, int], None], url: str, prepared: bool) -> None:
    """`saywhy analyse`."""
    engine = open_store(url)
    model = load_annotator()
    annotator: CommentAnnotator = RecombinedAnnotator(model) if prepared else model
    annotator.annotate([])
    progress("load the model", 0, 0)
    analyse(engine, WORKSPACE, annotator, progress=progress)
    progress("end", 0, 0)


def write_page(progress: Callable[[str, int, int], None], url: str, path: Path) -> None:
    """`saywhy report --out report.html`."""
    report = read_report(open_store(url), WORKSPACE, "all")
    write_report(report, code_frame(), Format.HTML, path, "en")
    progress("page", 0, 0)


def states(url: str) -> list[str]:
    """State of each run."""
    with reading(open_store(url)) as connection:
        workspace_id = workspaces.find(connection, WORKSPACE)
        return [finished.state.value for finished in runs.load(connection, workspace_id)]


if __name__ == "__main__":
    main()
