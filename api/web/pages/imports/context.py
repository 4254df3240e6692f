"""The contexts of the pages on which people import files."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.facts import Fact
from api.web.shell import Choice


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An earlier import, or one that is under way."""

    file: str
    href: str
    state: str
    at: str
    moment: str
    counts: str


@dataclass(frozen=True, slots=True)
class Imports:
    """Where files are given, and what was imported lately. `limit` is the largest size in words."""

    path: str
    may_edit: bool
    limit: str
    imports: tuple[ImportLine, ...]


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of the file: what it holds, and what it may be. `filled` is empty if the file could not be read so."""

    name: str
    choices: tuple[Choice, ...]
    is_used: bool
    filled: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One of the first rows as it would be imported; `reason` says why it would not be, None if it would."""

    score: str
    comment: str
    about: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class ImportPreviewView:
    """How a file would be read. `problem` says why it cannot be read so, None if it can."""

    path: str
    start: str
    back: str
    upload: str
    file: str
    summary: str
    problem: str | None
    columns: tuple[ColumnLine, ...]
    rows: tuple[SampleRow, ...]
    notes: tuple[str, ...]
    wave: str
    waves: tuple[str, ...]
    source: str
    scales: tuple[Choice, ...]
    save_mapping: str


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not imported."""

    line: str
    reason: str
    row: str


@dataclass(frozen=True, slots=True)
class JobView:
    """A job: an import or an analysis. `poll` is where to look again, None once it has ended.

    `done` and `total` are numbers for a progress bar, None where they are not known.
    """

    path: str
    back: str
    title: str
    state: str
    kind: str
    poll: str | None
    step: str
    done: str | None
    total: str | None
    detail: str | None
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    rejected: tuple[RejectedRow, ...]
    rejections: str | None
    cancel: str | None
    analyse: str | None
    overview: str | None
