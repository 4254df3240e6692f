"""Parses the cells of a score column: a number on some scale, a group of NPS, or one of the codes for no answer."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipelines.ingest import words
from pipelines.ingest.values import is_blank
from saywhy.feedback import Group

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufe0f\ufeff\u20e3]")
_MINUS = str.maketrans("\u2212\u2012\u2013\u2014", "----")
# 10.0 and 9,00; three decimals may as well be thousands: 1,000.
_PLAIN = re.compile(r"(?P<number>[+-]?\d{1,9})(?:[.,](?P<decimals>\d{1,2}|\d{4,20}))?")
# "9 - Very likely", "10 (sehr wahrscheinlich)", "9分"; no other digit may follow, or it is a date or a range.
_FRACTION = re.compile(r"[\d.,\s]*/")
_LEADING = re.compile(
    r"(?P<number>\d{1,2})(?:[.,]0{1,2})?(?:[\u3400-\u9fff\uac00-\ud7af]|\s*[-=:;)(（\[|!?]|\s+[^\s\d])\D*"
)
# "8/10", "9 out of 10", "9 von 10".
_OUT_OF = re.compile(r"(?P<number>\d{1,2})\s*(?:/|out of|of|von|sur|de|aus)\s*(?P<best>10|5)\b\D*", re.IGNORECASE)
# "Very likely (9)", "Extremely likely - 10", "Score: 9", "非常可能10分"; a number after words alone ("less than 3",
# "version 2") is none.
_TRAILING = re.compile(
    r"\D*[(（\[【](?P<bracketed>\d{1,2})\s*分?[)）\]】]|[^\d<>]*\s[-=|]\s*(?P<dashed>\d{1,2})|"
    r"[^\d<>]*:\s*(?P<named>\d{1,2})|"
    r"(?:score|rating|nps|note|punkte)\s(?P<called>\d{1,2})|[^\d<>低少不超大小至最]*(?P<points>\d{1,2})\s*分",
    re.IGNORECASE,
)
_STARS = re.compile("([★⭐🌟]{1,10})[☆✩]{0,9}")
# Codes that panels, SPSS and LimeSurvey give for no answer; no scale goes that far. Negative numbers are codes too.
_CODES = frozenset({66, 77, 88, 96, 97, 98, 99, 666, 777, 888, 996, 997, 998, 999, 9996, 9997, 9998, 9999, 99999})
# Around a code or in place of one: `<NA>`, `"-"`, `??`.
_MARKS = "\"'<>()[]（）【】*?-. "
_REMARK = re.compile(r"\s*[(（\[:].*", re.DOTALL)


def is_no_answer(text: str, highest: int = 10) -> bool:
    """Whether the cell says that there is no score: blank, -99, "don't know", "不清楚", "#NULL!".

    Codes are numbers beyond the `highest` score.
    """
    return is_blank(text) or _is_code(text, highest)


def answer_in(cell: str) -> str:
    """The cell without blanks around it; "" for a code for no answer, which tools write into branches not taken."""
    return "" if is_no_answer(cell) else cell.strip()


@lru_cache(maxsize=4096)
def parse_score(text: str, highest: int = 10) -> int | None:
    """The whole number in a cell, on any scale: `9`, `10.0`, `9 - Very likely`, `8/10`, `★★★☆☆`.

    `None` if there is no answer; codes for that lie beyond the `highest` score. Raises `ValueError` for anything else:
    `7.5`, `1,000`, `less than 3`, `>5`, `10/5`.
    """
    if is_no_answer(text, highest):
        return None
    shown, text = text[:50], _plain_text(text)
    if match := _PLAIN.fullmatch(text):
        if int(match["decimals"] or 0) == 0:
            return int(match["number"])
        raise ValueError(f"score {shown!r} is not a whole number")
    if (match := _OUT_OF.fullmatch(text)) and int(match["number"]) <= int(match["best"]):
        return int(match["number"])
    if not _FRACTION.match(text) and (match := _LEADING.fullmatch(text)):
        return int(match["number"])
    if match := _STARS.fullmatch(text):
        return len(match[1])
    if match := _TRAILING.fullmatch(text):
        return int(next(filter(None, match.groups())))
    raise ValueError(f"score {shown!r} is not a number")


@lru_cache(maxsize=1024)
def parse_group(text: str) -> Group | None:
    """Promoter, passive or detractor, as tools and people name the groups; `None` if there is no answer.

    Raises `ValueError` for anything else.
    """
    if is_no_answer(text):
        return None
    key = _REMARK.sub("", _plain_text(text)).casefold().removeprefix("nps ")
    for group in Group:
        if key in words.in_cells(group):
            return group
    raise ValueError(f"{text[:50]!r} is no group of NPS")


def _plain_text(text: str) -> str:
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_MINUS).strip()


def _is_code(text: str, highest: int) -> bool:
    plain = _plain_text(text)
    if match := _PLAIN.fullmatch(plain):
        number = int(match["number"])
        return not int(match["decimals"] or 0) and (number < 0 or (number in _CODES and number > highest))
    key = plain.casefold().replace("’", "'")
    bare = key.strip(_MARKS)
    return not bare or not {key, key.rstrip(".!"), bare}.isdisjoint(words.in_cells("no_answer"))
