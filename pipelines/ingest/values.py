"""Recognises cells that are blank, and those that are plain numbers."""

from __future__ import annotations

import re

# What people and tools write into a cell without a value.
_BLANKS = frozenset(
    {"", "-", "–", "—", "/", ".", "?", "n/a", "#n/a", "na", "nan", "nil", "none", "null", "undefined", "unknown"}
    | {"k.a.", "keine angabe", "unbekannt", "无", "無", "未知", "暂无", "暫無"}
)
# Ids of at most this many digits count as row numbers.
_ROW_NUMBER_DIGITS = 7
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def is_blank(text: str) -> bool:
    """Whether the cell means that there is no value."""
    return text.strip().casefold() in _BLANKS


def is_plain_number(text: str) -> bool:
    """Whether the cell is only digits, with an optional sign and decimal part."""
    return _PLAIN.fullmatch(text.strip()) is not None


def is_row_number(text: str) -> bool:
    """Whether the cell is so short a number that it may be that of a row."""
    return text.isascii() and text.isdigit() and len(text) <= _ROW_NUMBER_DIGITS
