"""What would take much time or memory, or never end, costs only its own row or is refused; `hostile` has more of it."""

from __future__ import annotations

import os
from pathlib import Path

import openpyxl
import pytest

from pipelines.ingest import examine
from saywhy.errors import InvalidInput
from tests.ingest.test_damage import HEADER, read, workbook, write


def test_rows_of_commas_and_marks_of_joined_files(tmp_path: Path) -> None:
    """Thousands of rows without a cell are passed over, and a byte order mark inside the file is no part of an id."""
    text = HEADER + ",,\n" * 3_000 + "r1,9,good\n\ufeffr2,0,bad\n"
    responses, rejected = read(write(tmp_path, text))
    assert [response.external_id for response in responses] == ["r1", "r2"]
    assert rejected == []


def test_lines_of_any_length(tmp_path: Path) -> None:
    """Of a line that is too long only the start is kept, and its number and those of later lines are right."""
    text = HEADER + "r1,9,good\n" + "x" * 5_000_000 + "\nr2,0,bad\nr3,55,odd\n"
    _, rejected = read(write(tmp_path, text))
    assert rejected == [(3, "is a line of more than 2,000,000 characters"), (5, "score 55 is outside 0-10")]
    many = HEADER + "r1,9,good\nr2,0,bad\n" + "\n" * 200_000 + "r3,55,odd\n"
    assert read(write(tmp_path, many))[1] == [(200_004, "score 55 is outside 0-10")]


def test_jsonl_with_a_broken_first_line(tmp_path: Path) -> None:
    """The first line costs only itself."""
    lines = '{"score": 9, "comm\n{"score": 9, "comment": "good"}\n{"score": 0, "comment": "bad"}\n'
    responses, rejected = read(write(tmp_path, lines, "export.jsonl"))
    assert len(responses) == 2
    assert [line for line, _ in rejected] == [1]


@pytest.mark.parametrize("encoding", ["base64", "rot13", "idna", "utf-16", "undefined", "x" * 5_000])
def test_encodings_that_do_not_fit(tmp_path: Path, encoding: str) -> None:
    """What is no encoding of text, or not that of the file, is an error."""
    with pytest.raises(InvalidInput):
        examine(write(tmp_path, HEADER + "a,9,good\nb,0,bad\n"), encoding=encoding)


def test_pipes_are_refused(tmp_path: Path) -> None:
    """A pipe, which can be read only once and may never end, is an error at once."""
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(InvalidInput, match="is a pipe or device"):
        examine(tmp_path / "pipe.csv")


def test_far_cell_of_a_workbook(tmp_path: Path) -> None:
    """A cell at the end of the sheet needs more memory than is allowed: an error, not the end of the process."""
    path = workbook(tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    book["Sheet"]["XFD1048576"] = 1
    book.save(path)
    with pytest.raises(InvalidInput, match="a cell far below or beside the others"):
        examine(path)
