"""Offsets in UTF-16 code units, as JavaScript counts, and in characters (code points), as we do.

Characters outside of the Basic Multilingual Plane, most emoji among them, are two units and one character.
"""

from __future__ import annotations

from saywhy.annotation import Span
from saywhy.errors import InvalidInput


def to_units(text: str, span: Span) -> Span:
    """A span of characters in code units."""
    return _units(text[: span[0]]), _units(text[: span[1]])


def to_characters(text: str, span: Span) -> Span:
    """A span of code units in characters. Raises `InvalidInput` if it ends outside of the text or in a character."""
    position_of = {0: 0}
    unit = 0
    for position, character in enumerate(text, 1):
        unit += 1 + (ord(character) > 0xFFFF)
        position_of[unit] = position
    if span[0] not in position_of or span[1] not in position_of:
        raise InvalidInput(f"{span[0]}-{span[1]} is no span of the comment, in UTF-16 code units")
    return position_of[span[0]], position_of[span[1]]


def _units(text: str) -> int:
    return len(text) + sum(ord(character) > 0xFFFF for character in text)
