"""Text from files and people, made fit for a terminal."""

from __future__ import annotations

LONGEST_LINE = 2_000


def printable_line(text: str) -> str:
    """The text as one line of bounded length; control characters, which could command a terminal, are replaced."""
    from pipelines.render.wording import printable

    line = printable(text).replace("\n", " ").replace("\t", " ")
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
