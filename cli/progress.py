"""Progress bars: on stderr, and only where someone is looking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Called with a stage, how much of it is done, and how much there is (0 where that is not known).
Progress = Callable[[str, int, int], None]


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """One bar a stage, in the order in which the stages begin; nothing where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield _silence
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield advance


def _silence(_stage: str, _done: int, _total: int) -> None:
    return None
