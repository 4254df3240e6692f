"""Variants of exports, in more languages and by more tools, that were once misread without a word."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from pipelines.ingest import examine
from pipelines.ingest.dates import detect_day_first, parse_timestamp
from pipelines.ingest.scores import parse_score
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice
from tests.builders.exports import IDS, SCORES, TEXTS, nps, read, roles, table


@pytest.mark.parametrize(
    "name",
    ["Gesprächsnotiz", "Maßnahme", "Kommentar Sachbearbeiter", "Ticket-Verlauf", "客服紀錄", "Response from owner",
     "担当者コメント", "상담원 메모", "QA comment", "Commentaire commercial"],
)  # fmt: skip
def test_more_names_of_staff_notes_are_no_comment(tmp_path: Path, name: str) -> None:
    """Compounds, capitals with ß and East Asian names of notes never win, though they are longer."""
    notes = [f"called back twice and promised a refund about {text}" for text in TEXTS]
    path = table(tmp_path, {"id": IDS, name: notes, "NPS": SCORES, "Said": TEXTS})
    assert roles(read(path)[0]) == ("NPS", "Said")


@pytest.mark.parametrize("name", ["Ihre Bemerkungen", "您对问题处理的意见", "Your notes", "サポート対応へのご意見"])
def test_a_question_to_the_customer_is_no_note_of_the_staff(tmp_path: Path, name: str) -> None:
    """A column that addresses the respondent is the customer's, whatever other words it has."""
    assert roles(read(table(tmp_path, {"id": IDS, "NPS": SCORES, name: TEXTS}))[0]) == ("NPS", name)


@pytest.mark.parametrize("code", ["(跳过)", "-99", "#NULL!"])
def test_codes_in_the_branch_not_taken_are_no_answers(tmp_path: Path, code: str) -> None:
    """Two branches are one question, too, if the tool fills the one not taken with a code."""
    odd = [index % 2 == 1 for index in range(12)]
    path = table(
        tmp_path,
        {
            "id": IDS,
            "NPS (DE)": [code if is_odd else score for is_odd, score in zip(odd, SCORES, strict=True)],
            "NPS (EN)": [score if is_odd else code for is_odd, score in zip(odd, SCORES, strict=True)],
            "Why?": TEXTS,
        },
    )
    responses = read(path)[1]
    assert [response.score and response.score.value for response in responses] == SCORES


def test_long_format_with_codes_of_questions_is_pivoted(tmp_path: Path) -> None:
    """`nps_reason` names a reason, not a second score: its answers are no responses of their own."""
    path = table(
        tmp_path,
        {
            "respondent_id": [who for who in IDS for _ in range(2)],
            "question_id": ["nps", "nps_reason"] * 12,
            "value": [cell for pair in zip(SCORES, TEXTS, strict=True) for cell in pair],
        },
    )
    layout, responses, _ = read(path)
    assert roles(layout) == ("nps", "nps_reason")
    assert len(responses) == 12


@pytest.mark.parametrize("question", ["友人に勧める可能性はどのくらいですか", "저희를 친구에게 추천할 가능성은?"])
def test_japanese_and_korean_recommendations_are_nps(tmp_path: Path, question: str) -> None:
    """A recommendation is recognised in Japanese and Korean, so that its scores are not taken for a rating."""
    assert read(table(tmp_path, {"id": IDS, question: SCORES, "理由": TEXTS}))[0].scale is Scale.NPS


def test_groups_are_known_in_japanese_and_korean(tmp_path: Path) -> None:
    """The NPS is computed from groups that are named in Japanese or Korean."""
    for names in (("推奨者", "中立者", "批判者"), ("추천고객", "중립고객", "비추천고객")):
        groups = [names[0] if score > 8 else names[1] if score > 6 else names[2] for score in SCORES]
        assert nps(read(table(tmp_path, {"id": IDS, "group": groups, "Why?": TEXTS}))[1]) == -25.0


@pytest.mark.parametrize("code", ["Weiß ich nicht", "<NA>", '"-"', "??", "不想回答", "無法評分"])
def test_codes_for_no_answer_in_marks_or_with_sharp_s(code: str) -> None:
    """A code counts in any case, also with ß, and in quotes, brackets or made of marks only."""
    assert parse_score(code) is None


def test_two_numbers_are_no_score() -> None:
    """Of `9 5`, neither number is taken."""
    with pytest.raises(ValueError, match="9 5"):
        parse_score("9 5")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("回覆狀態", ("已完成", "測試")),
        ("ステータス", ("完了", "テスト")),
        ("Abgeschlossen?", ("Ja", "Nein")),
        ("状态", ("有效", "无效")),
        ("Antworttyp", ("IP-Adresse", "Umfragevorschau")),
    ],
)
def test_more_marks_of_tests_and_unfinished_answers(tmp_path: Path, name: str, values: tuple[str, str]) -> None:
    """Rows that a column marks as test, invalid or unfinished are rejected, also if its name ends with a mark."""
    path = table(tmp_path, {"id": IDS, name: [values[0]] * 11 + [values[1]], "NPS": SCORES, "Why?": TEXTS})
    assert len(read(path)[1]) == 11


@pytest.mark.parametrize(
    "label", ["本题平均分", "有效填写人次", "평균", "總和", "Gesamt (n=12)", "Total: 12", "Promotoren"]
)
def test_more_labels_of_sums_are_no_responses(tmp_path: Path, label: str) -> None:
    """Labels of sums in Chinese panel reports and in Korean count as such."""
    columns: dict[str, Sequence[object]] = {
        "id": [*IDS, label],
        "day": [""] * 13,
        "NPS": [*SCORES, 5],
        "Why?": [*TEXTS, ""],
    }
    assert len(read(table(tmp_path, columns))[1]) == 12


@pytest.mark.parametrize(
    ("cell", "hour"),
    [("2026. 4. 1. 오후 3:01", 15), ("2026/04/01 下午3:01:00 [GMT+8]", 7), ("2026-04-01 15:01 (UTC+08:00)", 7)],
)
def test_korean_dates_and_zones_in_brackets(cell: str, hour: int) -> None:
    """Dots after each part of a date, and offsets in brackets, are read; an offset is never ignored."""
    assert parse_timestamp(cell) == datetime(2026, 4, 1, hour, 1, tzinfo=UTC)


def test_days_of_one_month_decide_the_order_of_day_and_month() -> None:
    """04/01 … 04/12 are days of April, whatever the language; 01/02 … 01/06 may be the first of each month."""
    assert detect_day_first([f"4/{day}/2026" for day in range(1, 13)], hint=True) == (False, False)
    assert detect_day_first([f"01/0{month}/2026" for month in range(2, 7)], hint=True) == (True, False)


def test_titles_above_a_table_with_commas_in_its_texts(tmp_path: Path) -> None:
    """Title lines do not turn a file into a single column of text."""
    path = table(tmp_path, {"id": IDS, "NPS": SCORES, "Why?": TEXTS})
    path.write_text("Export of 1 April\n\nSurvey: customers\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    layout, responses, _ = read(path)
    assert (roles(layout), len(responses)) == (("NPS", "Why?"), 12)


def test_json_with_an_array_a_column(tmp_path: Path) -> None:
    """An object of equally long arrays is a table by columns, not one response with all texts joined."""
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"nps": SCORES, "comment": TEXTS}), encoding="utf-8")
    assert [r.comment and r.comment.verbatim for r in read(path)[1]] == TEXTS


def test_a_summary_sheet_does_not_hide_the_answers(tmp_path: Path) -> None:
    """A sheet with score and remark by region is passed over if another one has rows with ids."""
    book = openpyxl.Workbook()
    summary = book.active
    assert summary is not None
    for row in (["Region", "NPS", "Comment"], ["North", 5, "good"], ["South", 3, "bad"]):
        summary.append(row)
    raw = book.create_sheet("Raw")
    for answer in (("id", "NPS", "Why?"), *zip(IDS, SCORES, TEXTS, strict=True)):
        raw.append(list(answer))
    book.save(tmp_path / "export.xlsx")
    assert len(read(tmp_path / "export.xlsx")[1]) == 12


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("What should we change?", ["Nothing", "Pay", "Managers"]),
        ("Was ist der Hauptgrund für Ihre Bewertung?", ["Schnell", "Nie erreichbar", "Zu teuer"]),
        ("我们应该改变什么？", ["没有", "价格", "客服"]),
    ],
)
def test_short_answers_to_a_question_are_comments(tmp_path: Path, question: str, answers: list[str]) -> None:
    """A column that is titled with a question is open, however short its answers, if most of them differ."""
    assert roles(read(table(tmp_path, {"Response ID": IDS[:3], "NPS": [9, 0, 4], question: answers}))[0]) == (
        "NPS",
        question,
    )


def test_a_closed_question_is_not_added_to_the_reason(tmp_path: Path) -> None:
    """Answers that differ are no comment where another column asks for the reason."""
    closed = {"Which store did you visit?": ["Lyon", "Lille", "Paris"], "Why?": ["Friendly", "Queue", "Price"]}
    assert roles(read(table(tmp_path, {"Response ID": IDS[:3], "NPS": [9, 0, 4], **closed}))[0]) == ("NPS", "Why?")


@pytest.mark.parametrize("types", [["promoter", "detractor", "detractor"], ["promoter"] * 3])
def test_the_group_of_a_score_is_no_type_of_survey(tmp_path: Path, types: list[str]) -> None:
    """`score_type` is the group in some exports and the kind of survey in others; its cells say which."""
    layout, responses, rejected = read(
        table(tmp_path, score=[10, 0, 6], score_type=types, comment=TEXTS[:3], posted_date=["2026-03-01"] * 3)
    )
    assert (len(responses), rejected, "survey_type" in layout.columns.names_by_role()) == (3, [], False)


@pytest.mark.parametrize("name", ["contact_id", "Kundennummer", "用户id", "Lead contact no"])
def test_the_id_of_a_customer_is_no_id_of_the_response(tmp_path: Path, name: str) -> None:
    """Two answers of one contact would be taken for one, also if each has answered once so far."""
    layout, *_ = read(table(tmp_path, {name: IDS, "NPS": SCORES, "Why?": TEXTS}))
    assert "id" not in layout.columns.names_by_role()


def test_responses_without_a_submit_date_are_unfinished(tmp_path: Path) -> None:
    """LimeSurvey gives submitted responses a date, also beside a last page in another language; others are rejected."""
    for submitted, page in (("submitdate", "lastpage"), ("Datum Abgeschickt", "Letzte Seite")):
        dates = ["2026-09-01 10:00:00"] * 11 + [""]
        path = table(tmp_path, {"id": IDS, submitted: dates, page: [3] * 11 + [1], "NPS": SCORES, "Why?": TEXTS})
        assert read(path)[2] == [f"an unfinished answer ({submitted}: blank)"]


@pytest.mark.parametrize(
    "name", ["Schulnote", "Bewertung (1 = sehr gut, 6 = ungenügend)", "Rating: 1 (very good) to 5"]
)
def test_grades_of_which_one_is_the_best_are_no_scores(tmp_path: Path, name: str) -> None:
    """On a scale that runs the other way, praise would be a complaint: the scores are left out, with a note."""
    layout, responses, _ = read(table(tmp_path, {"id": IDS, name: [1, 2, 3, 4, 5, 5] * 2, "Comment": TEXTS}))
    assert [response.score for response in responses] == [None] * 12
    assert any("the lowest is the best" in note for note in layout.notes)


def test_values_and_labels_of_one_answer_are_one_column(tmp_path: Path) -> None:
    """Medallia gives each answer as codes and what they say: neither is an answer of its own."""
    records = [
        {
            "id": who,
            "ltr": {"values": [str(score)], "labels": [str(score)]},
            "why": {"values": [text], "labels": [text]},
        }
        for who, score, text in zip(IDS, SCORES, TEXTS, strict=True)
    ]
    path = tmp_path / "feedback.json"
    path.write_text(json.dumps({"data": {"feedback": {"nodes": records}}}), "utf-8")
    layout, responses, _ = read(path)
    assert roles(layout) == ("ltr", "why")
    assert [response.comment and response.comment.verbatim for response in responses] == TEXTS


def test_every_form_of_the_german_verb_asks_for_a_recommendation(tmp_path: Path) -> None:
    """In `empfiehlst` the vowel is another one; its scores are NPS all the same."""
    for question in ("Wie gern empfiehlst du uns?", "Wären Sie bereit, uns weiterzuempfehlen?"):
        assert read(table(tmp_path, {"id": IDS, question: SCORES, "Warum?": TEXTS}))[0].scale is Scale.NPS


def test_a_group_that_qualtrics_derives_marks_the_score(tmp_path: Path) -> None:
    """`QID1` has no wording in records of its API, but only a likelihood to recommend has a `QID1_NPS_GROUP`."""
    path = table(tmp_path, {"id": IDS, "QID1": SCORES, "QID1_NPS_GROUP": [1, 3] * 6, "QID2_TEXT": TEXTS})
    layout = read(path)[0]
    assert (roles(layout), layout.scale) == (("QID1", "QID2_TEXT"), Scale.NPS)


def test_wordings_in_a_second_row_are_no_response(tmp_path: Path) -> None:
    """Qualtrics once wrote names, then wordings that repeat those which are no questions."""
    wordings = ["ResponseID", "Finished", "How likely are you to recommend us?", "Why?"]
    names, answers = ("ResponseID", "Finished", "Q1", "Q2"), (IDS, ["1"] * 12, list(map(str, SCORES)), TEXTS)
    path = table(tmp_path, {n: [w, *a] for n, w, a in zip(names, wordings, answers, strict=True)})
    layout, responses, _ = read(path)
    assert (roles(layout), layout.scale, len(responses)) == (("Q1", "Q2"), Scale.NPS, 12)
    assert layout.tool.name == "file"


def test_a_comment_named_like_another_rating_is_left_out(tmp_path: Path) -> None:
    """`product_comment` belongs to `product_rating`, though nothing in it asks for a reason."""
    other = [f"The product is fine since {text}" for text in TEXTS]
    path = table(tmp_path, id=IDS, nps=SCORES, nps_comment=TEXTS, product_rating=[3, 4] * 6, product_comment=other)
    assert roles(read(path)[0]) == ("nps", "nps_comment")


def test_titles_above_and_sums_below_a_small_table(tmp_path: Path) -> None:
    """Neither lines of one cell above nor a few shorter ones below hide the delimiter."""
    rows = [f'{who},{score},"{text}",2026-09-01' for who, score, text in zip(IDS, SCORES, TEXTS, strict=True)]
    lines = ["Responses for: survey", "Exported: today", "", "id,NPS,Comment,Date", *rows, "", "Average,5", "Total,12"]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(lines), "utf-8")
    assert roles(read(path)[0]) == ("NPS", "Comment")


def test_a_comment_that_was_chosen_has_no_note_on_others(tmp_path: Path) -> None:
    """Several open questions are read as one only where nobody chose the comment, and only then a note says so."""
    more = [f"Also: {text}" for text in TEXTS]
    path = table(tmp_path, {"id": IDS, "nps": SCORES, "Why?": TEXTS, "What else could we improve?": more})
    assert any("one comment" in note for note in examine(path).notes)
    assert not any("one comment" in note for note in examine(path, columns=ColumnChoice(comment="Why?")).notes)


def test_codes_of_reasons_are_no_comment(tmp_path: Path) -> None:
    """Beside the reason in words, its code is none of the customer's words."""
    path = table(tmp_path, id=IDS, nps=SCORES, reason_code=["PRICE", "SUPPORT", "UX"] * 4, reason_text=TEXTS)
    assert roles(read(path)[0]) == ("nps", "reason_text")


def test_a_stroke_in_the_words_beside_a_score() -> None:
    """`5 (teils/teils)` is a score with its label; `10/5` is none."""
    assert parse_score("5 (teils/teils)") == 5
    with pytest.raises(ValueError, match="10/5"):
        parse_score("10/5")
