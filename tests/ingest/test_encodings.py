"""Detection of encodings and delimiters."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from pipelines.ingest import examine, read_responses
from pipelines.ingest.delimited import sniff_dialect
from pipelines.ingest.encoding import detect_encoding
from saywhy.errors import InvalidInput
from saywhy.feedback import Rejection, Response

GERMAN = "Bewertung;Kommentar\n9;Schöne Grüße aus Köln, alles läuft.\n0;Zu teuer für so wenig Größe.\n"
CURLY = "score,comment\n9,“Great” – it’s worth 15€.\n0,Naïve café pricing…\n"
SIMPLIFIED = "评分,意见\n9,客服回复很快，界面也好用。\n0,升级之后经常闪退，没人处理。\n"
TRADITIONAL = "評分,意見\n9,客服回覆很快，介面也好用。\n0,更新之後經常當機，沒有人處理。\n"

CASES = [
    (GERMAN, "utf-8", "utf-8"),
    (GERMAN, "utf-8-sig", "utf-8-sig"),
    (GERMAN, "utf-16", "utf-16"),
    (GERMAN, "utf-16-le", "utf-16-le"),
    (GERMAN, "utf-16-be", "utf-16-be"),
    (GERMAN, "utf-32", "utf-32"),
    (GERMAN, "latin-1", "latin-1"),
    (CURLY, "cp1252", "cp1252"),
    (SIMPLIFIED, "utf-8", "utf-8"),
    (SIMPLIFIED, "gbk", "gb18030"),
    (SIMPLIFIED, "gb18030", "gb18030"),
    (SIMPLIFIED, "utf-16", "utf-16"),
    (SIMPLIFIED, "utf-16-le", "utf-16-le"),
    (TRADITIONAL, "big5", "big5"),
    (TRADITIONAL, "cp950", "big5"),
    (TRADITIONAL, "utf-16-be", "utf-16-be"),
]


def write(folder: Path, content: str | bytes, name: str = "export.csv", encoding: str = "utf-8") -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def comments(path: Path, **options: str) -> list[str]:
    """The comments; the file must not have a rejected row."""
    items = list(read_responses(examine(path, **options)))  # type: ignore[arg-type]
    assert not [item for item in items if isinstance(item, Rejection)]
    return [item.comment.verbatim for item in items if isinstance(item, Response) and item.comment]


@pytest.mark.parametrize(("text", "encoding", "name"), CASES)
def test_encoding_is_detected(tmp_path: Path, text: str, encoding: str, name: str) -> None:
    """The comments are read as they were written, and the encoding is reported."""
    path = write(tmp_path, text, encoding=encoding)
    assert examine(path).table.encoding == name
    expected = [line[2:] for line in text.splitlines()[1:]]
    assert comments(path) == expected


def test_encoding_can_be_named(tmp_path: Path) -> None:
    """A given encoding is used without detection; an unknown name is an error."""
    path = write(tmp_path, "score,comment\n9,Привет мир\n0,плохо\n", encoding="cp1251")
    assert comments(path, encoding="cp1251") == ["Привет мир", "плохо"]
    with pytest.raises(InvalidInput, match="no encoding called 'klingon'"):
        examine(path, encoding="klingon")


def test_two_systems_in_one_file(tmp_path: Path) -> None:
    """In a file in both DOS and Windows encoding, letters are decoded as letters and the euro sign is kept."""
    words = ["déjà", "très", "prêt", "forêt"]
    rows = [f"{i % 11},".encode() + f"Un {w} agréable.".encode("latin-1") for i, w in enumerate(words * 3)]
    rows += [f"{i % 11},".encode() + "amélioré et goût préféré".encode("cp850") for i in range(8)]
    rows.append("0,Un bon de réduction de 15€ périmé".encode("cp1252"))
    path = write(tmp_path, b"nps,explication\n" + b"\n".join(rows))
    assert examine(path).table.encoding == "latin-1 mixed with cp850"
    read = comments(path)
    assert read[0] == "Un déjà agréable."
    assert read[12] == "amélioré et goût préféré"
    assert read[-1] == "Un bon de réduction de 15€ périmé"


def test_dos_encoding(tmp_path: Path) -> None:
    """A file in DOS encoding only is read as cp850."""
    path = write(tmp_path, "score;kommentar\n" + "9;Schöne Größe, läuft früher\n" * 5 + "0;Übel\n", encoding="cp850")
    assert examine(path).table.encoding == "cp850"
    assert comments(path)[0] == "Schöne Größe, läuft früher"


def test_broken_line_in_a_utf8_file_is_rejected(tmp_path: Path) -> None:
    """One line in another encoding is rejected with its number; the encoding and the other lines are right."""
    good = "".join(f"{i % 11},Größe {i}\n" for i in range(50)).encode()
    path = write(tmp_path, b"score,comment\n" + good + "5,Größe kaputt\n".encode("latin-1") + good)
    items = list(read_responses(examine(path)))
    rejected = [item for item in items if isinstance(item, Rejection)]
    assert [(item.line, item.reason) for item in rejected] == [(52, "holds bytes that are not valid utf-8")]
    assert rejected[0].row.startswith("5,Gr")
    assert len(items) == 101


def test_first_accent_far_below_the_sample(tmp_path: Path) -> None:
    """The whole file is examined: an accent after a megabyte of ASCII still decides the encoding."""
    plain = "".join(f"{i % 11},nothing special about row {i}\n" for i in range(40_000))
    path = write(tmp_path, "score,comment\n" + plain + "0,Größe für Käufer\n", encoding="latin-1")
    assert examine(path).table.encoding == "latin-1"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_detected(tmp_path: Path, delimiter: str) -> None:
    """Other delimiters inside comments do not mislead the detection."""
    rows = [
        ["id", "score", "comment"],
        ["a", "9", '"Fast, simple; cheap | good\tenough"'],
        ["b", "0", '"Slow, slow, slow; slow"'],
    ]
    path = write(tmp_path, "\n".join(delimiter.join(row) for row in rows))
    assert comments(path) == ["Fast, simple; cheap | good\tenough", "Slow, slow, slow; slow"]


@pytest.mark.parametrize("delimiter", ["\t", "\\t", "tab"])
def test_delimiter_can_be_named(tmp_path: Path, delimiter: str) -> None:
    """As a character, as an escape, or by name; anything longer than a character is an error."""
    path = write(tmp_path, "score\tcomment\n9\tgood\n0\tbad\n")
    assert comments(path, delimiter=delimiter) == ["good", "bad"]
    with pytest.raises(InvalidInput, match="a delimiter is one character"):
        examine(path, delimiter=",;")


def test_commas_in_unquoted_comments_of_a_semicolon_file() -> None:
    """The delimiter is the one by which most rows have the same number of cells."""
    lines = ["score;comment\n", "9;good, fast, cheap\n", "1;bad\n", "3;slow, again, and again, really\n"]
    assert sniff_dialect(lines).delimiter == ";"


def test_a_comma_in_every_cell_of_a_column() -> None:
    """A semicolon file with one comma in the header and in each row has the cells between its semicolons."""
    lines = ["id;How likely is it, all in all?;note\n", "1;9;good, thanks\n", "2;0;slow, dear\n"]
    assert sniff_dialect(lines).delimiter == ";"


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("id;note\nA0;Zbyt długa dostawa, żółw szybszy\nA1;Obsługa źle działa\n", "iso8859_2", "latin-2"),
        ("id;note\nA0;Příliš dlouhé čekání\nA1;žádná odpověď\n", "cp1250", "cp1250"),
        ("id;note\nA0;Größe stimmt nicht\nA1;schöne Grüße\n", "latin-1", "latin-1"),
        ("id;note\nA0;太慢\nA1;App太卡\nA2;贵\n", "gb18030", "gb18030"),
    ],
)
def test_accented_letters_are_not_taken_for_chinese(tmp_path: Path, text: str, encoding: str, name: str) -> None:
    """An accented letter and the one after it may be the two bytes of a common Chinese character."""
    assert detect_encoding(write(tmp_path, text, encoding=encoding)).name == name


def test_excels_declaration_of_the_separator(tmp_path: Path) -> None:
    """`sep=;` in the first line sets the delimiter, is no header, and counts as a line."""
    path = write(tmp_path, codecs.BOM_UTF8 + b"sep=;\r\nscore;comment\r\n9;fine\r\n11;odd\r\n0;bad\r\n")
    items = list(read_responses(examine(path)))
    assert [item.line for item in items if isinstance(item, Rejection)] == [4]
    assert len(items) == 3


def test_backslashes_that_escape_quotes(tmp_path: Path) -> None:
    """Exports from databases escape quotes rather than doubling them."""
    path = write(tmp_path, 'score,comment\n9,"They said \\"yes\\", at last"\n0,"No, \\"never\\""\n')
    assert comments(path) == ['They said "yes", at last', 'No, "never"']


def test_single_column_of_comments(tmp_path: Path) -> None:
    """A list of comments without scores is read with the commas inside comments."""
    path = write(tmp_path, "Comment\nGood, fast, cheap\nBad; slow\nFine\n")
    assert comments(path) == ["Good, fast, cheap", "Bad; slow", "Fine"]
