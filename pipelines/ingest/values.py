"""Parses cells: blanks, numbers and amounts of money."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

# What people and tools write into a cell without a value.
_BLANKS = frozenset(
    {"", "-", "–", "—", "/", ".", "?", "n/a", "#n/a", "na", "nan", "nil", "none", "null", "undefined", "unknown"}
    | {"k.a.", "keine angabe", "unbekannt", "无", "無", "未知", "暂无", "暫無"}
)
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_CURRENCY = re.compile(r"[\s'’_]|[A-Z]{3}\b|US\$|NT\$|HK\$|[$€£¥元円₩₹]|\bCHF\b", re.IGNORECASE)
_UNITS = {"k": 3, "m": 6, "千": 3, "万": 4, "萬": 4, "亿": 8, "億": 8}


def is_blank(text: str) -> bool:
    """Whether the cell means that there is no value."""
    return text.strip().casefold() in _BLANKS


def is_plain_number(text: str) -> bool:
    """Whether the cell is only digits, with an optional sign and decimal part."""
    return _PLAIN.fullmatch(text.strip()) is not None


def parse_money(text: str) -> Decimal | None:
    """`12000`, `$12,000.50`, `1.234,56 €`, `12k`, `30万`; `None` if blank."""
    if is_blank(text):
        return None
    number = _CURRENCY.sub("", unicodedata.normalize("NFKC", text))
    factor = _UNITS.get(number[-1:].casefold(), 0)
    number = number[:-1] if factor else number
    marks = [char for char in number if char in ".,"]
    if marks:
        last = marks[-1]
        whole, _, decimals = number.rpartition(last)
        leading_digits = whole.lstrip("+-")
        # 1.234 and 120,000 separate thousands; 0.125, 1234.567 and other numbers of digits have a decimal part.
        if marks.count(last) > 1 or (len(decimals) == 3 and 1 <= len(leading_digits) <= 3 and leading_digits != "0"):
            number = re.sub("[.,]", "", number)
        else:
            number = re.sub("[.,]", "", whole) + "." + decimals
    try:
        amount = Decimal(number) * Decimal(10) ** factor
    except InvalidOperation:
        raise ValueError(f"amount {text!r} cannot be read") from None
    if not amount.is_finite():
        raise ValueError(f"amount {text!r} cannot be read")
    return amount
