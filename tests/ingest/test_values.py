"""Parsing of cells: scores, amounts, dates and times."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pipelines.ingest.dates import detect_day_first, parse_timestamp
from pipelines.ingest.money import parse_money
from pipelines.ingest.scores import parse_score


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
        ("-1", None),
        ("", None),
        ("  ", None),
        ("n/a", None),
        ("NaN", None),
        ("-", None),
    ],
)
def test_scores_as_tools_write_them(cell: str, score: int | None) -> None:
    """Floats, labels of scale ends, full-width digits and units give the number; 0 is a score, blank is none."""
    assert parse_score(cell) == score


@pytest.mark.parametrize("cell", ["7.5", "9-10", "2026-09-03", "very likely", "9 or 10", "1,5", "ten"])
def test_other_cells_are_no_scores(cell: str) -> None:
    """Fractions, ranges, dates and words raise an error."""
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
    """Currencies, both decimal marks, thousands separators, and English and Chinese units."""
    assert parse_money(cell) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12,5 Mio. €", "12500000"),
        ("2,4 Mio CHF", "2400000"),
        ("1,2 Mrd. €", "1200000000"),
        ("12.500 Tsd. €", "12500000"),
        ("TEUR 250", "250000"),
        ("CHF 1'250.–", "1250"),
        ("5.000,- €", "5000"),
        ("2.125m", "2125000"),
        ("US$1.2bn", "1200000000"),
        ("5 crore", "50000000"),
        ("1亿2000万元", "120000000"),
        ("3千万円", "30000000"),
        ("3억 5000만원", "350000000"),
        ("1 234 567,89 €", "1234567.89"),
        ("(1,234)", "-1234"),
        ("−5", "-5"),
        ("1.5E+06", "1500000"),
    ],
)
def test_amounts_with_units(cell: str, amount: str) -> None:
    """Units of German, English, Chinese, Japanese, Korean and Indian, Swiss and accountants' forms."""
    assert parse_money(cell) == Decimal(amount)


@pytest.mark.parametrize(
    "cell",
    ["tbd", "12-13", "1.2.3,4,5x", "Infinity", "20 %", "k", "3 x 5", "1e400", "1e9999999", "1e-400", "9" * 99, "sNaN"],
)
def test_other_cells_are_no_amounts(cell: str) -> None:
    """Words, ranges and numbers that no database or page takes raise an error."""
    with pytest.raises(ValueError, match="amount"):
        parse_money(cell)


@pytest.mark.parametrize(
    ("cell", "timestamp"),
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
def test_timestamps_as_tools_write_them(cell: str, timestamp: datetime) -> None:
    """ISO, localised, spelt out and epoch; without a time zone they are UTC."""
    assert parse_timestamp(cell) == timestamp.replace(tzinfo=UTC)


@pytest.mark.parametrize("cell", ["yesterday", "32.01.2026", "13/13/2026", "2026-02-30", "9", "2026-09-03 25:00"])
def test_other_cells_are_no_timestamps(cell: str) -> None:
    """Words, days that do not exist and bare numbers raise an error."""
    with pytest.raises(ValueError, match="cannot be read"):
        parse_timestamp(cell)


def test_blank_timestamp_is_none() -> None:
    """A blank cell is no error."""
    assert parse_timestamp(" ") is None
    assert parse_timestamp("n/a") is None


def test_order_of_day_and_month() -> None:
    """A number above 12 decides; else the order of time does, else the hint, and both are marked as uncertain."""
    assert detect_day_first(["03/04/2026", "25/04/2026"], hint=False) == (True, True)
    assert detect_day_first(["03/04/2026", "04/25/2026"], hint=True) == (False, True)
    days = [f"{day:02}/{month:02}/2026" for month in (3, 4, 5) for day in (2, 7, 11)]
    assert detect_day_first(days, hint=False) == (True, False)
    assert detect_day_first(["03/04/2026"], hint=True) == (True, False)
    assert detect_day_first(["03/04/2026"], hint=False) == (False, False)
    assert detect_day_first(["03/03/2026"], hint=False) == (False, True)
    assert detect_day_first(["2026-03-04"], hint=False) == (False, True)
    assert parse_timestamp("03/04/2026", day_first=True) == datetime(2026, 4, 3, tzinfo=UTC)
    assert parse_timestamp("03/04/2026", day_first=False) == datetime(2026, 3, 4, tzinfo=UTC)
