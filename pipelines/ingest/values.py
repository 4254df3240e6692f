"""Cells as values: scores and amounts of money. What is neither a value nor blank raises `ValueError`."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache

# What people and tools write into a cell that has no value.
_BLANKS = frozenset(
    {"", "-", "–", "—", "/", ".", "?", "n/a", "#n/a", "na", "nan", "nil", "none", "null", "undefined", "unknown"}
    | {"k.a.", "keine angabe", "unbekannt", "无", "無", "未知", "暂无", "暫無"}
)
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
# "9 - Very likely", "10 (sehr wahrscheinlich)", "9分", "9/10"; no other digit may follow, or it is a date or a range.
_LEADING = re.compile(r"(\d+)(?:[.,]0+)?\s*(?:/\s*(?:10|5)\b)?(?=[^\d.,]|$)\D*")
_TRAILING = re.compile(r"\D*[^\d-](\d+)\s*[)\]）】分]?")
_CURRENCY = re.compile(r"[\s'’_]|[A-Z]{3}\b|US\$|NT\$|HK\$|[$€£¥元円₩₹]|\bCHF\b", re.IGNORECASE)
_UNITS = {"k": 3, "m": 6, "千": 3, "万": 4, "萬": 4, "亿": 8, "億": 8}


def is_blank(text: str) -> bool:
    """Whether the cell says that there is no value."""
    return text.strip().casefold() in _BLANKS


def is_plain_number(text: str) -> bool:
    """Digits with at most a sign and a decimal part, and nothing else."""
    return _PLAIN.fullmatch(text.strip()) is not None


@lru_cache(maxsize=4096)
def parse_score(text: str) -> int | None:
    """The whole number that the cell gives, on whichever scale: `9`, `10.0`, `9 - Very likely`; `None` where blank."""
    if is_blank(text):
        return None
    text = unicodedata.normalize("NFKC", text).strip()
    if _PLAIN.fullmatch(text):
        number = Decimal(text.replace(",", "."))
        if number == int(number):
            return int(number)
        raise ValueError(f"score {text!r} is not a whole number")
    if found := _LEADING.fullmatch(text) or _TRAILING.fullmatch(text):
        return int(found[1])
    raise ValueError(f"score {text!r} is not a number")


def parse_money(text: str) -> Decimal | None:
    """`12000`, `$12,000.50`, `1.234,56 €`, `12k`, `30万`; `None` where blank."""
    if is_blank(text):
        return None
    bare = _CURRENCY.sub("", unicodedata.normalize("NFKC", text))
    factor = _UNITS.get(bare[-1:].casefold(), 0)
    bare = bare[:-1] if factor else bare
    marks = [char for char in bare if char in ".,"]
    if marks:
        last = marks[-1]
        whole, _, decimals = bare.rpartition(last)
        lead = whole.lstrip("+-")
        # 1.234 and 120,000 part thousands; 0.125, 1234.567 and every other count of digits is a decimal part.
        if marks.count(last) > 1 or (len(decimals) == 3 and 1 <= len(lead) <= 3 and lead != "0"):
            bare = re.sub("[.,]", "", bare)
        else:
            bare = re.sub("[.,]", "", whole) + "." + decimals
    try:
        amount = Decimal(bare) * Decimal(10) ** factor
    except InvalidOperation:
        raise ValueError(f"amount {text!r} cannot be read") from None
    if not amount.is_finite():
        raise ValueError(f"amount {text!r} cannot be read")
    return amount
