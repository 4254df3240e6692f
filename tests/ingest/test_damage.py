"""Damaged or misnamed files and files that are no exports: the error says what is wrong, and valid rows are read."""

from __future__ import annotations

import gzip
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest

from pipelines.ingest import examine, read_responses
from saywhy.errors import ColumnNotFound, InvalidInput, SaywhyError, UnknownFormat
from saywhy.feedback import Rejection, Response

EXPORTS = Path(__file__).parents[1] / "fixtures" / "exports"
HEADER = "id,score,comment\n"


def write(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path) -> tuple[list[Response], list[tuple[int, str]]]:
    """The responses, and line and reason of every rejection."""
    items = list(read_responses(examine(path)))
    responses = [item for item in items if isinstance(item, Response)]
    return responses, [(item.line, item.reason) for item in items if isinstance(item, Rejection)]


def test_quote_that_is_never_closed(tmp_path: Path) -> None:
    """Only its own row is rejected, not the rest of the file."""
    rows = "".join(f"r{i},{i % 11},fine {i}\n" for i in range(3, 500))
    responses, rejected = read(write(tmp_path, HEADER + 'r1,0,good\nr2,5,"opened and never closed\n' + rows))
    assert rejected == [(3, "a quote is opened and never closed")]
    assert len(responses) == 498


def test_quote_that_the_next_quoted_cell_closes(tmp_path: Path) -> None:
    """An open quote meets the next quoted cell: the row with the open quote is rejected, the next one is read."""
    text = HEADER + 'r1,0,good\nr2,5,"open\nr3,4,plain\nr4,3,"quoted, whole"\nr5,10,end\n'
    responses, rejected = read(write(tmp_path, text))
    assert rejected == [(3, "a quote inside a quoted cell is not doubled, or a quote is not closed")]
    assert [response.external_id for response in responses] == ["r1", "r3", "r4", "r5"]
    assert responses[2].comment is not None
    assert responses[2].comment.verbatim == "quoted, whole"


def test_rest_of_a_malformed_row_is_rejected(tmp_path: Path) -> None:
    """The second line of a malformed two-line comment looks like a row of the right width; it is rejected too."""
    text = 'comment,score\ngood,0\n"He said "hello" to me\nand left",9\nfine,10\n'
    responses, rejected = read(write(tmp_path, text))
    assert [line for line, _ in rejected] == [3, 4]
    assert rejected[1][1] == "follows the malformed row of line 3"
    assert [response.comment.verbatim for response in responses if response.comment] == ["good", "fine"]


def test_ragged_rows(tmp_path: Path) -> None:
    """Rows with too few or too many cells are rejected; additional blank cells and blank lines are ignored."""
    text = HEADER + "r1,0,good\nr2,5\n\nr3,6,one,two\nr4,7,trailing,,\n\nr5,10,end\n"
    responses, rejected = read(write(tmp_path, text))
    assert rejected == [
        (3, "has 2 cells where the header has 3"),
        (5, "has 4 cells where the header has 3"),
    ]
    assert [response.external_id for response in responses] == ["r1", "r4", "r5"]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """Comments of several lines, blank lines and Windows line ends count, so that the number is that of the row."""
    text = HEADER + 'r1,0,"one\ntwo\n\nfour"\n\nr2,12,odd\nr3,x,odd\nr4,5,fine\nr5,6,fine'
    for ends in ("\n", "\r\n"):
        path = write(tmp_path, text.replace("\n", ends))
        responses, rejected = read(path)
        assert rejected == [(7, "score 12 is outside 0-10"), (8, "score 'x' is not a number")]
        lines = path.read_bytes().decode().split(ends)
        assert [lines[line - 1] for line, _ in rejected] == ["r2,12,odd", "r3,x,odd"]
        assert responses[0].comment is not None
        assert responses[0].comment.verbatim == f"one{ends}two{ends}{ends}four"


def test_no_row_fits_the_header(tmp_path: Path) -> None:
    """If every row is ragged, no column can be examined."""
    with pytest.raises(InvalidInput, match="none of the first rows has as many cells as the header, which has 3"):
        examine(write(tmp_path, HEADER + "a,9,good,extra\nb,0,bad,extra\n"), delimiter=",")


def test_nul_bytes(tmp_path: Path) -> None:
    """A row with a NUL is rejected, since databases refuse it; others are read, and the rejection can be stored."""
    path = write(tmp_path, (HEADER + "r1,0,good\nr2,5,b\0d\n" + "r3,9,fine\n" * 20).encode())
    items = list(read_responses(examine(path)))
    rejected = [item for item in items if isinstance(item, Rejection)]
    assert [(item.line, item.reason, item.row) for item in rejected] == [(3, "holds a NUL character", "r2,5,b\\x00d")]
    assert len(items) == 22


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    """Nothing at all, blank lines and a lone byte-order mark are all empty."""
    with pytest.raises(InvalidInput, match=r"export\.csv is empty"):
        examine(write(tmp_path, content))


@pytest.mark.parametrize("content", [HEADER, HEADER.strip(), HEADER + "\n\n"])
def test_header_without_rows(tmp_path: Path, content: str) -> None:
    """A header without rows is an error, not an empty import."""
    with pytest.raises(InvalidInput, match="has a header but no rows"):
        examine(write(tmp_path, content))


def test_file_without_header(tmp_path: Path) -> None:
    """The first response must not be lost as a header."""
    with pytest.raises(InvalidInput, match="line 1: the first row looks like data"):
        examine(write(tmp_path, "9,Great product\n0,Awful\n"))


def test_malformed_header(tmp_path: Path) -> None:
    """A header that cannot be read is an error with its line."""
    with pytest.raises(InvalidInput, match="line 1: the header cannot be read"):
        examine(write(tmp_path, 'id,"score"x,comment\nr1,9,good\nr2,0,bad\n'))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    """A path of a missing file or of a folder is an error."""
    with pytest.raises(InvalidInput, match="No such file"):
        examine(tmp_path / "nowhere.csv")
    with pytest.raises(InvalidInput, match="directory"):
        examine(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.7\n...", "is a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "is a PNG picture"),
        (gzip.compress(b"score,comment\n9,good\n", mtime=0), "is a gzip archive; unpack it first"),
        (b"<!doctype HTML><html></html>", "is a web page"),
        (random.Random(7).randbytes(5_000), "holds binary data"),
    ],
)
def test_other_formats_are_rejected(tmp_path: Path, content: bytes, message: str) -> None:
    """Known binary formats are named in the error, whatever the file is called."""
    with pytest.raises(UnknownFormat, match=message):
        examine(write(tmp_path, content))


def test_archive_that_is_no_workbook(tmp_path: Path) -> None:
    """A ZIP archive called .xlsx is refused, and so is a workbook cut in half."""
    archive = tmp_path / "export.xlsx"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("letter.txt", "score")
    with pytest.raises(UnknownFormat, match="not a workbook"):
        examine(archive)
    whole = workbook(tmp_path / "whole.xlsx").read_bytes()
    with pytest.raises(UnknownFormat, match="not a workbook"):
        examine(write(tmp_path, whole[: len(whole) // 2], "half.xlsx"))
    with pytest.raises(UnknownFormat, match="not a workbook"):
        examine(write(tmp_path, whole.replace(b"PK\x01\x02", b"PK\x01\x09"), "damaged.xlsx"))


def workbook(path: Path) -> Path:
    """A small workbook."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["id", "score", "comment"], ["a", 0, "bad"], ["b", 10, "good"], ["c", 12, "odd"]):
        book.active.append(row)
    book.save(path)
    return path


def test_content_decides_rather_than_the_name(tmp_path: Path) -> None:
    """A workbook called .csv and a CSV called .xlsx are read as what they are, with a note."""
    book = workbook(tmp_path / "book.csv")
    responses, rejected = read(book)
    assert len(responses) == 2
    assert rejected == [(4, "score 12 is outside 0-10")]
    assert examine(book).notes == ("book.csv is a workbook in spite of its name, and was read as that",)
    text = write(tmp_path, HEADER + "a,0,bad\nb,10,good\n", "text.xlsx")
    assert len(read(text)[0]) == 2
    assert examine(text).notes == ("text.xlsx is delimited text in spite of its name, and was read as that",)


def test_empty_workbook(tmp_path: Path) -> None:
    """A workbook without a row is empty."""
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(InvalidInput, match="is empty"):
        examine(tmp_path / "empty.xlsx")


def test_text_called_json(tmp_path: Path) -> None:
    """CSV in a file called .json is more likely a mistake than an export."""
    with pytest.raises(UnknownFormat, match="is not JSON"):
        examine(write(tmp_path, HEADER + "a,9,good\n", "export.json"))


def test_damaged_json_record_stands_alone(tmp_path: Path) -> None:
    """A record with a syntax error, or without its end, is rejected with its line; the records around it are read."""
    text = '[\n{"score": 9, "comment": "good"},\n{"score": 0,\n "comment" "bad, [ or }"},\n{"score": 8, "comment": "ok'
    responses, rejected = read(write(tmp_path, text + '\n},\n{"score": 0, "comment": "bad"}\n]\n', "export.json"))
    assert [response.score.value for response in responses if response.score] == [9, 0]
    assert [line for line, _ in rejected] == [3, 5]
    assert rejected[0][1] == "not valid JSON: Expecting ':' delimiter"


def test_json_array_that_is_cut_off(tmp_path: Path) -> None:
    """The whole records of a document without an end are read, and a rejection says that the end is missing."""
    responses, rejected = read(write(tmp_path, '[{"score": 9},\n{"score": 0}', "export.json"))
    assert [response.score.value for response in responses if response.score] == [9, 0]
    assert rejected == [(2, "the file ends before its last array does: is it complete?")]


def test_jsonl_lines_stand_alone(tmp_path: Path) -> None:
    """A broken line, a line that is no object and half a surrogate pair are rejected; other lines are read."""
    lines = [
        '{"id": "a", "score": 9, "comment": "good"}',
        '{"id": "b", "score": 9, "comm',
        "[1, 2]",
        "",
        '{"id": "c", "score": NaN, "comment": "no score"}',
        '{"id": "d", "score": 0, "comment": "half \\ud83d"}',
        '{"id": "e", "score": 0, "comment": null, "late": {"field": "x"}}',
    ]
    responses, rejected = read(write(tmp_path, "\n".join(lines), "export.jsonl"))
    assert [response.external_id for response in responses] == ["a", "c", "e"]
    assert responses[1].score is None
    assert [line for line, _ in rejected] == [2, 3, 6]
    assert rejected[1][1] == "not a JSON object"


def test_json_lines_of_records(tmp_path: Path) -> None:
    """The number of a record in a JSON array is the line it begins on."""
    text = '{"page": 1, "responses": [\n  {"score": 9,\n   "comment": "good"},\n  {"score": 76, "comment": "odd"}\n]}'
    responses, rejected = read(write(tmp_path, text, "export.json"))
    assert len(responses) == 1
    assert rejected == [(4, "score 76 is outside 0-10")]


def test_neither_score_nor_comment(tmp_path: Path) -> None:
    """The error for a table without score and comment lists the columns."""
    with pytest.raises(ColumnNotFound, match="The columns are: 'sku', 'colour'"):
        examine(write(tmp_path, "sku,colour\nA1,red\nB2,blue\n"))


def test_unreadable_amounts_and_dates_are_left_blank(tmp_path: Path) -> None:
    """An amount or a time that cannot be parsed costs only itself."""
    text = "id,score,comment,date,revenue\na,0,bad,2026-01-02,100\nb,10,good,soon,100\nc,9,fine,2026-01-03,tbd\n"
    rows = "".join(f"r{i},5,ok,2026-01-04,7\n" for i in range(5))
    responses, rejected = read(write(tmp_path, text + rows))
    assert rejected == []
    assert responses[1].answered_at is None
    assert responses[2].customer is None


@pytest.mark.parametrize("path", sorted(EXPORTS.iterdir()), ids=lambda path: path.name)
def test_random_damage_never_crashes(tmp_path: Path, path: Path) -> None:
    """Any lost, changed or doubled bytes give responses, rejections, or an error that says what is wrong."""
    generator = random.Random(path.name)
    for _ in range(20):
        content = bytearray(path.read_bytes())
        for _ in range(generator.randint(1, 6)):
            start = generator.randrange(len(content))
            end = start + generator.randint(1, 40)
            content[start:end] = generator.choice(
                [b"", b'"', b"\n", b"\0", b"\xff\xfe", content[start:end] * 2, generator.randbytes(3)]
            )
        try:
            items = list(read_responses(examine(write(tmp_path, bytes(content), path.name))))
        except SaywhyError:
            continue
        assert all(isinstance(item, Response) or item.reason for item in items)


def test_header_with_a_spoiled_name(tmp_path: Path) -> None:
    """A byte that is none in the header costs its name that letter, not the file."""
    path = write(tmp_path, b"id,score,com\xffment\na,9,good\nb,0,b\xc3\xb6se\nc,1,gr\xc3\xbc\xc3\x9f\n")
    assert [response.external_id for response in read(path)[0]] == ["a", "b", "c"]
    assert examine(path).columns.comments[0].name == "comment"
