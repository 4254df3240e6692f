"""Cells as values: scores, amounts, moments."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pipelines.ingest.dates import parse_timestamp, tell_day_first
from pipelines.ingest.values import parse_money, parse_score


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ("0", 0),
        ("10", 10),
        ("10.0", 10),
        ("9,0", 9),
        (" 7 ", 7),
        ("９", 9),
        ("9 - Very likely", 9),
        ("0 – gar nicht wahrscheinlich", 0),
        ("10 (sehr wahrscheinlich)", 10),
        ("9分", 9),
        ("8/10", 8),
        ("Extremely likely (10)", 10),
        ("非常愿意10分", 10),
        ("11", 11),
        ("-1", -1),
        ("", None),
        ("  ", None),
        ("n/a", None),
        ("NaN", None),
        ("-", None),
    ],
)
def test_scores_as_tools_write_them(cell: str, score: int | None) -> None:
    """Floats, anchors, full-width digits and units give the number; 0 is a score and blanks are none."""
    assert parse_score(cell) == score


@pytest.mark.parametrize("cell", ["7.5", "9-10", "2026-09-03", "very likely", "9 or 10", "1,5", "ten"])
def test_what_is_no_whole_number_is_no_score(cell: str) -> None:
    """Fractions, ranges, dates and words are refused rather than guessed at."""
    with pytest.raises(ValueError, match="score"):
        parse_score(cell)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12000", "12000"),
        ("$12,000.50", "12000.50"),
        ("1.234,56 €", "1234.56"),
        ("1 234,56 EUR", "1234.56"),
        ("1'200 CHF", "1200"),
        ("120,000", "120000"),
        ("12.500", "12500"),
        ("0.125", "0.125"),
        ("1234.567", "1234.567"),
        ("12,5", "12.5"),
        ("12k", "12000"),
        ("30万", "300000"),
        ("¥1.5亿", "150000000"),
        ("-500", "-500"),
        ("n/a", None),
    ],
)
def test_amounts_as_people_write_them(cell: str, amount: str | None) -> None:
    """Currencies, both decimal marks, thousands and units of English, German and Chinese."""
    assert parse_money(cell) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize("cell", ["tbd", "12-13", "1.2.3,4,5x", "Infinity"])
def test_what_is_no_amount_is_refused(cell: str) -> None:
    """A word or a range is no amount of money."""
    with pytest.raises(ValueError, match="amount"):
        parse_money(cell)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-09-03T12:00:00Z", datetime(2026, 9, 3, 12)),
        ("2026-09-03T12:00:00+02:00", datetime(2026, 9, 3, 10)),
        ("2026-09-03 12:00", datetime(2026, 9, 3, 12)),
        ("2026/09/03 12:00:00", datetime(2026, 9, 3, 12)),
        ("2026/9/3 8:05:09", datetime(2026, 9, 3, 8, 5, 9)),
        ("2026/09/03 3:01:22 PM GMT+2", datetime(2026, 9, 3, 13, 1, 22)),
        ("2026/09/03 下午 3:01:22", datetime(2026, 9, 3, 15, 1, 22)),
        ("2026/09/03 上午 12:10:00", datetime(2026, 9, 3, 0, 10)),
        ("2026年9月3日 12时05分", datetime(2026, 9, 3, 12, 5)),
        ("03.09.2026 12:00", datetime(2026, 9, 3, 12)),
        ("3. September 2026, 12:00 Uhr", datetime(2026, 9, 3, 12)),
        ("Do., 3. Sept. 2026", datetime(2026, 9, 3)),
        ("Sep 3, 2026 12:00 PM", datetime(2026, 9, 3, 12)),
        ("3 Dez 2026", datetime(2026, 12, 3)),
        ("12. März 2026", datetime(2026, 3, 12)),
        ("3 août 2026 à 9h05", datetime(2026, 8, 3, 9, 5)),
        ("3 de enero de 2026", datetime(2026, 1, 3)),
        ("09/13/2026 11:30:00 PM", datetime(2026, 9, 13, 23, 30)),
        ("1760000000", datetime(2025, 10, 9, 8, 53, 20)),
        ("1760000000000", datetime(2025, 10, 9, 8, 53, 20)),
        ("Thu, 3 Sep 2026 12:00:00 CEST", datetime(2026, 9, 3, 10)),
    ],
)
def test_moments_as_tools_write_them(cell: str, moment: datetime) -> None:
    """ISO, localised, spelt out and epoch; without a zone they are UTC."""
    assert parse_timestamp(cell) == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize("cell", ["yesterday", "32.01.2026", "13/13/2026", "2026-02-30", "9", "2026-09-03 25:00"])
def test_what_is_no_moment_is_refused(cell: str) -> None:
    """Words, days that do not exist and bare numbers are no moments."""
    with pytest.raises(ValueError, match="cannot be read"):
        parse_timestamp(cell)


def test_blank_moment_is_none() -> None:
    """No date is no error."""
    assert parse_timestamp(" ") is None
    assert parse_timestamp("n/a") is None


def test_order_of_day_and_month() -> None:
    """A number above 12 decides; else the order of time does; else the hint, and the doubt is said."""
    assert tell_day_first(["03/04/2026", "25/04/2026"], hint=False) == (True, True)
    assert tell_day_first(["03/04/2026", "04/25/2026"], hint=True) == (False, True)
    days = [f"{day:02}/{month:02}/2026" for month in (3, 4, 5) for day in (2, 7, 11)]
    assert tell_day_first(days, hint=False) == (True, False)
    assert tell_day_first(["03/04/2026"], hint=True) == (True, False)
    assert tell_day_first(["03/04/2026"], hint=False) == (False, False)
    assert tell_day_first(["03/03/2026"], hint=False) == (False, True)
    assert tell_day_first(["2026-03-04"], hint=False) == (False, True)
    assert parse_timestamp("03/04/2026", day_first=True) == datetime(2026, 4, 3, tzinfo=UTC)
    assert parse_timestamp("03/04/2026", day_first=False) == datetime(2026, 3, 4, tzinfo=UTC)
