"""Hostile workbooks: far cells, bombs, damaged archives, bad references and values; and things that are no files."""

from __future__ import annotations

import io
import os
import random
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import openpyxl

from tests.ingest.hostile.hostile_file import HEADER, POISONS, HostileFile, records

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = "xl/worksheets/sheet1.xml"


def generate(generator: random.Random) -> Iterator[HostileFile]:
    """All of this module."""
    plain = _workbook(generator)
    for name, poison in POISONS.items():
        if not any(ord(character) < 32 for character in poison):
            yield HostileFile("workbook", f"book-{name}.xlsx", _workbook(generator, poison[:32_000]))
    for name, cell in _CELLS.items():
        yield HostileFile("workbook", f"xml-{name}.xlsx", _with_sheet(plain, cell.encode()))
    for name, offset, value in (
        (f"{signature}-{offset}", plain.find(mark) + offset, value)
        for signature, mark in (("local", b"PK\x03\x04"), ("central", b"PK\x01\x02"), ("end", b"PK\x05\x06"))
        for offset, value in (
            (4, 0xFF),
            (6, 0xFF),
            (8, 0x01),
            (8, 0xFF),
            (10, 0x63),
            (12, 0xFF),
            (18, 0xFF),
            (26, 0xFF),
        )
    ):
        yield HostileFile("archive", f"zip-{name}-{value}.xlsx", plain[:offset] + bytes([value]) + plain[offset + 1 :])
    for number in range(40):
        content = bytearray(plain)
        for _ in range(generator.randint(1, 8)):
            content[generator.randrange(len(content))] = generator.randrange(256)
        yield HostileFile("archive", f"damage-{number}.xlsx", bytes(content))
    for number in range(8):
        yield HostileFile("archive", f"cut-{number}.xlsx", plain[: len(plain) * (number + 1) // 9])
    yield HostileFile("archive", "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + generator.randbytes(4_000))
    yield HostileFile("archive", "letter.xlsx", _zip({"letter.txt": b"score"}))
    yield HostileFile("archive", "empty.xlsx", _zip({}))
    yield HostileFile(
        "archive", "encrypted.xlsx", plain.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00")
    )
    yield HostileFile("size", "bomb.xlsx", partial(_write_bomb, member=SHEET))
    yield HostileFile("size", "strings.xlsx", partial(_write_bomb, member="xl/sharedStrings.xml"))
    yield HostileFile("size", "styles.xlsx", partial(_write_bomb, member="xl/styles.xml"))
    yield HostileFile("size", "amplified.xlsx", _write_amplified)
    yield HostileFile("size", "tall.xlsx", _write_tall)
    yield HostileFile("size", "repeated.ods", _write_repeated_cells)
    yield HostileFile("no-file", "pipe.csv", lambda path: os.mkfifo(path))
    yield HostileFile("no-file", "folder.csv", lambda path: path.mkdir())
    yield HostileFile("no-file", "zero.csv", lambda path: path.symlink_to("/dev/zero"))
    yield HostileFile("no-file", "null.csv", lambda path: path.symlink_to("/dev/null"))
    yield HostileFile("no-file", "loop.csv", lambda path: path.symlink_to(path))
    yield HostileFile("no-file", "missing.csv", lambda _: None)


def _workbook(generator: random.Random, poison: str | None = None) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.append(HEADER)
    for number, record in enumerate(records(generator)):
        cells = list(record.values())
        if poison and number in (3, 4):
            cells[number - 3 :: 2] = [poison] * len(cells[number - 3 :: 2])
        book.active.append(cells)
    book.save(out)
    return out.getvalue()


_CELLS = {
    "far": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "far-row": '<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
    "far-column": '<row r="14"><c r="XFD14"><v>1</v></c></row>',
    "beyond": '<row r="1048577"><c r="XFE1048577"><v>1</v></c></row>',
    "long-reference": '<row r="14"><c r="AAAAAAAAAAAA14"><v>1</v></c></row>',
    "row-0": '<row r="0"><c r="A0"><v>1</v></c></row>',
    "no-column": '<row r="14"><c r="14"><v>1</v></c></row>',
    "no-row": '<row r="14"><c r="A"><v>1</v></c></row>',
    "no-reference": "<row><c><v>1</v></c></row>",
    "negative": '<row r="-1"><c r="A-1"><v>1</v></c></row>',
    "huge-row": f'<row r="{"9" * 30}"><c r="A{"9" * 30}"><v>1</v></c></row>',
    "string-index": '<row r="14"><c r="A14" t="s"><v>999999</v></c></row>',
    "string-negative": '<row r="14"><c r="A14" t="s"><v>-1</v></c></row>',
    "boolean": '<row r="14"><c r="B14" t="b"><v>7</v></c></row>',
    "error": '<row r="14"><c r="B14" t="e"><v>#NULL!</v></c></row>',
    "unknown-error": '<row r="14"><c r="B14" t="e"><v>#WHAT?</v></c></row>',
    "unknown-type": '<row r="14"><c r="B14" t="zz"><v>1</v></c></row>',
    "style": '<row r="14"><c r="D14" s="99999"><v>1e300</v></c></row>',
    "date": '<row r="14"><c r="D14" t="d"><v>99999-99-99</v></c></row>',
    "float": '<row r="14"><c r="B14"><v>1e400</v></c></row>',
    "digits": f'<row r="14"><c r="F14"><v>{"9" * 5_000}</v></c></row>',
    "nan": '<row r="14"><c r="B14"><v>NaN</v></c></row>',
    "escape": '<row r="14"><c r="C14" t="inlineStr"><is><t>_x001B_[2J _xD83D_ _x0000_</t></is></c></row>',
    "unclosed": '<row r="14"><c r="C14"><v>1</v>',
    "entity": '<row r="14"><c r="C14" t="str"><v>&amp;&unknown;</v></c></row>',
    "backwards": '<row r="5"><c r="C5"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>',
}  # fmt: skip


def _with_sheet(book: bytes, rows: bytes) -> bytes:
    """The workbook with these rows at the end of its sheet."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[SHEET] = members[SHEET].replace(b"</sheetData>", rows + b"</sheetData>")
    return _zip(members)


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _write_bomb(path: Path, member: str) -> None:
    """A part of 600 MB that is less than 1 MB when compressed."""
    with (
        zipfile.ZipFile(io.BytesIO(_workbook(random.Random(0)))) as plain,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in plain.namelist():
            if name != member:
                archive.writestr(name, plain.read(name))
        with archive.open(member, "w", force_zip64=True) as file:
            root = {"xl/sharedStrings.xml": "sst", "xl/styles.xml": "styleSheet"}.get(member, "worksheet")
            file.write(f"<{root} {MAIN}>".encode() + (b"<sheetData><row>" if root == "worksheet" else b""))
            for _ in range(600):
                file.write(b"<si><t>bomb</t></si>" * 50_000)


def _write_amplified(path: Path) -> None:
    """A text of 30,000 characters in a million cells."""
    rows = b"".join(b'<row r="%d">' % row + b'<c t="s"><v>0</v></c>' * 100 + b"</row>" for row in range(20, 10_000))
    with zipfile.ZipFile(io.BytesIO(_with_sheet(_workbook(random.Random(0)), rows))) as plain:
        members = {name: plain.read(name) for name in plain.namelist()}
    members["xl/sharedStrings.xml"] = f"<sst {MAIN}><si><t>{'x' * 30_000}</t></si></sst>".encode()
    path.write_bytes(_zip(members))


def _write_tall(path: Path) -> None:
    """A sheet of a million rows and 30 columns."""
    rows = b"".join(b"<row>" + b"<c><v>7</v></c>" * 30 + b"</row>" for _ in range(1_000_000))
    path.write_bytes(_with_sheet(_workbook(random.Random(0)), rows))


def _write_repeated_cells(path: Path) -> None:
    """A sheet of 1,048,576 × 16,384 equal cells, in a few bytes."""
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{office}office:1.0" xmlns:table="{office}table:1.0" '
        f'xmlns:text="{office}text:1.0"><office:body><office:spreadsheet><table:table table:name="s">'
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<manifest:manifest xmlns:manifest="{office}manifest:1.0"/>'.encode()
    path.write_bytes(_zip({"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": manifest}))
