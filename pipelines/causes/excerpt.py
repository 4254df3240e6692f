"""The part of a verbatim that a quote shows: personal data masked, long text cut around the clause."""

from __future__ import annotations

from pipelines.clean.personal_data import mask
from pipelines.display_width import display_width

#: Longest text that is quoted whole, in columns (`display_width`).
MAX_WIDTH = 280

#: A cut moves to the next space if there is one within so many characters.
_SPACE_WITHIN = 20


def excerpt(verbatim: str, start: int, end: int, max_width: int = MAX_WIDTH) -> tuple[str, int, int]:
    """The masked verbatim, cut around the clause `verbatim[start:end]` where it is long; then the clause's new offsets.

    Masking comes before cutting, so that a cut never leaves half a card number unmasked. Cut ends are marked with "…"
    and moved to a space where there is one near. White space stays as written.
    """
    text, [(start, end)] = mask(verbatim, [(start, end)])
    if display_width(text) <= max_width:
        return text, start, end
    if display_width(text[start:end]) > max_width:  # the clause alone is too long: keep its beginning
        end = start + len(_prefix(text[start:end], max_width))
    room = (max_width - display_width(text[start:end])) // 2
    first = _cut_before(text, start, room)
    last = len(text) - _cut_before(text[::-1], len(text) - end, room)
    head, tail = "…" if first else "", "…" if last < len(text) else ""
    return head + text[first:last] + tail, start - first + len(head), end - first + len(head)


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
