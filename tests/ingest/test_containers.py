"""Containers that people reported: lists of answers, armour, cover sheets, merged headers, mojibake, old encodings."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.ingest import ExportLayout, examine, read_responses
from saywhy.errors import InvalidInput
from saywhy.feedback import Response
from tests.builders.exports import REPORTED, SCORES


def read(path: Path, **options: Any) -> tuple[ExportLayout, list[Response]]:
    """The layout and the responses with a score."""
    layout = examine(path, **options)
    return layout, [item for item in read_responses(layout) if isinstance(item, Response) and item.score]


def scores(responses: list[Response]) -> list[int]:
    """Their scores."""
    return [response.score.value for response in responses if response.score]


def comments(responses: list[Response]) -> list[str]:
    """Their comments."""
    return [response.comment.verbatim for response in responses if response.comment]


@pytest.mark.parametrize(
    "name", ["answers_in_lists.json", "armour.csv", "cover_sheet.xlsx", "amounts.csv", "grouped_header.xlsx"]
)
def test_reported_files(name: str) -> None:
    """Each reported file gives its twelve scores and comments."""
    _, responses = read(REPORTED / name)
    assert scores(responses) == SCORES
    assert len(comments(responses)) == 12


def test_spreadsheet_armour_is_taken_off(tmp_path: Path) -> None:
    """`="00001"` is the text 00001, and an apostrophe before a sign is none; one that the customer wrote stays."""
    _, responses = read(REPORTED / "armour.csv")
    assert responses[0].external_id == "00001"
    assert comments(responses)[0].startswith("- Setup")
    path = tmp_path / "export.csv"
    path.write_text("id,score,comment\na,9,'twas fine\nb,0,'90s service\nc,4,'=1 day late\n")
    assert comments(read(path)[1]) == ["'twas fine", "'90s service", "=1 day late"]


def test_sheet_with_responses_is_read() -> None:
    """A cover sheet is passed over and named; `sheet` names another one, and an unknown one is an error."""
    layout, _ = read(REPORTED / "cover_sheet.xlsx")
    assert layout.notes == ("read sheet 'Raw data' only; there is also 'Summary'",)
    assert scores(read(REPORTED / "cover_sheet.xlsx", sheet="Raw data")[1]) == SCORES
    with pytest.raises(InvalidInput, match="has no sheet 'Data'; its sheets are: 'Summary', 'Raw data'"):
        examine(REPORTED / "cover_sheet.xlsx", sheet="Data")
    with pytest.raises(InvalidInput, match="is no workbook"):
        examine(REPORTED / "armour.csv", sheet="Data")


def test_hidden_sheet_is_read_if_it_is_named(tmp_path: Path) -> None:
    """What a person hid is left out, unless asked for."""
    book = openpyxl.Workbook()
    for number, sheet in enumerate((book.active, book.create_sheet("old"))):
        assert sheet is not None
        for row in (["id", "score", "comment"], ["a", 9 - number, "good"], ["b", 0, "bad"]):
            sheet.append(row)
    book["old"].sheet_state = "hidden"
    book.save(tmp_path / "book.xlsx")
    assert scores(read(tmp_path / "book.xlsx")[1]) == [9, 0]
    assert scores(read(tmp_path / "book.xlsx", sheet="old")[1]) == [8, 0]


def test_merged_header_keeps_its_names(tmp_path: Path) -> None:
    """Titles above several columns are skipped; a name that spans both rows of the header stays, also in CSV."""
    layout, responses = read(REPORTED / "grouped_header.xlsx")
    assert {"id", "answered_at"} <= layout.columns.facts.keys()
    assert {str(segment) for segment in responses[0].segments} == {"industry=retail", "country=DE"}
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["ID", "Answer", None], [None, "NPS", "Comment"], ["a", 9, "good"], ["b", 0, "bad"]):
        sheet.append(row)
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:C1")
    book.save(tmp_path / "book.xlsx")
    assert [response.external_id for response in read(tmp_path / "book.xlsx")[1]] == ["a", "b"]
    path = tmp_path / "book.csv"
    path.write_text("Respondent,,Answer,\nID,Date,NPS,Comment\na,2026-01-01,9,good\nb,2026-01-02,0,bad\n")
    assert read(path)[0].columns.facts["answered_at"].name == "Date"


def test_amounts_with_units() -> None:
    """Millions, milliards and Swiss thousands are read as such."""
    revenues = [response.customer.revenue for response in read(REPORTED / "amounts.csv")[1] if response.customer]
    assert revenues[:5] == [Decimal("1250000.5"), 980_000, 12_500_000, 750_000, 1250]
    assert revenues[5] == 2_400_000
    assert revenues[7] == 1_200_000_000


def test_mojibake_is_mended_and_said(tmp_path: Path) -> None:
    """Text that was decoded wrongly reads as it was written, in names too; right text is not touched."""
    layout, responses = read(REPORTED / "mojibake.csv")
    assert comments(responses) == ["Günstig", "Überteuert", "Rückgabe schwierig"]
    assert "which says 'Günstig'" in layout.notes[0]
    path = tmp_path / "export.csv"
    text = "id;NPS;Begründung\na;9;客服回复很快\nb;0;Zu teuer für Größe – „nein“\n"
    path.write_text(text.encode().decode("cp1252", errors="replace").replace("\ufffd", ""), "utf-8")
    assert read(path)[0].columns.comments[0].name == "Begründung"
    path.write_text("id;NPS;Grund\na;9;SÃO Paulo, Ã la carte\nb;0;limité\x82. ÂNGULO\n", "utf-8")
    assert comments(read(path)[1]) == ["SÃO Paulo, Ã la carte", "limité\x82. ÂNGULO"]


TEXTS = {
    ("euc_kr", "cp949"): "9,배송이 빨라서 정말 좋았습니다\n0,고객센터가 전화를 받지 않아요\n5,가격이 너무 비싸요\n",
    ("shift_jis", "euc_jp"): "9,とても使いやすいです\n0,サポートの対応が遅い\n5,値段が高すぎると思います\n",
    ("cp1251", "koi8_r", "cp866"): "9,Очень быстрая доставка\n0,Служба поддержки не отвечает\n5,Слишком дорого\n",
    (
        "iso8859_2",
        "cp1250",
    ): "9,Świetna obsługa i wysyłka\n0,Źle, za długo czekałem na paczkę\n5,Drogo, ale dobra jakość\n",
    ("cp1254",): "9,Çok hızlı teslimat, teşekkürler\n0,Müşteri hizmetleri yanıt vermiyor\n5,Değil\n",
}


@pytest.mark.parametrize(("codec", "text"), [(codec, text) for codecs, text in TEXTS.items() for codec in codecs])
def test_encodings_of_other_languages_are_a_guess(tmp_path: Path, codec: str, text: str) -> None:
    """Korean, Japanese, Russian, Polish and Turkish files are read, and the doubt is said."""
    path = tmp_path / "export.csv"
    rows = [line.split(",", 1) for line in text.splitlines()]
    path.write_bytes(("NPS;Comment\n" + "".join(f"{score};{comment}\n" for score, comment in rows)).encode(codec))
    layout, responses = read(path)
    assert comments(responses) == [comment for _, comment in rows]
    assert any("is a guess" in note for note in layout.notes)


# --- answers in lists -----------------------------------------------------------------------------------------------


def write_json(path: Path, value: Any) -> Path:
    """The value as a JSON file."""
    path.write_text(json.dumps(value))
    return path


def test_typeform_webhooks(tmp_path: Path) -> None:
    """Answers are named by the titles of the form's definition; the points of the quiz are not the score."""
    fields = [{"id": "f1", "ref": "r1", "title": "How likely are you to recommend us?", "type": "nps"},
              {"id": "f2", "ref": "r2", "title": "Why?", "type": "long_text"}]  # fmt: skip
    events = [
        {
            "event_id": f"e{number}",
            "form_response": {
                "token": f"t{number}",
                "submitted_at": "2026-01-01T00:00:00Z",
                "calculated": {"score": 5},
                "variables": [{"key": "score", "type": "number", "number": 5}],
                "definition": {"fields": fields},
                "answers": [
                    {"type": "number", "number": score, "field": {"id": "f1", "type": "nps", "ref": "r1"}},
                    {
                        "type": "text",
                        "text": f"because {number}",
                        "field": {"id": "f2", "type": "long_text", "ref": "r2"},
                    },
                ],
            },
        }
        for number, score in enumerate(SCORES)
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(map(json.dumps, events)))
    layout, responses = read(path)
    assert scores(responses) == SCORES
    assert comments(responses)[3] == "because 3"
    assert layout.tool.name == "typeform"
    assert scores(read(write_json(tmp_path / "one.json", events[9]))[1]) == [0]


def test_surveymonkey_pages_of_questions(tmp_path: Path) -> None:
    """Questions lie in pages, answers in questions; a score is the weight of its choice."""
    data = [
        {
            "id": f"m{number}",
            "date_modified": "2026-01-01T00:00:00",
            "pages": [
                {"id": "p1", "questions": [
                    {"id": "q1", "heading": "How likely is it that you would recommend us?",
                     "answers": [{"choice_id": "c", "choice_metadata": {"weight": str(score)}}]}]},
                {"id": "p2", "questions": [{"id": "q2", "heading": "Why?", "answers": [{"text": f"because {number}"}]}]}
            ],
        }
        for number, score in enumerate(SCORES)
    ]  # fmt: skip
    _, responses = read(write_json(tmp_path / "bulk.json", {"per_page": 50, "total": 12, "data": data}))
    assert scores(responses) == SCORES
    assert comments(responses)[0] == "because 0"


def test_qualtrics_values_and_labels(tmp_path: Path) -> None:
    """The label replaces the code of an option, and a score stays a number; previews are rejected."""
    responses = [
        {
            "responseId": f"R_{number}",
            "values": {
                "recordedDate": "2026-01-01T00:00:00Z",
                "status": 0,
                "Q1_NPS": score,
                "Industry": 2,
                "QID2_TEXT": "so",
            },
            "labels": {"status": "IP Address", "Q1_NPS": str(score), "Industry": "Retail"},
        }
        for number, score in enumerate(SCORES)
    ]
    layout, read_back = read(write_json(tmp_path / "export.json", {"responses": responses}))
    assert scores(read_back) == SCORES
    assert layout.tool.name == "qualtrics"
    assert str(read_back[0].segments[0]) == "industry=Retail"


def test_medallia_nodes(tmp_path: Path) -> None:
    """Records lie deep in envelopes; each field is an entry with a list of values."""
    nodes = [
        {
            "id": str(90_000_000 + number),
            "fieldDataList": [
                {"field": {"id": "q_likelihood", "name": "Likelihood to recommend"}, "values": [str(score)]},
                {"field": {"id": "q_why", "name": "Reason for score"}, "values": [f"because {number}"]},
            ],
        }
        for number, score in enumerate(SCORES)
    ]
    path = write_json(tmp_path / "feedback.json", {"data": {"feedback": {"totalCount": 12, "nodes": nodes}}})
    _, responses = read(path)
    assert scores(responses) == SCORES
    assert comments(responses)[11] == "because 11"


def test_pages_of_records(tmp_path: Path) -> None:
    """An array of pages, or a page a line, gives the records of all; a record's own list is none of records."""
    pages = [{"items": [{"id": f"r{page}{row}", "score": page, "comment": "x"} for row in range(3)]} for page in (0, 9)]
    assert scores(read(write_json(tmp_path / "pages.json", pages))[1]) == [0, 0, 0, 9, 9, 9]
    path = tmp_path / "pages.jsonl"
    path.write_text("\n".join(map(json.dumps, pages)))
    assert len(read(path)[1]) == 6
    orders = [{"id": "a", "score": 9, "comment": "x", "items": [{"sku": 1}, {"sku": 2}]}] * 3
    assert len(read(write_json(tmp_path / "orders.json", orders))[1]) == 3
