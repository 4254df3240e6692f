"""An analysis after a few new responses on a large survey, stage by stage, beside the first analysis.

    python -m benchmarks.incremental [--responses 100000] [--new 1000] [--folder DIR]

The survey and its annotator without an encoder are those of `benchmarks.million`; the new responses are of the newest
wave. Each analysis runs in its own process. `--folder` keeps the store after the first analysis: a later call starts
from there, so that a change can be measured alone.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from pkgutil import resolve_name
from unittest.mock import patch

from benchmarks.large_survey import WAVES, write
from benchmarks.million import WORKSPACE, Step, folder_for, run, run_import
from benchmarks.recombined_annotator import RecombinedAnnotator
from benchmarks.timing import print_table, processor
from models.annotator import load_annotator
from saywhy.store import open_store
from service.analysis import analyse

#: Parts of an analysis: the function that does each, as it is called. What none of them does is "the rest".
STAGES = {
    "clean": "service.analysis:clean_comments",
    "annotate": "service.analysis:annotate_comments",
    "read annotations": "service.analysis:Annotations.of",
    "topics: read comments": "service.topics.update:_comments",
    "topics: read clusters": "service.topics.update:load_previous_clustering",
    "topics: clauses": "pipelines.topics.update:clauses_of",
    "topics: library": "pipelines.topics.update:match_library",
    "topics: distinct texts": "pipelines.topics.update:ClauseSet.of",
    "topics: cluster all": "pipelines.topics.update:cluster_all",
    "topics: grow": "pipelines.topics.update:grow",
    "topics: divide causes": "pipelines.topics.update:divide_library",
    "topics: collect": "pipelines.topics.update:with_library",
    "topics: save memberships": "service.topics.update:store.memberships.save",
    "topics: first seen": "service.topics.update:store.clusters.update_first_seen",
    "topics: replay edits": "service.topics.update:save_edited_topics",
    "reports: tabulate": "service.reports.writing:tabulate",
    "reports: drift": "service.reports.writing:look",
    "reports: compute": "service.reports.writing:report_on_waves",
    "reports: keep the survey": "service.reports.writing:keep_survey",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--responses", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--folder", type=Path, help="keep the files there (default: a temporary folder)")
    options = parser.parse_args()
    with folder_for(options.folder) as folder:
        analysed, work = folder / "analysed.db", folder / "work.db"
        url, new = f"sqlite:///{work}", folder / "new.csv"
        print(f"{options.responses:,} responses, then {options.new:,} more; {processor()}\n", flush=True)
        first: list[Step] = []
        if not analysed.exists():
            work.unlink(missing_ok=True)
            write(folder / "survey.csv", options.responses)
            run(run_import, url, folder / "survey.csv")
            first = run(staged_analysis, url)
            work.rename(analysed)
        shutil.copy(analysed, work)
        write(new, options.new, first=options.responses, waves=WAVES[-1:])
        run(run_import, url, new)
        after = run(staged_analysis, url)
        header = ("stage", "first analysis", "CPU", "peak", "after new responses", "CPU", "peak")
        print_table(header, list(rows(first, after)))


def rows(first: list[Step], after: list[Step]) -> Iterator[list[str]]:
    """The table: a row for each stage, and the total."""
    stages = [*STAGES, "the rest"]
    for label, of in (*((stage, [stage]) for stage in stages), ("all of it", stages)):
        yield [label, *(cell for steps in (first, after) for cell in _cells([s for s in steps if s.stage in of]))]


def _cells(steps: list[Step]) -> list[str]:
    if not steps:
        return ["", "", ""]
    seconds, cpu = sum(step.seconds for step in steps), sum(step.cpu for step in steps)
    return [f"{seconds:.1f} s", f"{cpu:.1f} s", f"{max(step.megabytes for step in steps):,} MB"]


def staged_analysis(progress: Callable[[str, int, int], None], url: str) -> None:
    """`saywhy analyse` without an encoder, with a step whenever a stage begins or ends.

    A step counts for the innermost stage that runs: `run` measures what has passed since the step before.
    """
    running = ["the rest"]

    def timed(stage: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            progress(running[-1], 0, 0)
            running.append(stage)
            try:
                return function(*arguments, **options)
            finally:
                progress(running.pop(), 0, 0)

        return call

    annotator = RecombinedAnnotator(load_annotator())
    annotator.annotate([])
    progress("prepare", 0, 0)  # which a real annotator need not
    with ExitStack() as stack:
        for stage, path in STAGES.items():
            stack.enter_context(patch(path.replace(":", "."), timed(stage, resolve_name(path))))
        analyse(open_store(url), WORKSPACE, annotator, progress=lambda *_: None)
    progress(running[-1], 0, 0)


if __name__ == "__main__":
    main()
