"""Exports of every known tool, each with a fixture that has its documented header rows."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.ingest import ColumnChoice, ExportLayout, examine, read_responses
from pipelines.ingest.tools import GENERIC, GOOGLE_FORMS, TOOLS
from saywhy.feedback import Customer, Rejection, Response, Scale, Segment

EXPORTS = Path(__file__).parents[1] / "fixtures" / "exports"


def read(name: str) -> tuple[ExportLayout, list[Response], list[Rejection]]:
    """The layout of a fixture, its responses and its rejections."""
    layout = examine(EXPORTS / name)
    items = list(read_responses(layout))
    return (
        layout,
        [item for item in items if isinstance(item, Response)],
        [item for item in items if isinstance(item, Rejection)],
    )


def verbatim(response: Response) -> str | None:
    """The comment as written."""
    return response.comment.verbatim if response.comment else None


# Each: file, tool, encoding, and the scores in the order of the file (None: blank).
FILES = [
    ("typeform_oldest.csv", "typeform", "utf-8", [10, 0, None, 7]),
    ("typeform_old.csv", "typeform", "utf-8", [9, 3, 8]),
    ("typeform.csv", "typeform", "utf-8", [10, 4, 0]),
    ("surveymonkey.csv", "surveymonkey", "utf-8", [9, 0, None, 6]),
    ("surveymonkey_de.csv", "surveymonkey", "latin-1", [8, 2, 10]),
    ("qualtrics.csv", "qualtrics", "utf-8", [0, 10, 8, None, 6]),
    ("google_forms_en.csv", "google-forms", "utf-8", [10, 5, 0]),
    ("google_forms_de.csv", "google-forms", "utf-8", [9, 0, 7, None]),
    ("google_forms_zh_hans.csv", "google-forms", "utf-8", [10, 3, 8]),
    ("google_forms_zh_hant_big5.csv", "google-forms", "big5", [9, 2, 0, 8]),
    ("wenjuanxing.csv", "wenjuanxing", "utf-8-sig", [9, 0, 7, None]),
    ("wenjuanxing_gbk.csv", "wenjuanxing", "gb18030", [9, 0, 7, None]),
    ("wenjuanxing_gb18030.csv", "wenjuanxing", "gb18030", [9, 0, 7, None, 10]),
    ("promoter.csv", "promoter", "utf-8", [9, 0, 8]),
    ("delighted.csv", "delighted", "utf-8", [10, 0, 6]),
    ("delighted.jsonl", "delighted", "utf-8", [0, 9]),
    ("hubspot.csv", "hubspot", "utf-8", [9, 0]),
    ("hubspot.json", "hubspot", "utf-8", [9, 0]),
    ("generic_de_latin1.csv", "file", "latin-1", [10, 0, None]),
    ("generic_fr_utf16.tsv", "file", "utf-16", [9, 0, 6]),
    ("generic_zh_hant_big5.csv", "file", "big5", [9, 1, 0]),
    ("generic_es.jsonl", "file", "utf-8", [8, 0, None]),
    ("generic.xlsx", "file", None, [10, 0, 7]),
]


@pytest.mark.parametrize(("name", "tool", "encoding", "scores"), FILES)
def test_every_export_is_recognised_and_its_scores_are_read(
    name: str, tool: str, encoding: str | None, scores: list[int | None]
) -> None:
    """The tool, the encoding and every score are detected; 0 is a score and blank is none."""
    layout, responses, _ = read(name)
    assert (layout.tool.name, layout.table.encoding) == (tool, encoding)
    assert [response.score.value if response.score else None for response in responses] == scores
    assert layout.scale is Scale.NPS


def test_every_fixture_is_tested() -> None:
    """Every fixture is in the list."""
    assert {path.name for path in EXPORTS.iterdir()} == {name for name, *_ in FILES}


@pytest.mark.parametrize("name", [name for name, *_ in FILES])
def test_ids_are_unique_and_stable(name: str) -> None:
    """Reading a file twice gives the same ids, and each row has its own."""
    first, again = read(name)[1], read(name)[1]
    ids = [response.external_id for response in first]
    assert len(set(ids)) == len(ids)
    assert ids == [response.external_id for response in again]


def test_typeform_takes_token_and_hidden_fields() -> None:
    """The token is the id, hidden fields become customer and segment, the quiz's `score` is not the score."""
    layout, responses, _ = read("typeform_old.csv")
    first = responses[0]
    assert first.external_id == "k3j9x2m5p7q1"
    assert first.source == "typeform"
    assert first.answered_at == datetime(2024, 2, 12, 8, 1, 13, tzinfo=UTC)
    assert first.customer is not None
    assert first.customer.id == "K-1001"
    assert first.segments == (Segment("branche", "Handel"),)
    assert verbatim(first) == "Die Übersicht über alle Aufträge spart uns jeden Tag Zeit."
    assert layout.columns.score is not None
    assert "weiterempfehlen" in layout.columns.score.name


def test_new_typeform_ends_with_submission_and_token() -> None:
    """In newer files the questions come first; Chinese questions are recognised."""
    _, responses, _ = read("typeform.csv")
    assert [response.external_id for response in responses] == ["tok_01hq8v", "tok_01hq9a", "tok_01hqb2"]
    assert verbatim(responses[0]) == "客服回复很快，问题当天就解决了。"
    assert verbatim(responses[2]) is None


def test_surveymonkey_joins_its_two_header_rows() -> None:
    """Sub-answers are named after their question, HTML is gone, anchors of the scale do not hide the number."""
    layout, responses, _ = read("surveymonkey.csv")
    names = [column.name for column in layout.header.columns]
    assert names[9] == "How likely is it that you would recommend Fernhill to a friend or colleague?"
    assert names[11:14] == [
        f"Which of these do you use? – {answer}" for answer in ("Reports", "Invoices", "Mobile app")
    ]
    assert responses[0].customer is not None
    assert responses[0].customer.name == "Maya Okafor"
    assert responses[1].answered_at == datetime(2026, 3, 14, 23, 31, 12, tzinfo=UTC)
    assert responses[2].answered_at == datetime(2026, 3, 15, 0, 12, tzinfo=UTC)


def test_localised_surveymonkey_is_recognised_by_its_second_header_row() -> None:
    """German header names: two header rows identify the tool, and dates with dots are day first."""
    layout, responses, _ = read("surveymonkey_de.csv")
    assert layout.header.rows == 2
    assert responses[0].external_id == "118330000001"
    assert responses[0].answered_at == datetime(2026, 4, 3, 9, 5, tzinfo=UTC)
    assert verbatim(responses[1]) == 'Die Rechnung war dreimal falsch; "kulant" war nur der Anrufbeantworter.'


def test_qualtrics_has_three_header_rows_and_test_rows() -> None:
    """Preview and test rows are rejected, -99 is blank, the group column is not the score, line numbers are right."""
    layout, responses, rejections = read("qualtrics.csv")
    assert layout.columns.score is not None
    assert layout.columns.score.name == "Q1"
    assert layout.columns.score.label == "On a scale from 0-10, how likely are you to recommend us ?"
    assert [(rejection.line, rejection.reason) for rejection in rejections] == [
        (6, "a test row (Status: Survey Preview)"),  # the wording of Q3 spans two lines
        (11, "a test row (Status: Survey Test)"),
    ]
    assert verbatim(responses[-1]) == "Die Sendungsverfolgung zeigt\nseit Tagen denselben Stand."
    assert responses[-1].segments == (Segment("userlanguage", "DE"), Segment("industry", "Retail"))
    assert responses[0].customer is not None
    assert responses[0].customer.id == "CRM-2"


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("google_forms_en.csv", datetime(2026, 9, 3, 9, 58, 10, tzinfo=UTC)),
        ("google_forms_de.csv", datetime(2026, 9, 3, 12, 0, tzinfo=UTC)),
        ("google_forms_zh_hans.csv", datetime(2026, 9, 3, 15, 1, 22, tzinfo=UTC)),
        ("google_forms_zh_hant_big5.csv", datetime(2026, 9, 3, 15, 1, 22, tzinfo=UTC)),
    ],
)
def test_google_forms_timestamps_are_localised(name: str, moment: datetime) -> None:
    """The first column is the timestamp in any language and format."""
    assert read(name)[1][0].answered_at == moment


def test_an_age_within_the_scale_is_not_the_score() -> None:
    """The ages of children are between 0 and 10 too."""
    layout, _, _ = read("google_forms_de.csv")
    assert "Alter" in [column.name for column in layout.columns.unknown]


@pytest.mark.parametrize("name", ["wenjuanxing.csv", "wenjuanxing_gbk.csv", "wenjuanxing_gb18030.csv"])
def test_wenjuanxing_reads_the_same_in_every_encoding(name: str) -> None:
    """GBK, GB18030 and UTF-8 give the same responses; skipped answers are blank, a row number alone is no id."""
    _, responses, _ = read(name)
    assert verbatim(responses[1]) == "升级之后数据丢失，客服让我自己想办法。"
    assert verbatim(responses[2]) is None
    assert responses[0].answered_at == datetime(2026, 9, 3, 12, 0, tzinfo=UTC)
    assert responses[0].external_id == "1@2026/09/03 12:00:00"


def test_gb18030_has_more_characters_than_gbk() -> None:
    """Characters and emoji that GBK lacks are read."""
    assert verbatim(read("wenjuanxing_gb18030.csv")[1][4]) == "非常好用👍，强烈推荐㐂"


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("promoter.csv", 4, "a survey of type csat, not NPS"),
        ("delighted.jsonl", 3, "a survey of type ces, not NPS"),
        ("hubspot.csv", 3, "a survey of type Customer Satisfaction (CSAT), not NPS"),
        ("hubspot.json", 17, "a survey of type CES, not NPS"),
    ],
)
def test_other_surveys_in_the_same_export_are_not_nps(name: str, line: int, reason: str) -> None:
    """CSAT and CES rows are rejected, though HubSpot calls their respondents promoters too."""
    assert [(item.line, item.reason) for item in read(name)[2]] == [(line, reason)]


def test_delighted_json_is_flattened() -> None:
    """The person becomes the customer, epoch seconds a timestamp, person properties segments."""
    response = read("delighted.jsonl")[1][1]
    assert response.answered_at == datetime.fromtimestamp(1760086400, UTC)
    assert response.customer is not None
    assert (response.customer.name, response.customer.email) == ("Ivo Novak", "ivo@example.com")
    assert response.segments == (Segment("plan", "solo"), Segment("country", "Czechia"))


def test_german_export_with_customers_and_revenue() -> None:
    """Satisfaction is not the score, 1.234.567,89 and 12.500,00 are amounts, 11 is rejected with its line."""
    layout, responses, rejections = read("generic_de_latin1.csv")
    assert layout.columns.names_by_role()["score"] == "Weiterempfehlung"
    assert responses[0].customer is not None
    assert responses[0].customer.revenue == Decimal("12500.00")
    assert {response.wave for response in responses} == {"2026-Q3"}
    assert [(item.line, item.reason) for item in rejections] == [(4, "score 11 is outside 0-10")]
    assert "Elf von zehn Punkten!" in rejections[0].row


@pytest.mark.parametrize("name", ["LTV", "Customer Lifetime Value", "Kundenwert", "客户终身价值", "終身價值"])
def test_a_lifetime_value_is_found_by_its_name(tmp_path: Path, name: str) -> None:
    """The lifetime value is an amount beside the annual revenue; a blank is none."""
    path = tmp_path / "export.csv"
    path.write_text(f'NPS,Comment,Customer ID,ARR,{name}\n9,good,k1,100,"12,500.50"\n2,bad,k2,200,\n', "utf-8")
    first, second = read_responses(examine(path))
    assert isinstance(first, Response)
    assert isinstance(second, Response)
    assert first.customer == Customer("k1", revenue=Decimal(100), lifetime_value=Decimal("12500.50"))
    assert second.customer == Customer("k2", revenue=Decimal(200))


def test_traditional_chinese_export_in_big5() -> None:
    """Score, comment, company, industry and revenue are found by their Traditional Chinese names."""
    layout, responses, _ = read("generic_zh_hant_big5.csv")
    assert [column.name for column in layout.columns.unknown] == ["滿意度"]
    assert verbatim(responses[1]) == "更新後常常當機，客服也沒有回應。"
    assert responses[0].customer is not None
    assert (responses[0].customer.account, responses[0].customer.revenue) == ("晨光貿易", Decimal(1200000))
    assert responses[0].segments == (Segment("產業", "零售"),)


def test_workbook_with_titles_above_the_table() -> None:
    """Title rows are skipped with a note; numbers and dates are kept; the first sheet is read."""
    layout, responses, _ = read("generic.xlsx")
    assert responses[0].answered_at == datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
    assert responses[1].customer is not None
    assert responses[1].customer.revenue == Decimal("48000.5")
    assert responses[0].segments == (Segment("region", "Nordics"),)
    assert any("skipped 2 lines" in note for note in layout.notes)
    assert any("'Legend'" in note for note in layout.notes)


def test_the_reference_names_every_tool_and_column() -> None:
    """The documentation names every tool and column role."""
    text = (Path(__file__).parents[2] / "docs" / "reference" / "import.md").read_text("utf-8")
    names = [tool.name for tool in (*TOOLS, GOOGLE_FORMS, GENERIC)]
    names += [
        field.name for field in fields(ColumnChoice) if field.name not in ("score", "comment", "segments", "question")
    ]
    assert [name for name in names if f"`{name}`" not in text and f"--{name.replace('_', '-')}" not in text] == []
