"""Parses cells: scores. Anything that is neither a value nor blank raises `ValueError`."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

# What people and tools write into a cell without a value.
_BLANKS = frozenset(
    {"", "-", "–", "—", "/", ".", "?", "n/a", "#n/a", "na", "nan", "nil", "none", "null", "undefined", "unknown"}
    | {"k.a.", "keine angabe", "unbekannt", "无", "無", "未知", "暂无", "暫無"}
)
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
# "9 - Very likely", "10 (sehr wahrscheinlich)", "9分", "9/10"; no other digit may follow, or it is a date or a range.
_LEADING = re.compile(r"(\d+)(?:[.,]0+)?\s*(?:/\s*(?:10|5)\b)?(?=[^\d.,]|$)\D*")
_TRAILING = re.compile(r"\D*[^\d-](\d+)\s*[)\]）】分]?")


def is_blank(text: str) -> bool:
    """Whether the cell means that there is no value."""
    return text.strip().casefold() in _BLANKS


def is_plain_number(text: str) -> bool:
    """Whether the cell is only digits, with an optional sign and decimal part."""
    return _PLAIN.fullmatch(text.strip()) is not None


@lru_cache(maxsize=4096)
def parse_score(text: str) -> int | None:
    """The whole number in a cell, on any scale: `9`, `10.0`, `9 - Very likely`; `None` if blank."""
    if is_blank(text):
        return None
    text = unicodedata.normalize("NFKC", text).strip()
    if _PLAIN.fullmatch(text):
        number = Decimal(text.replace(",", "."))
        if number == int(number):
            return int(number)
        raise ValueError(f"score {text!r} is not a whole number")
    if match := _LEADING.fullmatch(text) or _TRAILING.fullmatch(text):
        return int(match[1])
    raise ValueError(f"score {text!r} is not a number")
