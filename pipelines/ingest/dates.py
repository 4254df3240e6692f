"""Parses dates and times as survey tools and spreadsheets write them, in several languages and orders."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.ingest.values import is_blank

#: No survey was answered outside these years: such dates are placeholders (0001-01-01, 9999-12-31) or typing errors.
YEARS = range(1970, 2101)
_MORNING = "am vorm vormittags morgens früh 上午 凌晨 早上 清晨 午前 오전"
_AFTERNOON = "pm nachm nachmittags abends 下午 晚上 傍晚 中午 午后 午後 오후"
_HALVES = dict.fromkeys(_MORNING.split(), "am") | dict.fromkeys(_AFTERNOON.split(), "pm")
_HALF = r"[ap]\.?\s?m\b\.?|" + "|".join(
    rf"{word}\.?" for word in sorted(_HALVES, key=len, reverse=True) if len(word) > 2
)
_HALF += "|上午|凌晨|早上|清晨|下午|晚上|傍晚|中午|午[前后後]|오전|오후"
_TIME = re.compile(
    rf"(?P<before>{_HALF})?\s*(?P<hour>\d{{1,2}})\s*[:.時时点點h]\s*(?P<minute>\d{{2}})"
    rf"(?:\s*[:.分]\s*(?P<second>\d{{2}})(?:[.,]\d+)?)?\s*[秒分]?\s*(?P<after>{_HALF})?"
    r"\s*(?:uhr\b)?\s*(?P<zone>z|(?:utc|gmt)?\s*[+-]\d{1,2}(?::?\d{2})?|[a-z]{2,5}|[a-z]+/[a-z_/]+)?"
    r"(?:\s*\(.*\))?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?")
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})\s*(?P<mark>[-/.])\s*(?P<b>\d{1,2})\s*[-/.]\s*(?P<y>\d{4}|\d{2})")
_DAY_NAME = re.compile(
    r"(?P<d>\d{1,2})(?:st|nd|rd|th|\.|er)?[\s-]+(?:de\s+)?(?P<m>[^\W\d]+)\.?,?[\s-]+(?:de\s+)?(?P<y>\d{4})"
)
_NAME_DAY = re.compile(r"(?P<m>[^\W\d]+)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})")
# "Apr 01 13:51:40 CEST 2026", as Unix and Java write it.
_YEAR_AT_END = re.compile(r"(?P<day>[^\W\d]+\s+\d{1,2})\s+(?P<time>\d{1,2}:\d{2}.*?)\s+(?P<y>\d{4})")
_WEEKDAY = re.compile(
    r"^(?:[^\W\d]{2,10}\.?,\s+|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\s+)|\s*[(（]?(?:星期|週|周)[一二三四五六日天][)）]?\s*",
    re.IGNORECASE,
)
# Prefixes of month names in English, German, French and Spanish.
_MONTHS = {
    1: "jan jän ene", 2: "feb fév fev", 3: "mar mär mrz", 4: "apr avr abr", 5: "may mai", 6: "jun juin",
    7: "jul juil", 8: "aug aoû aou ago", 9: "sep", 10: "oct okt", 11: "nov", 12: "dec dez déc dic",
}  # fmt: skip
_MONTH_OF = {name: month for month, names in _MONTHS.items() for name in names.split()}
_EPOCH = re.compile(r"\d{10}(?:\.\d+)?|\d{13}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})")
# Days since the end of 1899, as spreadsheets count them: from 1970 to 2100.
_SERIAL = re.compile(r"(?:2[5-9]|[3-6]\d|7[0-3])\d{3}(?:[.,]\d+)?")
_SERIAL_ORIGIN = datetime(1899, 12, 30, tzinfo=UTC)
# Hours east of Greenwich. Of an ambiguous abbreviation, the meaning that more people live by (IST: India), except
# that CST is American, as in the exports of American tools.
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "wez": 0, "west": 1, "wesz": 1, "bst": 1, "cet": 1, "mez": 1,
    "wat": 1, "cest": 2, "mesz": 2, "eet": 2, "oez": 2, "sast": 2, "cat": 2, "eest": 3, "oesz": 3, "msk": 3, "trt": 3,
    "eat": 3, "idt": 3, "ast": -4, "irst": 3.5, "gst": 4, "pkt": 5, "ist": 5.5, "npt": 5.75, "bdt": 6, "ict": 7,
    "wib": 7, "sgt": 8, "hkt": 8, "pht": 8, "myt": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10,
    "acdt": 10.5, "aedt": 11, "nzst": 12, "nzdt": 13, "brt": -3, "brst": -2, "art": -3, "clst": -3, "adt": -3,
    "uyt": -3, "nst": -3.5, "clt": -4, "vet": -4, "edt": -4, "est": -5, "cdt": -5, "cot": -5, "pet": -5, "cst": -6,
    "mdt": -6, "mst": -7, "pdt": -7, "pst": -8, "akdt": -8, "akst": -9, "hst": -10, "et": -5, "ct": -6, "mt": -7,
    "pt": -8,
}  # fmt: skip


def parse_timestamp(text: str, *, day_first: bool = False) -> datetime | None:
    """The time in UTC; `None` if the cell is blank. A time without a time zone counts as UTC.

    `day_first` decides whether 03/04/2026 is the 3rd of April; 03.04.2026 always is. A number is seconds since 1970
    or a day as spreadsheets count them. Raises `ValueError`, also for years outside `YEARS`.
    """
    stripped = text.strip()
    try:
        moment = _parse_iso(stripped)  # the most frequent format, and the fastest to parse
        if moment is None:
            if is_blank(stripped):
                return None
            moment = _parse(_WEEKDAY.sub(" ", unicodedata.normalize("NFKC", stripped)).strip(), day_first)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"date {text[:50]!r} cannot be read") from error
    if moment.year not in YEARS:
        raise ValueError(f"date {text[:50]!r} is no time of an answer")
    return moment


def is_date(cell: str) -> bool:
    """Whether a cell is a date for certain: numbers, which may be times too, are not."""
    if not 6 <= len(cell) <= 60 or cell.strip().replace(".", "").isdigit():
        return False
    try:
        return parse_timestamp(cell) is not None
    except ValueError:
        try:
            return parse_timestamp(cell, day_first=True) is not None
        except ValueError:
            return False


def _parse_iso(text: str) -> datetime | None:
    if _EPOCH.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _parse(text: str, day_first: bool) -> datetime:
    if _EPOCH.fullmatch(text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    if _SERIAL.fullmatch(text):
        return _SERIAL_ORIGIN + timedelta(seconds=round(float(text.replace(",", ".")) * 86_400))
    if match := _COMPACT.fullmatch(text):
        return datetime(*map(int, match.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
    if match := _YEAR_AT_END.fullmatch(text):
        text = f"{match['day']} {match['y']} {match['time']}"
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
    rest = re.sub(r"^[\s,Tt-]+(?:(?:um|at|à|a las)\b)?\s*", "", text[match.end() :])
    if not rest:
        return datetime(year, month, day, tzinfo=UTC)
    time = _TIME.fullmatch(rest)
    if time is None:
        raise ValueError(text)
    hour = _hour(int(time["hour"]), re.sub(r"[.\s]", "", time["before"] or time["after"] or "").casefold())
    return datetime(year, month, day, hour, int(time["minute"]), int(time["second"] or 0), tzinfo=_zone(time["zone"]))


def _month(name: str) -> int:
    name = name.casefold()
    return _MONTH_OF.get(name[:4]) or _MONTH_OF.get(name[:3], 0)


def _hour(hour: int, word: str) -> int:
    half = _HALVES.get(word)
    if half == "pm" and hour < 12:
        return hour if word == "中午" and hour == 11 else hour + 12
    return 0 if half == "am" and hour == 12 else hour


def _zone(name: str | None) -> tzinfo:
    key = (name or "z").casefold().strip()
    if key in _ZONES:
        return timezone(timedelta(hours=_ZONES[key]))
    if match := re.fullmatch(r"(?:utc|gmt)?\s*([+-])(\d{1,2}):?(\d{2})?", key):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(-offset if match[1] == "-" else offset)
    try:
        if "/" in key and name:
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        pass
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
