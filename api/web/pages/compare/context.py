"""The context of the comparison: everything that its template prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from api.web.downloads import FileLink
from api.web.selects import Select
from pipelines.render.context import FigureTable, Tick


@dataclass(frozen=True, slots=True)
class Side:
    """The NPS of one of the two groups."""

    name: str
    score: str
    interval: str
    n: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step from one NPS to the other: what went along with one theme, or one of the two scores (`total`).

    `x` and `width` are those of its bar; `link` is where the next step begins.
    """

    direction: Literal["total", "rise", "fall"]
    label: str
    kind: str
    value: str
    x: str
    width: str
    link: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The two groups, their difference in words, and its parts: as steps and, with intervals, as a table."""

    before: Side
    after: Side
    change: str
    interval: str
    is_sure: bool
    sentences: tuple[str, ...]
    steps: tuple[Step, ...]
    ticks: tuple[Tick, ...]
    table: FigureTable | None
    table_files: tuple[FileLink, ...]
    figure_files: tuple[FileLink, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """The comparison of two waves or segments. `difference` is None where there are not two to choose, as `nothing`
    says; `is_empty` before the first analysis.
    """

    is_empty: bool
    fields: tuple[Select, ...]
    nothing: str
    difference: Difference | None
