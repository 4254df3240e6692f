"""Parses dates and times as survey tools and spreadsheets write them, in several languages and orders."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

from pipelines.ingest.values import is_blank

_TIME = re.compile(
    r"(?P<before>[ap]\.?m\.?|上午|下午|凌晨|早上|晚上|中午)?\s*(?P<hour>\d{1,2})\s*[:時时h]\s*(?P<minute>\d{2})"
    r"(?:\s*[:分]\s*(?P<second>\d{2})(?:\.\d+)?)?\s*[秒分]?\s*(?P<after>[ap]\.?\s?m\.?)?"
    r"\s*(?:uhr)?\s*(?P<zone>z|(?:utc|gmt)?\s*[+-]\d{1,2}(?::?\d{2})?|utc|gmt|[a-z]{3,4})?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?")
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})\s*(?P<mark>[-/.])\s*(?P<b>\d{1,2})\s*[-/.]\s*(?P<y>\d{4}|\d{2})")
_DAY_NAME = re.compile(
    r"(?P<d>\d{1,2})(?:st|nd|rd|th|\.|er)?[\s-]+(?:de\s+)?(?P<m>[^\W\d]+)\.?,?[\s-]+(?:de\s+)?(?P<y>\d{4})"
)
_NAME_DAY = re.compile(r"(?P<m>[^\W\d]+)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})")
_WEEKDAY = re.compile(r"^[^\W\d]{2,10}\.?,\s+|\s*[(（]?(?:星期|週|周)[一二三四五六日天][)）]?\s*")
# Prefixes of month names in English, German, French and Spanish.
_MONTHS = {
    1: "jan jän ene", 2: "feb fév fev", 3: "mar mär mrz", 4: "apr avr abr", 5: "may mai", 6: "jun juin",
    7: "jul juil", 8: "aug aoû aou ago", 9: "sep", 10: "oct okt", 11: "nov", 12: "dec dez déc dic",
}  # fmt: skip
_MONTH_OF = {name: month for month, names in _MONTHS.items() for name in names.split()}
_EPOCH = re.compile(r"\d{10}(?:\.\d+)?|\d{13}")
_ZONES = {"cet": 1, "cest": 2, "mez": 1, "mesz": 2, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
          "pst": -8, "pdt": -7, "bst": 1, "jst": 9}  # fmt: skip


def parse_timestamp(text: str, *, day_first: bool = False) -> datetime | None:
    """The time in UTC; `None` if the cell is blank. A time without a time zone counts as UTC.

    `day_first` decides whether 03/04/2026 is the 3rd of April; 03.04.2026 always is. Raises `ValueError`.
    """
    stripped = text.strip()
    try:
        moment = datetime.fromisoformat(stripped)  # the most frequent format, and the fastest to parse
        if _EPOCH.fullmatch(stripped) is None:
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # year 1 or 9999 with a zone
        pass
    if is_blank(stripped):
        return None
    try:
        return _parse(_WEEKDAY.sub(" ", unicodedata.normalize("NFKC", stripped)).strip(), day_first)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"date {text!r} cannot be read") from error


def _parse(text: str, day_first: bool) -> datetime:
    if _EPOCH.fullmatch(text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    if match := _YEAR_FIRST.match(text):
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    elif match := _YEAR_LAST.match(text):
        year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
        day, month = int(match["a"]), int(match["b"])
        if match["mark"] != "." and not day_first:
            day, month = month, day
    elif match := _DAY_NAME.match(text) or _NAME_DAY.match(text):
        year, month, day = int(match["y"]), _month(match["m"]), int(match["d"])
    else:
        raise ValueError(text)
    rest = re.sub(r"^[\s,Tt]+(?:um|at|à|a las)?\s*", "", text[match.end() :])
    if not rest:
        return datetime(year, month, day, tzinfo=UTC)
    time = _TIME.fullmatch(rest)
    if time is None:
        raise ValueError(text)
    hour = _hour(int(time["hour"]), re.sub(r"[.\s]", "", time["before"] or time["after"] or "").casefold())
    zone = _zone(time["zone"])
    return datetime(year, month, day, hour, int(time["minute"]), int(time["second"] or 0), tzinfo=zone).astimezone(UTC)


def _month(name: str) -> int:
    name = name.casefold()
    return _MONTH_OF.get(name[:4]) or _MONTH_OF.get(name[:3], 0)


def _hour(hour: int, half: str) -> int:
    if half in ("pm", "下午", "晚上", "中午"):
        return hour + 12 if hour < 12 and not (half == "中午" and hour == 11) else hour
    if half in ("am", "上午", "凌晨", "早上"):
        return 0 if hour == 12 else hour
    return hour


def _zone(name: str | None) -> timezone:
    name = (name or "").casefold().removeprefix("utc").removeprefix("gmt").strip()
    if name in ("", "z"):
        return UTC
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    if match := re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})?", name):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(-offset if match[1] == "-" else offset)
    raise ValueError(name)


def detect_day_first(values: Iterable[str], *, hint: bool) -> tuple[bool, bool]:
    """Whether 03/04/2026 in this column is the 3rd of April, and whether that is certain.

    A number above 12 decides. Otherwise, since exports are in order of time, the interpretation with fewer rows out of
    order is taken; if both have as many, `hint`.
    """
    pairs = [
        (int(match["a"]), int(match["b"]), int(match["y"]))
        for match in map(_YEAR_LAST.match, values)
        if match and match["mark"] != "."
    ]
    if not pairs:
        return hint, True
    max_first, max_second = max(a for a, _, _ in pairs), max(b for _, b, _ in pairs)
    if (max_first > 12) != (max_second > 12):
        return max_first > 12, True
    day_first = _count_out_of_order([(year, b, a) for a, b, year in pairs])
    month_first = _count_out_of_order([(year, a, b) for a, b, year in pairs])
    if day_first != month_first:
        return day_first < month_first, False
    return hint, all(a == b for a, b, _ in pairs)


def _count_out_of_order(days: list[tuple[int, int, int]]) -> int:
    """How many neighbours are out of order, ascending or descending, whichever fits better."""
    rises = sum(one < other for one, other in itertools.pairwise(days))
    falls = sum(one > other for one, other in itertools.pairwise(days))
    return min(rises, falls)
