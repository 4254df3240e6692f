"""The part of a verbatim that a quote shows: what was read of it, personal data masked, cut around the clause."""

from __future__ import annotations

from typing import NamedTuple

from pipelines.clean.personal_data import Span, find
from pipelines.clean.personal_data.kinds import STAFF
from pipelines.clean.personal_data.masking import replace
from pipelines.clean.read_text import read
from pipelines.display_width import display_width

#: Longest text that is quoted whole, in columns (`display_width`).
MAX_WIDTH = 280

#: A cut moves to the next space if there is one within so many characters.
_SPACE_WITHIN = 20


class Excerpt(NamedTuple):
    """A text, the clause in it, and the names of employees in it, which are not masked yet."""

    text: str
    start: int
    end: int
    staff_names: tuple[Span, ...]


def excerpt(verbatim: str, start: int, end: int, max_width: int = MAX_WIDTH) -> Excerpt:
    """What was read of the verbatim, masked, and cut around the clause `verbatim[start:end]` where it is long.

    Masking comes before cutting, so that a cut never leaves half a card number unmasked. Cut ends are marked with "…"
    and moved to a space where there is one near. White space stays as written.
    """
    as_read = read(verbatim)
    matches = find(as_read.text)
    staff = [(first, last) for first, last, kind in matches if kind == STAFF]
    to_mask = [match for match in matches if match[2] != STAFF]
    text, [(start, end), *staff] = replace(as_read.text, to_mask, [as_read.of_verbatim(start, end), *staff])
    if display_width(text) <= max_width:
        return Excerpt(text, start, end, tuple(staff))
    if display_width(text[start:end]) > max_width:  # the clause alone is too long: keep its beginning
        end = start + len(_prefix(text[start:end], max_width))
    room = (max_width - display_width(text[start:end])) // 2
    first = _cut_before(text, start, room)
    last = len(text) - _cut_before(text[::-1], len(text) - end, room)
    head, tail = "…" if first else "", "…" if last < len(text) else ""
    moved = len(head) - first
    shown = [(max(begin, first), min(stop, last)) for begin, stop in staff if begin < last and stop > first]
    return Excerpt(
        head + text[first:last] + tail,
        start + moved,
        end + moved,
        tuple((begin + moved, stop + moved) for begin, stop in shown),
    )


def _cut_before(text: str, start: int, columns: int) -> int:
    """The offset that leaves at most so many columns before `start`: after a space if one is near."""
    first = start - len(_prefix(text[:start][::-1], columns))
    space = text.find(" ", first, min(start, first + _SPACE_WITHIN)) if first else -1
    return first if space < 0 else space + 1


def _prefix(text: str, columns: int) -> str:
    """The longest prefix that takes at most so many columns."""
    used = 0
    for offset, character in enumerate(text):
        used += display_width(character)
        if used > columns:
            return text[:offset]
    return text
