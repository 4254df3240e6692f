"""Lists of customers to ask, from files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.ingest.customer_list import ListColumns, read_customer_list
from saywhy.errors import InvalidInput


def written(folder: Path, text: str, name: str = "customers.csv") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "header",
    [
        "Customer ID,Name,E-Mail,Industry,Segment,Opted out,Last asked",
        "Kundennummer,Name,E-Mail-Adresse,Branche,Kundensegment,Abgemeldet,Zuletzt befragt",
        "客户编号,姓名,邮箱,行业,客户细分,已退订,上次调查日期",
        "客戶編號,姓名,電子郵件,行業,客戶區隔,已退訂,上次調查日期",
    ],
)
def test_usual_columns_are_found(tmp_path: Path, header: str) -> None:
    """In English, German, Simplified and Traditional Chinese, industry and segment are the strata."""
    rows = "c-1,Ada,ada@x.example,retail,large,,2026-11-20\nc-2,Bo,bo@x.example,health,,yes,\nc-3,Cy,,it,small,no,"
    read = read_customer_list(written(tmp_path, f"{header}\n{rows}\n"))
    ada, bo, cy = read.customers
    assert [column for column in header.split(",") if column in read.dimensions] == list(read.dimensions)
    assert (ada.id, ada.name, ada.email, ada.opted_out) == ("c-1", "Ada", "ada@x.example", False)
    assert ada.asked_on == date(2026, 11, 20)
    assert list(ada.segments.values()) == ["retail", "large"]
    assert (bo.opted_out, list(bo.segments.values())) == (True, ["health", ""])
    assert (cy.opted_out, cy.email, cy.asked_on) == (False, None, None)


def test_columns_can_be_named(tmp_path: Path) -> None:
    """Any column is a dimension; "" is no column, and first and last names are joined."""
    text = "key,address,First name,Last name,Region,Unsubscribed,seen\n7,a@x.example,Ada,Birch,north,x,03/04/2026\n"
    columns = ListColumns(
        id="key", email="address", opted_out="", asked_on="seen", dimensions=("region",), day_first=True
    )
    read = read_customer_list(written(tmp_path, text), columns)
    [ada] = read.customers
    assert (ada.id, ada.name, ada.segments, ada.opted_out) == ("7", "Ada Birch", {"Region": "north"}, False)
    assert ada.asked_on == date(2026, 4, 3)


def test_workbooks_and_json_lines_are_read(tmp_path: Path) -> None:
    """The same customers as from CSV."""
    book = Workbook()
    assert book.active is not None
    for row in (["Customer ID", "Email", "Industry"], ["c-1", "a@x.example", "it"], ["c-2", "b@x.example", "bank"]):
        book.active.append(row)
    book.save(tmp_path / "customers.xlsx")
    lines = '{"customer_id": "c-1", "email": "a@x.example", "industry": "it"}\n'
    lines += '{"customer_id": "c-2", "email": "b@x.example", "industry": "bank"}\n'
    from_lines = read_customer_list(written(tmp_path, lines, "customers.jsonl"))
    from_book = read_customer_list(tmp_path / "customers.xlsx")
    for read in (from_lines, from_book):
        assert [(one.id, one.email, *one.segments.values()) for one in read.customers] == [
            ("c-1", "a@x.example", "it"),
            ("c-2", "b@x.example", "bank"),
        ]


def test_rows_that_cannot_be_planned_are_rejected(tmp_path: Path) -> None:
    """Without an id, with another number of cells, with a date that is none: line and reason; the others are read."""
    text = "customer id,email,last asked\nc-1,a@x.example,\n,b@x.example,\nc-3,c@x.example\nc-4,d@x.example,soon\n"
    read = read_customer_list(written(tmp_path, text))
    assert [one.id for one in read.customers] == ["c-1"]
    assert [(one.line, one.reason) for one in read.rejections] == [
        (3, "has no customer id"),
        (4, "has 2 cells, the header has 3"),
        (5, "date 'soon' cannot be read"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("customer id,email\n", "header but no rows"),
        ("customer id,email\n,a@x.example\n", "has no customers; line 2: has no customer id"),
        ("customer id,name\nc-1,Ada\n", "no column with e-mail addresses.*its columns are: customer id, name"),
        ("email,name\na@x.example,Ada\n", "no column with customer ids"),
        ("customer id,email\nc-1,a@x.example\nc-2,b@x.example\nc-1,c@x.example\n", "lines 2 and 4 have the same"),
    ],
)
def test_lists_that_cannot_be_read_are_refused(tmp_path: Path, text: str, message: str) -> None:
    """With what is wrong and where; ids and addresses are not repeated."""
    with pytest.raises(InvalidInput, match=message) as error:
        read_customer_list(written(tmp_path, text))
    assert "x.example" not in error.value.detail


def test_a_column_that_is_missing_is_refused(tmp_path: Path) -> None:
    """With the columns that there are."""
    path = written(tmp_path, "customer id,email\nc-1,a@x.example\n")
    with pytest.raises(InvalidInput, match="no column 'region'; its columns are: customer id, email"):
        read_customer_list(path, ListColumns(dimensions=("region",)))
