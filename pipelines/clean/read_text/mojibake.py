"""Finds letters of UTF-8 that were decoded as Windows-1252 within a text that is otherwise right ("fÃ¼r")."""

from __future__ import annotations

import re

import ftfy.bad_codecs  # registers the codec that Windows really uses, `sloppy-windows-1252`
from ftfy.badness import is_bad

from pipelines.clean.read_text.markup import Edit

_CODEC = "sloppy-windows-1252"
ftfy.bad_codecs.ok()


def _decoded(first: int, last: int) -> str:
    """The characters that these bytes become, for a character class."""
    return "".join(re.escape(bytes([byte]).decode(_CODEC)) for byte in range(first, last + 1))


_TAIL = f"[{_decoded(0x80, 0xBF)}]"
_LETTER = re.compile(
    f"[{_decoded(0xC2, 0xDF)}]{_TAIL}|[{_decoded(0xE0, 0xEF)}]{_TAIL}{{2}}|[{_decoded(0xF0, 0xF4)}]{_TAIL}{{3}}"
)
_RUN = re.compile(f"(?:{_LETTER.pattern})+")


def mended(text: str) -> list[Edit]:
    """One edit for each letter; only of runs that ftfy says are no text of any language."""
    if text.isascii():
        return []
    edits = []
    for run in _RUN.finditer(text):
        if not is_bad(run[0]) and not re.fullmatch("Ã.|Â.", run[0]):
            continue
        for letter in _LETTER.finditer(text, *run.span()):
            try:
                edits.append((*letter.span(), letter[0].encode(_CODEC).decode("utf-8")))
            except UnicodeError:
                continue
    return edits
