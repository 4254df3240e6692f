"""Detects the encoding of a text file by reading all of it once.

UTF-8 is recognised line by line, so that a broken line in a million neither hides the encoding nor affects the others:
lines that cannot be decoded are marked on reading and rejected, each with its number.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pipelines.ingest.legacy_encodings import CERTAIN, MIXED, detect_legacy
from saywhy.errors import InvalidInput, UnknownFormat

#: Replaces bytes that cannot be decoded. A valid file never decodes to a lone surrogate.
UNDECODABLE = "\udcff"

#: Ends the part that is read of a line that is longer than `LONGEST_LINE` characters.
TOO_LONG = "\udcfe"
LONGEST_LINE = 2_000_000
_START_OF_LINE = 1_000

# Codecs that Python calls encodings of text, but in which no file is written.
_NO_FILE_CODECS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "unicode-escape", "raw_unicode_escape",
                             "raw-unicode-escape", "utf-7", "utf_7", "charmap"})  # fmt: skip

_HEAD = 65_536
_SAMPLE = 262_144
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, as it begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"<!DOCTYPE html": "a web page",
    b"<html": "a web page",
}
# Control characters that do not occur in text.
_CONTROL_BYTES = bytes(code for code in range(32) if code not in (9, 10, 11, 12, 13, 27))


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """The encoding of a file: its name for users, its Python codec, and the number of line feeds, for progress.

    `doubt` says, for users, that the encoding is a guess.
    """

    name: str
    codec: str
    lines: int
    doubt: str | None = None


def detect_encoding(path: Path, encoding: str | None = None) -> TextEncoding:
    """Detect the encoding, unless it is given.

    Raises `InvalidInput` for an empty file or an unknown encoding, `UnknownFormat` for a file that is not text.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise InvalidInput(f"{path.name} is empty")
    _reject_binary(path, head, encoding)
    if encoding is not None:
        return TextEncoding(encoding, _named_codec(path, head, encoding), _count_lines(path))
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return TextEncoding(codec, codec, _count_lines(path))
    if unmarked := _utf16_without_mark(head):
        return TextEncoding(unmarked, unmarked, _count_lines(path))
    return _detect_utf8_or_legacy(path)


def _named_codec(path: Path, head: bytes, encoding: str) -> str:
    """The codec of that name, as the file needs it. Raises `InvalidInput` if the file cannot be in that encoding."""
    try:
        info = codecs.lookup(encoding)
        "score".encode(info.name)  # codecs between bytes, such as base64, refuse text
    except (LookupError, ValueError, OSError):
        raise InvalidInput(f"there is no encoding called {encoding[:40]!r}") from None
    if info.name in _NO_FILE_CODECS:
        raise InvalidInput(f"{encoding!r} is no encoding of files")
    codec = info.name
    if codec == "utf-8":  # users say UTF-8 for files with and without a byte order mark: this codec reads both
        codec = "utf-8-sig"
    elif codec in ("utf-16", "utf-32") and not head.startswith(tuple(mark for mark, name in _BOMS if name == codec)):
        codec += "-le" if head[0] else "-be"  # without a mark, the zeros of ASCII characters show the order
    # A file in another encoding than was named is refused at once, rather than line by line.
    if 20 * head.decode(codec, errors="replace").count("\ufffd") > len(head):
        raise InvalidInput(f"{path.name} is not in {encoding}; leave out the encoding to have it detected")
    return codec


def read_lines(file: TextIO) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, without byte order marks of files that were joined; in bounded memory and time.

    Of a line that is longer than `LONGEST_LINE` only the start is read, and `TOO_LONG` ends it. Runs of thousands of
    blank lines are counted but not read.
    """
    number, start = 0, ""
    while chunk := file.read(_HEAD):
        if chunk[-1] == "\r":
            chunk += file.read(1)  # perhaps the other half of a line end
        if not start and not chunk.strip("\r\n"):
            number += chunk.count("\n") + chunk.count("\r") - chunk.count("\r\n")
            continue
        for line in io.StringIO(start + chunk, newline=""):
            if len(line) > LONGEST_LINE or (start and TOO_LONG in line):
                line = line[:_START_OF_LINE] + TOO_LONG + ("\n" if line[-1] in "\r\n" else "")
            if line[-1] not in "\r\n":
                start = line
                break
            start = ""
            number += 1
            yield number, line.lstrip("\ufeff")
    if start:
        yield number + 1, start.lstrip("\ufeff")


def open_text(path: Path, codec: str) -> TextIO:
    """Open for reading with line ends unchanged; bytes that cannot be decoded read as `UNDECODABLE`."""
    if codec == MIXED:
        codecs.register_error("saywhy.mixed", _decode_dos_or_windows)
        return path.open(encoding="ascii", errors="saywhy.mixed", newline="")
    codecs.register_error("saywhy.undecodable", _mark_undecodable)
    return path.open(encoding=codec, errors="saywhy.undecodable", newline="")


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end


def _decode_dos_or_windows(error: UnicodeError) -> tuple[str, int]:
    """Decode as DOS if that gives a letter in a word, else as Windows: `am\\x82liorer` and `15\\x80`."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start = error.start
    byte, before, after = (error.object[at : at + 1] for at in (start, max(start - 1, 0), start + 1))
    in_word = after.isalpha() or (before.isalpha() and byte not in (b"\x80", b"\x85"))
    codec = "cp850" if byte[0] < 0xA0 and byte[0] not in range(0x91, 0x93) and in_word else "cp1252"
    return byte.decode(codec, errors="replace"), start + 1


def _reject_binary(path: Path, head: bytes, encoding: str | None) -> None:
    for signature, kind in _SIGNATURES.items():
        if head[: len(signature)].lower() == signature.lower():
            raise UnknownFormat(f"{path.name} is {kind}, not a survey export (CSV, TSV, XLSX, JSON or JSONL)")
    if encoding is not None or any(head.startswith(mark) for mark, _ in _BOMS) or _utf16_without_mark(head):
        return
    head = head.rstrip(b"\0")  # a file that was not written to its end
    controls = len(head) - len(head.translate(None, delete=_CONTROL_BYTES))
    if controls > max(1, len(head) // 50):
        raise UnknownFormat(f"{path.name} holds binary data; it is no CSV, TSV, XLSX, JSON or JSONL export")


def _utf16_without_mark(head: bytes) -> str | None:
    """The codec, if many second bytes are zero: separators and digits are ASCII in texts of any script."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    codec, zeros, others = ("utf-16-le", odd, even) if odd > even else ("utf-16-be", even, odd)
    if zeros < len(head) / 40 or others * 4 > zeros:
        return None
    text = head.decode(codec, errors="replace")
    return codec if "\n" in text and sum(char < "\t" or char == "\ufffd" for char in text) <= 1 else None


def _blocks(path: Path) -> Iterator[bytes]:
    """The file in blocks that end with a line, unless the line is very long."""
    with path.open("rb") as file:
        while block := file.read(_HEAD):
            yield block + file.readline(1 << 20)


def _count_lines(path: Path) -> int:
    return sum(block.count(b"\n") for block in _blocks(path))


def _detect_utf8_or_legacy(path: Path) -> TextEncoding:
    """Majority of the lines outside ASCII: text in another encoding is hardly ever valid UTF-8."""
    count = valid = broken = size = 0
    sample: list[bytes] = []
    for block in _blocks(path):
        count += block.count(b"\n")
        if block.isascii():
            continue
        for line in block.split(b"\n"):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                valid += 1
            except UnicodeDecodeError:
                broken += 1
                if size < _SAMPLE:
                    sample.append(line + b"\n")
                    size += len(line)
    if valid >= broken:
        return TextEncoding("utf-8", "utf-8", count)
    name, codec = detect_legacy(b"".join(sample))
    doubt = None
    if codec not in CERTAIN:
        doubt = f"read as {name}, which is a guess from the letters; choose the encoding if texts look wrong"
    return TextEncoding(name, codec, count, doubt)
