"""Replaces personal data by placeholders, and moves spans along."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from pipelines.clean.personal_data import addresses, chinese_names, identity, latin_names, numbers, phones, staff
from pipelines.clean.personal_data.kinds import (
    ADDRESS,
    BIRTH,
    CARD,
    EMAIL,
    HANDLE,
    IBAN,
    ID,
    IP,
    NAME,
    PHONE,
    STAFF,
    Match,
)
from pipelines.clean.spans import Span, merge

# Maps full-width characters and digits of other scripts to ASCII, one character to one, so that offsets stay valid.
_HALF_WIDTH = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {ord(character): ord(" ") for character in "\u00a0\u1680\u2007\u2009\u202f\u3000\t"}
    | {ord(character): ord("-") for character in "‐‑‒–—−－"}
    | {zero + digit: ord("0") + digit for zero in (0x0660, 0x06F0, 0x0966, 0x0E50) for digit in range(10)}
)

#: In this order: what an earlier one finds is hidden from the later ones. An id of 18 digits may pass for a card.
_FINDERS: tuple[tuple[str, Callable[[str], Iterable[Span]]], ...] = (
    (EMAIL, numbers.emails),
    (HANDLE, numbers.handles),
    (IBAN, numbers.ibans),
    (ID, identity.national_ids),
    (BIRTH, identity.birth_dates),
    (CARD, numbers.cards),
    (IP, numbers.ip_addresses),
    (PHONE, phones.phones),
    (ADDRESS, addresses.addresses),
    (NAME, latin_names.names),
    (NAME, chinese_names.names),
)


def mask(text: str, spans: Sequence[Span] = (), *, show_staff_names: bool = False) -> tuple[str, list[Span]]:
    """The text with personal data replaced by placeholders, and the spans (start, end) at their new offsets.

    `show_staff_names` leaves the names of employees. A span that begins or ends inside masked data is extended to the
    whole placeholder. Text without personal data and its spans are returned unchanged.
    """
    matches = [match for match in find(text) if not (show_staff_names and match[2] == STAFF)]
    return replace(text, matches, spans)


def replace(text: str, matches: Sequence[Match], spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """The text with its matches, in order and without overlaps, replaced; and the spans at their new offsets."""
    if not matches:
        return text, list(spans)
    pieces: list[str] = []
    placeholders: list[Span] = []  # start and end of each placeholder in the masked text
    position = length = 0
    for start, end, placeholder in matches:
        pieces += [text[position:start], placeholder]
        length += start - position
        placeholders.append((length, length + len(placeholder)))
        length += len(placeholder)
        position = end
    pieces.append(text[position:])
    starts = [start for start, _, _ in matches]

    def new_offset(offset: int, *, is_end: bool) -> int:
        index = bisect_right(starts, offset - is_end) - 1  # the last match that begins before the offset
        if index < 0:
            return offset
        (_, end, _), (new_start, new_end) = matches[index], placeholders[index]
        is_inside = offset <= end if is_end else offset < end
        if is_inside:
            return new_end if is_end else new_start
        return offset - end + new_end

    return "".join(pieces), [
        (new_offset(start, is_end=False), new_offset(end, is_end=end > start)) for start, end in spans
    ]


def find(text: str) -> list[Match]:
    """The personal data in a text: (start, end, placeholder), in order, without overlaps."""
    written = text
    text = text.translate(_HALF_WIDTH)
    matches: list[Match] = []
    for placeholder, finder in _FINDERS:
        for start, end in merge(finder(text)):
            is_staff = placeholder == NAME and staff.is_staff(written, start, end)
            matches.append((start, end, STAFF if is_staff else placeholder))
            text = text[:start] + "\n" * (end - start) + text[end:]
    return sorted(matches)
