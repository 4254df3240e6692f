"""The report as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.render import to_csv, to_json
from saywhy.report import Report
from tests.builders.extreme_reports import EMPTY, HOSTILE, HUGE
from tests.builders.reports import FULL, INVOICES, RATED


def rows(content: str, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows as a spreadsheet reads them."""
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline=""), delimiter=delimiter))


def test_json_has_the_documented_fields() -> None:
    """The documented fields have the numbers of the report."""
    data = json.loads(to_json(FULL))
    assert data["wave"] == "2026-Q2"
    groups = {"promoters", "passives", "detractors"}
    assert set(data["nps"]) == {"score", "low", "high", "n", "design_effect"} | groups
    assert data["nps"]["score"] == 23.4
    first = data["issues"][0]
    assert [first[name] for name in ("rank", "kind", "id", "theme", "impact", "low", "high", "mentions")] == [
        1, "topic", "topic-17", "billing", 4.83, 3.31, 6.35, 61,
    ]  # fmt: skip
    quote = first["quotes"][2]
    assert quote["text"][quote["start"] : quote["end"]] == "账单看不懂，每个月都要打电话问"


@pytest.mark.parametrize("report", [FULL, RATED, EMPTY, HUGE, HOSTILE])
def test_json_and_csv_can_be_written_as_utf8(report: Report) -> None:
    """With any comments, both are valid UTF-8 and can be read back with one entry per issue."""
    assert len(json.loads(to_json(report).encode())["issues"]) == len(report.issues)
    assert len(rows(to_csv(report).encode().decode())) == len(report.issues)


def test_json_keeps_offsets_beside_unencodable_characters() -> None:
    """A lone surrogate is replaced by one character, so that start and end still delimit the clause."""
    broken = replace(INVOICES.quotes[0], text="a\udce9b clause", start=4, end=10)
    report = replace(FULL, issues=(replace(INVOICES, quotes=(broken,)),))
    quote = json.loads(to_json(report))["issues"][0]["quotes"][0]
    assert quote["text"][quote["start"] : quote["end"]] == "clause"


def test_csv_opens_in_excel() -> None:
    """A byte order mark, by which Excel recognises UTF-8, and Windows line ends."""
    content = to_csv(FULL).encode()
    assert content.startswith(b"\xef\xbb\xbfrank,kind,id,label,theme,impact,low,high,")
    assert content.endswith(b"\r\n")
    data = rows(content.decode())
    assert data[0]["impact"] == "4.83"
    assert data[0]["revenue_at_risk"] == "1284500"
    assert data[0]["is_new"] == "yes"
    assert data[3]["label"] == "客服电话总是打不通"
    assert data[3]["revenue_at_risk"] == ""


def test_csv_for_german_spreadsheets() -> None:
    """A German Excel separates cells by semicolons and decimals by commas."""
    assert rows(to_csv(FULL, language="de"), ";")[0]["impact"] == "4,83"


def test_csv_keeps_a_comment_of_several_lines_in_one_row() -> None:
    """Line breaks, quotation marks and separators in a comment stay in its cell."""
    text = 'first\nsecond; "third", fourth'
    quoted = replace(INVOICES.quotes[0], text=text, start=0, end=5)
    for language, delimiter in (("en", ","), ("de", ";")):
        (data,) = rows(
            to_csv(replace(FULL, issues=(replace(INVOICES, quotes=(quoted,)),)), language=language), delimiter
        )
        assert data["quote_1"] == text


@given(
    lead=st.text(" \u00a0\u3000", max_size=3),
    trigger=st.sampled_from("=+-@＝＋－＠\t\r\n"),
    rest=st.text(st.characters(codec="utf-8"), max_size=20),
)
def test_no_text_becomes_a_formula(lead: str, trigger: str, rest: str) -> None:
    """Text that a spreadsheet would run as a formula starts with an apostrophe, in every column."""
    text = trigger + rest if trigger in "\t\r\n" else lead + trigger + rest
    issue = replace(
        INVOICES,
        id=text,
        label=text,
        theme=text,
        keywords=(text,),
        concentrated_in=text,
        waves=((text, 1),),
        quotes=(replace(INVOICES.quotes[0], text=text, start=0, end=0),),
    )
    (data,) = rows(to_csv(replace(FULL, issues=(issue,))))
    for column in ("id", "label", "theme", "keywords", "concentrated_in", "waves", "quote_1"):
        assert data[column].startswith("'"), column


def test_negative_numbers_stay_numbers() -> None:
    """A number with a minus sign is not escaped as a formula."""
    assert rows(to_csv(FULL))[4]["low"] == "-0.5"
