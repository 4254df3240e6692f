"""Text from files and people, made fit for a terminal."""

from __future__ import annotations

LONGEST_LINE = 2_000


def printable_line(text: str) -> str:
    """The text as one line of bounded length; control characters, which could command a terminal, are replaced."""
    from pipelines.render.wording import printable

    line = printable(text).replace("\n", " ").replace("\t", " ")
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def counted(number: int, noun: str) -> str:
    """The number with its noun, an English one that takes an s: "1 row", "2,000 rows"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
