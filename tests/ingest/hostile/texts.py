"""Hostile delimited text: cells, names, rows, bytes, encodings and sizes."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.ingest.hostile.hostile_file import HEADER, POISONS, HostileFile, records

NEWLINES = 50_000_000


def generate(generator: random.Random) -> Iterator[HostileFile]:
    """All of this module."""
    yield from _poisoned_cells(generator)
    yield from _poisoned_names(generator)
    yield from _spoiled_bytes(generator)
    yield from _encodings(generator)
    yield from _shapes(generator)
    yield from _damage(generator)
    yield from _sizes()


def table(generator: random.Random, *, count: int = 12) -> list[list[str]]:
    """The plain survey, header first."""
    return [list(HEADER), *([str(value) for value in record.values()] for record in records(generator, count))]


def as_csv(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """The rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _poisoned_cells(generator: random.Random) -> Iterator[HostileFile]:
    for name, poison in POISONS.items():
        for column in ("id", "score", "comment", "date", "revenue"):
            rows = table(generator)
            rows[3][HEADER.index(column)] = poison
            yield HostileFile("cell", f"cell-{name}-{column}.csv", _encoded(as_csv(rows)))


def _poisoned_names(generator: random.Random) -> Iterator[HostileFile]:
    for name, poison in POISONS.items():
        rows = table(generator)
        rows[0][4] = poison
        yield HostileFile("name", f"name-{name}.csv", _encoded(as_csv(rows)), ("--keep-unknown",))
        yield HostileFile("name", f"wave-{name}.csv", _encoded(as_csv(table(generator))), ("--wave", poison[:9_000]))
    for name, poison in list(POISONS.items())[:8]:
        file_name = poison.replace("/", "_")[:100] + f"{name}.csv"
        yield HostileFile("name", file_name, _encoded(as_csv(table(generator))))
    undecodable = b"umfrage-\xff\xfe\x1b[31m.csv".decode("utf-8", "surrogateescape")
    yield HostileFile("name", undecodable, _encoded(as_csv(table(generator))))
    yield HostileFile("name", "twice.csv", _encoded("id,id,id,score,score,comment\n" + "1,2,3,9,0,x\n" * 12))
    yield HostileFile("name", "blank.csv", _encoded(",,,\n" + "1,2,3,9\n" * 12))


def _spoiled_bytes(generator: random.Random) -> Iterator[HostileFile]:
    plain = _encoded(as_csv(table(generator, count=40)))
    lines = plain.splitlines(keepends=True)
    for name, spoil in {
        "byte": b"\xff", "nul": b"\0", "nuls": b"\0" * 5_000, "bom": b"\xef\xbb\xbf", "utf16-bom": b"\xff\xfe",
        "surrogate": b"\xed\xa0\xbd", "overlong": b"\xc0\xaf", "eof": b"\x1a", "cr": b"\r", "nel": b"\xc2\x85",
        "separator": b"\xe2\x80\xa8", "feed": b"\x0b\x0c\x1c", "quote": b'"', "commas": b",,,,,\n", "blank": b"\n \n",
        "beyond": b"\xf4\x90\x80\x80",
    }.items():  # fmt: skip
        for where, line in {"header": 0, "first": 1, "middle": 20, "last": len(lines)}.items():
            yield HostileFile("bytes", f"bytes-{name}-{where}.csv", b"".join([*lines[:line], spoil, *lines[line:]]))


def _encodings(generator: random.Random) -> Iterator[HostileFile]:
    plain = as_csv(table(generator))
    named = (
        "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "base64", "rot13", "hex", "zlib", "bz2", "idna",
        "punycode",
        "undefined", "unicode_escape", "raw_unicode_escape", "ascii", "cp037", "big5", "euc_kr", "shift_jis", "hz",
        "iso2022_jp", "mbcs", "klingon", "", " ", "utf\x1b8", "x" * 5_000, "../utf_8", "utf-8-sig", "cp65001", "uu",
        "latin-1", "gb18030", "quopri", "charmap", "unicode_internal", "string_escape", "oem",
    )  # fmt: skip
    for number, encoding in enumerate(named):
        yield HostileFile("encoding", f"named-{number}.csv", plain.encode(), ("--encoding", encoding))
    for codec in ("utf-16", "utf-16-le", "utf-32-be", "gb18030", "utf-7"):
        content = plain.encode(codec)
        yield HostileFile("encoding", f"cut-{codec}.csv", content[:-1])
        yield HostileFile("encoding", f"shifted-{codec}.csv", content[:41] + content[42:])
        yield HostileFile("encoding", f"forced-{codec}.csv", content, ("--encoding", "utf-8"))
    for delimiter in ("", " ", '"', "\n", "\0", "\\", "\x1b", "ab", "😀", "\udcff"):
        options = ("--delimiter", delimiter)
        yield HostileFile("encoding", f"delimiter-{len(delimiter)}-{ord(delimiter or '0')}.csv" if len(delimiter) < 2
                          else "delimiter-ab.csv", plain.encode(), options)  # fmt: skip


def _shapes(generator: random.Random) -> Iterator[HostileFile]:
    rows = table(generator)
    texts = {
        "one-cell": "score", "quote": '"', "quotes": '"' * 9_999, "commas": "," * 9_999, "nul": "\0",
        "bom-only": "\ufeff",
        "header-twice": as_csv(rows[:1] * 2), "only-headers": as_csv(rows[:1] * 50), "no-rows": as_csv(rows[:1]),
        "header-below": "\n" * 99 + as_csv(rows), "titles": "a title\n" * 30 + as_csv(rows),
        "ragged": "\n".join(",".join(["9"] * generator.randint(1, 30)) for _ in range(200)),
        "sep": "sep=;\n", "sep-nul": "sep=\0\n" + as_csv(rows), "sep-quote": 'sep="\n' + as_csv(rows),
        "open-quotes": as_csv(rows[:1]) + 'r,9,"open\n' * 3_000,
        "escapes": as_csv(rows[:1]) + 'r,9,"a \\" b \\\\" c",\n' * 500,
        "numbers": "\n".join("1,2,3" for _ in range(50)), "dates": "2026-01-01,9,x\n" * 20,
        "commas-first": ",,,,,\n" * 3_000 + as_csv(rows),
        "commas-after": as_csv(rows[:1]) + ",,,,,\n" * 3_000 + as_csv(rows[1:]),
        "test-rows": "score,comment,status\n" + "9,x,Survey Preview\n" * 12, "mac": as_csv(rows).replace("\r\n", "\r"),
        "all-rejected": "id,score,comment\n" + "a,0,x\nb,9,y\n" + "c,55,z\n" * 20,
        "nothing-taken": "score,comment\n" + "99,x\n" * 20, "scale": "nps,comment\n" + "7777777,x\n" * 20,
        "escape-rejected": "score,comment\n" + "0,a\n9,b\n8,c\n" * 5 + "\x1b[2J,=cmd|x\n",
    }  # fmt: skip
    for name, text in texts.items():
        yield HostileFile("shape", f"shape-{name}.csv", _encoded(text))


def _damage(generator: random.Random) -> Iterator[HostileFile]:
    plain = _encoded(as_csv(table(generator, count=30)))
    for number in range(30):
        content = bytearray(plain)
        for _ in range(generator.randint(1, 40)):
            start = generator.randrange(len(content))
            end = start + generator.randint(0, 30)
            content[start:end] = generator.choice([b"", b'"', b"\r", b"\n", b"\0", content[start:end] * 3,
                                                   generator.randbytes(4), b'",="', b"\xef\xbb\xbf"])  # fmt: skip
        yield HostileFile("damage", f"damage-{number}.csv", bytes(content))


def _sizes() -> Iterator[HostileFile]:
    yield HostileFile("size", "wide.csv", partial(_write_wide, columns=10_000, rows=1_500))
    yield HostileFile("size", "wide-once.csv", partial(_write_wide, columns=500_000, rows=3))
    yield HostileFile("size", "name.csv", _encoded("id,score," + "why " * 25_000 + "\n" + "a,9,good\nb,0,bad\n" * 9))
    yield HostileFile("size", "newlines.csv", partial(_write_repeated, unit="\n", count=NEWLINES))
    yield HostileFile("size", "returns.csv", partial(_write_repeated, unit="\r", count=NEWLINES))
    yield HostileFile("size", "commas.csv", partial(_write_repeated, unit=",,\n", count=2_000_000))
    yield HostileFile("size", "one-line.csv", partial(_write_repeated, unit="x", count=200_000_000))
    yield HostileFile("size", "spaces.csv", partial(_write_repeated, unit=" ", count=200_000_000))
    yield HostileFile("size", "nul-tail.csv", partial(_write_repeated, unit="\0", count=200_000_000))
    yield HostileFile("size", "open-quote.csv", partial(_write_repeated, unit='"open', count=20_000_000))
    yield HostileFile("size", "cells.csv", partial(_write_repeated, unit="c,9," + "x" * 120_000 + "\n", count=1_600))
    yield HostileFile("size", "bad-rows.csv", partial(_write_repeated, unit="c,55," + "é" * 90_000 + "\n", count=600))


def _write_wide(path: Path, columns: int, rows: int) -> None:
    line = ",".join(f"{number % 997}" for number in range(columns - 2))
    with path.open("w") as file:
        file.write("score,comment," + ",".join(f"c{number}" for number in range(columns - 2)) + "\n")
        file.writelines(f"{row % 11},text {row},{line}\n" for row in range(rows))


def _write_repeated(path: Path, unit: str, count: int) -> None:
    """A small survey, then the unit again and again."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id,score,comment\n" + "a,9,good\nb,0,bad\n")
        at_once = max(1, (1 << 20) // len(unit))
        for start in range(0, count, at_once):
            file.write(unit * min(at_once, count - start))
