"""Kinds of exports that people reported to survey tools: which rows are responses, and which scores are NPS."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest import examine
from pipelines.ingest.responses import Blanked, read_numbered
from pipelines.ingest.scores import parse_score
from saywhy.feedback import Group, Response, Scale, Segment
from tests.builders.exports import IDS, REPORTED, SCORES, TEXTS, nps, read, roles, table


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("times_zh.csv", -25.0),
        ("times_zones.csv", -25.0),
        ("empty_comment.csv", -25.0),
        ("branches.csv", -25.0),
        ("two_open_questions.csv", -25.0),
        ("summary_rows.csv", -25.0),
        ("no_answer_codes.csv", -25.0),
        ("rounded_ids.xlsx", -25.0),
        ("long_format.csv", -25.0),
        ("grouped_header.xlsx", -25.0),
        ("groups_only.csv", -25.0),
        ("panel_zh.xlsx", -14.3),
    ],
)
def test_nps_is_that_of_the_customers(name: str, expected: float) -> None:
    """Neither summary rows, tests, unfinished answers nor codes for no answer count."""
    assert nps(read(REPORTED / name)[1]) == expected


def test_rounded_ids_are_refused() -> None:
    """Numbers that a spreadsheet rounded would make two people one: they are no ids, and a note says so."""
    layout, responses, _ = read(REPORTED / "rounded_ids.xlsx")
    assert len({response.external_id for response in responses}) == 12
    assert any("'Response ID' is not used as id" in note for note in layout.notes)


def test_ids_of_different_answers_are_refused(tmp_path: Path) -> None:
    """An id whose rows have nothing in common is that of a branch or a customer, not of a response."""
    layout, responses, _ = read(table(tmp_path, ID=[f"b{number // 2}" for number in range(12)], NPS=SCORES, Why=TEXTS))
    assert len({response.external_id for response in responses}) == 12
    assert any("'ID' is not used as id" in note for note in layout.notes)


def test_files_without_ids_are_sources_of_their_own() -> None:
    """Row 1 of a file is not row 1 of another."""
    first, second = (read(REPORTED / name)[1] for name in ("numbered_a.csv", "numbered_b.csv"))
    assert len({(response.source, response.external_id) for response in (*first, *second)}) == 12


def test_tests_unfinished_answers_and_sums_are_rejected_with_reasons() -> None:
    """Each is reported with the cell that says what it is."""
    assert read(REPORTED / "panel_zh.xlsx")[2] == [
        "a test row (作答类型: 测试)",
        "an unfinished answer (作答状态: 进行中)",
    ]
    assert set(read(REPORTED / "staff_notes.csv")[2]) == {"an unfinished answer (Finished: No)"}
    assert read(REPORTED / "summary_rows.csv")[2] == [
        f"a row that sums up others ({label})" for label in ("Average", "Total responses", "NPS score")
    ]


@pytest.mark.parametrize(
    "label", ["Durchschnitt", "Summe:", "Anzahl", "平均分", "合计", "總計", "Grand Total", "Moyenne"]
)
def test_sums_are_recognised_in_every_language(tmp_path: Path, label: str) -> None:
    """A label in the first cell, and no comment beside it; a comment of the same word is one."""
    path = table(tmp_path, id=[*IDS, label, "r12"], nps=[*SCORES, 6, 6], comment=[*TEXTS, "", label])
    assert read(path)[2] == [f"a row that sums up others ({label.rstrip(':')})"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("Status", "partial"), ("Teilnahmestatus", "abgebrochen"), ("答题状态", "未完成"), ("Completed", "FALSE")],
)
def test_unfinished_answers_of_other_tools(tmp_path: Path, name: str, value: str) -> None:
    """By the name of the column and its value; a status that all rows have says nothing."""
    states = [*["done"] * 10, value, value]
    assert len(read(table(tmp_path, {"id": IDS, name: states, "nps": SCORES, "why": TEXTS}))[1]) == 10
    assert len(read(table(tmp_path, {"id": IDS, name: [value] * 12, "nps": SCORES, "why": TEXTS}))[1]) == 12


def test_codes_for_no_answer_keep_the_comment() -> None:
    """The score is blank and counted, the comment is kept."""
    layout = examine(REPORTED / "no_answer_codes.csv")
    blanked = Blanked()
    responses = [item for _, item in read_numbered(layout, blanked) if isinstance(item, Response)]
    assert [response.score for response in responses[:12]] == [None] * 12
    assert all(response.comment for response in responses)
    assert next(blanked.notes()).startswith("left blank: 11 scores with a code for no answer")


def test_an_amount_that_cannot_be_read_costs_only_itself(tmp_path: Path) -> None:
    """It is left blank and counted, also where it is out of bounds."""
    amounts = ["tbd", "1e400", *["12k"] * 10]
    layout = examine(table(tmp_path, id=IDS, nps=SCORES, why=TEXTS, revenue=amounts))
    blanked = Blanked()
    responses = [item for _, item in read_numbered(layout, blanked) if isinstance(item, Response)]
    assert [response.customer and response.customer.revenue for response in responses] == [None, None, *[12_000] * 10]
    assert list(blanked.notes()) == ["left blank: 2 amounts unreadable or out of bounds, e.g. 'tbd'"]


@pytest.mark.parametrize(
    "cell", ["less than 3", ">5", "not 9", "10/5", ".7", "1,000", "version 2", "低于3分", "9%", "3-4"]
)
def test_what_is_no_score(cell: str) -> None:
    """Comparisons, fractions, thousands and names with a number are not read as a number."""
    with pytest.raises(ValueError, match="score"):
        parse_score(cell)


def test_groups_give_the_nps_and_no_scores() -> None:
    """Promoters, passives and detractors are exact; the scores stay unknown."""
    layout, responses, _ = read(REPORTED / "groups_only.csv")
    assert layout.scale is Scale.GROUPS
    assert [response.score.group for response in responses[:2] if response.score] == [Group.DETRACTOR, Group.PROMOTER]


@pytest.mark.parametrize(
    ("name", "scale"), [("rating_of_documentation.csv", Scale.RATING), ("smileys.csv", Scale.FOUR)]
)
def test_ratings_are_no_nps(name: str, scale: Scale) -> None:
    """A rating of something else from 0 to 10, and four smileys, give no NPS unless the user chooses the scale."""
    layout, responses, _ = read(REPORTED / name)
    assert layout.scale is scale
    assert all(response.score and response.score.group is None for response in responses)
    assert examine(REPORTED / name, scale=Scale.NPS).scale is Scale.NPS


def test_long_format_keeps_facts_and_need_not_be_sorted(tmp_path: Path) -> None:
    """Answers are brought together by respondent, numbers and texts from columns of their own."""
    asked = ["您有多大可能推荐我们？"] * 12 + ["主要原因是什么？"] * 12
    path = table(
        tmp_path,
        {
            "答卷编号": IDS * 2,
            "题目": asked,
            "数值": [*SCORES, *[""] * 12],
            "文本": [*[""] * 12, *TEXTS],
            "城市": ["北京"] * 24,
        },
    )
    layout, responses, _ = read(path)
    assert roles(layout) == (asked[0], asked[-1])
    assert [response.score and response.score.value for response in responses] == SCORES
    assert [response.external_id for response in responses] == IDS
    assert responses[0].segments == (Segment("城市", "北京"),)
