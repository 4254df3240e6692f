"""A hostile file, and the plain survey that most of them spoil."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Twelve responses with an NPS of -25.
SCORES = (2, 9, 4, 10, 3, 1, 9, 5, 10, 0, 6, 8)
HEADER = ("id", "score", "comment", "date", "country", "revenue")


@dataclass(frozen=True)
class HostileFile:
    """A file to import: its kind, its name, its bytes or the function that writes it, and options of the command."""

    kind: str
    name: str
    content: bytes | Callable[[Path], None]
    options: tuple[str, ...] = ()

    def write(self, folder: Path) -> Path:
        """Write the file into the folder; its path."""
        path = folder / self.name
        if callable(self.content):
            self.content(path)
        else:
            path.write_bytes(self.content)
        return path


def records(generator: random.Random, count: int = 12) -> list[dict[str, Any]]:
    """Plain records, by the names of `HEADER`."""
    return [
        {
            "id": f"r{number}",
            "score": SCORES[number % len(SCORES)],
            "comment": generator.choice(["too slow, sadly", "süß und günstig", "客服回复很快", 'she said "no"', ""]),
            "date": f"2026-0{number % 9 + 1}-1{number % 9}",
            "country": generator.choice(["DE", "AT", "CH"]),
            "revenue": generator.randint(1, 90_000),
        }
        for number in range(count)
    ]


#: Texts that have broken a reader, a store, a terminal or a spreadsheet, for any cell or name.
POISONS = {
    "esc": "\x1b[31mred\x1b[2J\x1b]0;title\x07",
    "c1": "\x9b31m\x90x\x9c",
    "bidi": "\u202eevil\u2066",
    "formula": "=cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "markup": "[bold red]x[/] [/nope]",
    "html": "<script>alert(1)</script>" * 50,
    "digits": "9" * 5_000,
    "long": "x" * 200_000,
    "angles": "<" * 100_000,
    "spaces": " " * 100_000 + "x",
    "combining": "a" + "\u0301" * 20_000,
    "zero-width": "\u200b\u200d\ufeff" * 500,
    "noncharacter": "\uffff\ufffe\U0010ffff",
    "year-1": "0001-01-01T00:00:00+14:00",
    "year-9999": "9999-12-31T23:59:59-14:00",
    "epoch": "99999999999999999999",
    "huge": "1e9999999",
    "1e400": "1e400",
    "tiny": "1e-9999999",
    "nan": "NaN",
    "snan": "sNaN",
    "infinity": "-Infinity",
    "fraction": "1/0",
    "surrogate-escape": "\\ud83d",
    "percent": "%s%n%x{0}{id}",
    "path": "../../../../etc/passwd",
    "null": "\\N",
    "circled": "⑨",
    "superscript": "9²",
    "arabic": "٩",
}
