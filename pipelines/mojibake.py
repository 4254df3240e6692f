"""Finds and mends letters of UTF-8 that were decoded as Windows-1252 or Latin-1: `FÃ¼r` → `Für`, `å¾ˆ` → `很`."""

from __future__ import annotations

import re

import ftfy.bad_codecs  # registers the codec that Windows really uses, `sloppy-windows-1252`
from ftfy.badness import is_bad

ftfy.bad_codecs.ok()
#: Each character that a byte from 0x80 on becomes, in either encoding.
_BYTES = {bytes([byte]).decode(codec): byte for byte in range(0x80, 0x100) for codec in ("latin-1", "sloppy-cp1252")}


def _decoded(first: int, last: int) -> str:
    """The characters that these bytes become, as a character class."""
    return f"[{''.join(re.escape(character) for character, byte in _BYTES.items() if first <= byte <= last)}]"


_TAIL = _decoded(0x80, 0xBF)
_LETTER = re.compile(
    f"{_decoded(0xC2, 0xDF)}{_TAIL}|{_decoded(0xE0, 0xEF)}{_TAIL}{{2}}|{_decoded(0xF0, 0xF4)}{_TAIL}{{3}}"
)
_RUN = re.compile(f"(?:{_LETTER.pattern})+")


def wrong_letters(text: str) -> list[tuple[int, int, str]]:
    """Start and end of each wrong letter, and the right one, in order; only of runs that ftfy says are no text."""
    if text.isascii():
        return []
    edits = []
    for run in _RUN.finditer(text):
        if not is_bad(run[0]):
            continue
        for letter in _LETTER.finditer(text, *run.span()):
            try:
                edits.append((*letter.span(), bytes(map(_BYTES.__getitem__, letter[0])).decode("utf-8")))
            except UnicodeDecodeError:
                continue
    return edits


def mend(text: str) -> str:
    """The text with right letters, also where it was decoded wrongly twice."""
    for _ in range(2):
        for start, end, letter in reversed(wrong_letters(text)):
            text = text[:start] + letter + text[end:]
    return text
