"""Reads the sheets of a workbook (XLSX, also XLS, XLSB, ODS), which `workbook_process` unpacks to a temporary file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson

from pipelines.ingest import workbook_process
from pipelines.ingest.row import LONGEST_CELL, SPOILED, Row, as_text, rejection, without_armour
from saywhy.errors import InvalidInput, UnknownFormat
from saywhy.feedback import Rejection

# How the reader words that it needs more memory than it may have.
_NO_MEMORY = ("memory allocation", "capacity overflow", "out of memory", "MemoryError", "Cannot allocate")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: where it begins in the unpacked file, in bytes, and the number of its last row, 0 if there is none."""

    name: str
    visible: bool
    file: BinaryIO
    start: int
    last_row: int

    def rows(self) -> Iterator[Row | Rejection]:
        """The rows that are not blank, with their numbers in the spreadsheet."""
        position = self.start
        while True:
            self.file.seek(position)  # another reader may have moved it
            line = self.file.readline()
            position = self.file.tell()
            if not line.startswith(b"["):
                return
            number, cells = orjson.loads(line)
            if any(SPOILED.search(cell) for cell in cells):
                yield rejection(number, "holds a NUL character", as_text(cells))
            elif max(map(len, cells)) > LONGEST_CELL:
                yield rejection(number, f"a cell is longer than {LONGEST_CELL:,} characters", as_text(cells))
            else:
                yield Row(number, without_armour(cells))


def open_workbook(path: Path, sheet: str | None = None) -> list[Sheet]:
    """The visible sheets that have rows, or the one that is named; at least one.

    Raises `UnknownFormat` if it cannot be read, and `InvalidInput` if it is empty, needs too much memory, or has no
    such sheet.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 (it is deleted when the last sheet is)
    program = [sys.executable, "-I", workbook_process.__file__, str(path), *([] if sheet is None else [sheet])]
    quiet = {**os.environ, "RUST_BACKTRACE": "0"}
    done = subprocess.run(  # nosec B603  # the interpreter itself, no shell
        program, env=quiet, stdout=file, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise _error(path, done.returncode, done.stderr.decode("utf-8", "replace"))
    sheets = list(_sheets(file))
    filled = [entry for entry in sheets if entry.last_row]
    if sheet is not None and not any(entry.name == sheet for entry in sheets):
        names = ", ".join(repr(entry.name) for entry in sheets)
        raise InvalidInput(f"{path.name} has no sheet {sheet!r}; its sheets are: {names}")
    if not filled:
        raise InvalidInput(f"{path.name} is empty: no visible sheet has a row")
    return filled


def _sheets(file: BinaryIO) -> Iterator[Sheet]:
    file.seek(0)
    heads: list[tuple[dict[str, object], int, int]] = []
    last_row = 0
    while line := file.readline():
        if line.startswith(b"["):
            last_row = int(line[1 : line.index(b",")])
            heads[-1] = (*heads[-1][:2], last_row)
        else:
            heads.append((orjson.loads(line), file.tell(), 0))
    for head, start, last_row in heads:
        yield Sheet(str(head["sheet"]), bool(head["visible"]), file, start, last_row)


def _error(path: Path, code: int, message: str) -> InvalidInput:
    """Why the process ended: too much memory, time or output, or a workbook that cannot be read."""
    if code < 0 or any(words in message for words in _NO_MEMORY):
        return InvalidInput(
            f"{path.name} needs more than {workbook_process.MEMORY >> 20} MB of memory or {workbook_process.SECONDS} s "
            "to be opened, perhaps for a cell far below or beside the others; export it as CSV, which is streamed"
        )
    reason = message.strip().splitlines()[-1][:200] if message.strip() else f"its reader ended with code {code}"
    return UnknownFormat(f"{path.name} is not a workbook that can be read: {reason}")
