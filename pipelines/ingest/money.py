"""Parses amounts of money as people and programs write them: `$12,000.50`, `1'250.–`, `12,5 Mio. €`, `1亿2000万元`."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import cache

from babel.numbers import list_currencies

from pipelines.ingest.values import is_blank

_LONGEST = 64
#: Powers of ten of the smallest and the largest amount: others are mistakes, and no database or page takes them.
_SMALLEST, _LARGEST = -6, 14

# Powers of ten. A decimal comma goes with the units of continental Europe, a decimal point with the others.
_CONTINENTAL = {"tsd": 3, "tausend": 3, "t": 3, "mio": 6, "millionen": 6, "mill": 6, "mln": 6, "mrd": 9, "mia": 9,
                "md": 9, "milliarde": 9, "milliarden": 9, "milliards": 9, "billionen": 12, "millones": 6,
                "mille": 3}  # fmt: skip
_OTHER = {"k": 3, "thousand": 3, "m": 6, "mm": 6, "mn": 6, "million": 6, "millions": 6, "b": 9, "bn": 9, "billion": 9,
          "billions": 9, "tn": 12, "trillion": 12, "lakh": 5, "lakhs": 5, "crore": 7, "crores": 7, "cr": 7,
          "百": 2, "千": 3, "仟": 3, "万": 4, "萬": 4, "亿": 8, "億": 8, "兆": 12,
          "백": 2, "천": 3, "만": 4, "억": 8}  # fmt: skip
_CURRENCY_WORDS = frozenset("€$£¥₩₹₽₺₫฿₴₪元圆圓块塊円원人民币幣港台臺新美欧歐日英镑鎊") | frozenset(
    [
        "us",
        "nt",
        "hk",
        "au",
        "ca",
        "sg",
        "nz",
        "a",
        "c",
        "s",
        "r",
        "fr",
        "sfr",
        "rs",
        "rmb",
        "kr",
        "zł",
        "kč",
        "lei",
        "euro",
        "euros",
        "dollar",
        "dollars",
        "franken",
        "pfund",
        "pound",
        "pounds",
        "yuan",
        "yen",
        "won",
        "rupees",
    ]
)
_NUMBER = re.compile(r"(\d{1,3}(?:[ '’_]\d{3})+(?:[.,]\d+)?|[.,]?\d[\d.,]*(?:e[+-]?\d{1,4})?)")
_WORD = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]|[^\W\d_]+|[^\w\s.,]")
_NO_CENTS = re.compile(r"(?<=\d)[.,]\s?[-–—]+(?=\D|$)")


def parse_money(text: str) -> Decimal | None:
    """The amount in a cell, without its currency; `None` if blank.

    `1.234` and `12,000` are thousands. Raises `ValueError` for what is no amount, and for amounts of 10¹⁵ and more.
    """
    if is_blank(text):
        return None
    try:
        amount = _parse(text) if len(text) <= _LONGEST else None
    except (InvalidOperation, ValueError):
        amount = None
    if amount is None or not amount.is_finite():
        raise ValueError(f"amount {text[:_LONGEST]!r} cannot be read")
    if amount and not _SMALLEST <= amount.adjusted() <= _LARGEST:
        raise ValueError(f"amount {text[:_LONGEST]!r} is out of bounds")
    return amount


def _parse(text: str) -> Decimal:
    text = unicodedata.normalize("NFKC", _NO_CENTS.sub("", text)).replace("\u2212", "-").strip().casefold()
    is_negative = (text[0] == "(" and text[-1] == ")") or (text[-1] == "-" and text[0] != "-")
    text = text.strip("()") if text[0] == "(" else text.removesuffix("-")
    before, *rest = _NUMBER.split(text)
    sign, before = (-1 if is_negative or "-" in before else 1), re.sub("[-+]", "", before, count=1)
    amounts = [(number, _units(units)) for number, units in zip(rest[::2], rest[1::2], strict=True)]
    prefix = _units(before)
    # Several numbers are one only with units that fall: 1亿2000万.
    powers = [sum(powers.values()) for _, powers in amounts]
    if not amounts or (len(amounts) > 1 and (powers != sorted(set(powers), reverse=True) or prefix)):
        raise ValueError(text)
    total = Decimal(0)
    for (number, units), power in zip(amounts, powers, strict=True):
        total += _number(number, {**prefix, **units}) * Decimal(10) ** (power + sum(prefix.values()))
    return sign * total


def _units(words: str) -> dict[str, int]:
    """The units among the words beside a number, with their powers of ten. Raises `ValueError` for other words."""
    units = {}
    for word in _WORD.findall(words):
        if word in _CONTINENTAL or word in _OTHER:
            units[word] = _CONTINENTAL.get(word) or _OTHER[word]
        elif len(word) == 4 and word[1:] in _codes() and word[0] in "tkm":  # TEUR
            units[word[0]] = _CONTINENTAL.get(word[0]) or _OTHER[word[0]]
        elif word not in _CURRENCY_WORDS and word not in _codes():
            raise ValueError(word)
    return units


def _number(text: str, units: dict[str, int]) -> Decimal:
    """The number, after it is decided whether its last mark separates decimals or thousands."""
    text, _, exponent = re.sub("[ '’_]", "", text).partition("e")
    marks = [char for char in text if char in ".,"]
    if marks:
        last = marks[-1]
        whole, _, decimals = text.rpartition(last)
        # 1.234 and 120,000 separate thousands; 0.125, 1234.567 and other numbers of digits have a decimal part.
        is_thousands = len(decimals) == 3 and 1 <= len(whole) <= 3 and whole != "0"
        if units:
            is_thousands = is_thousands and last == ("." if units.keys() & _CONTINENTAL.keys() else ",")
        if marks.count(last) > 1 or is_thousands:
            text = re.sub("[.,]", "", text)
        else:
            text = re.sub("[.,]", "", whole) + "." + decimals
    return Decimal(f"{text}e{exponent or 0}")


@cache
def _codes() -> frozenset[str]:
    """ISO codes of currencies, in lower case."""
    return frozenset(code.casefold() for code in list_currencies())
