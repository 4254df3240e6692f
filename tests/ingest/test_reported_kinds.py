"""Inputs of kinds that people reported to survey tools: what is right for each, by columns and by rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.ingest import ColumnChoice, ExportLayout, examine, read_responses
from pipelines.ingest.responses import Blanked, read_numbered
from pipelines.ingest.scores import parse_score
from saywhy.errors import ColumnNotFound
from saywhy.feedback import Group, Rejection, Response, Scale, Segment

REPORTED = Path(__file__).parents[1] / "fixtures" / "reported"
SCORES = [2, 9, 4, 10, 3, 1, 9, 5, 10, 0, 6, 8]
TEXTS = [f"{reason}, for the {number}th time this year" for number in range(3, 6) for reason in (
    "The parcel came late", "Great price and it never breaks", "Nobody answered my ticket", "The bill was wrong again",
)]  # fmt: skip
IDS = [f"r{number}" for number in range(12)]


def table(folder: Path, **columns: Sequence[object]) -> Path:
    """A CSV file with these columns."""
    path = folder / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def read(path: Path, **options: ColumnChoice) -> tuple[ExportLayout, list[Response], list[str]]:
    """How the file is read, its responses, and the reasons of its rejections."""
    layout = examine(path, **options)
    items = list(read_responses(layout))
    responses = [item for item in items if isinstance(item, Response)]
    return layout, responses, [item.reason for item in items if isinstance(item, Rejection)]


def roles(layout: ExportLayout) -> tuple[str | None, str | None]:
    """Names of the columns of score and comment."""
    names = layout.columns.names_by_role()
    return names.get("score"), names.get("comment")


def nps(responses: Iterable[Response]) -> float:
    """The NPS of the responses that have one."""
    points = [response.score.group.points for response in responses if response.score and response.score.group]
    return round(sum(points) / len(points), 1)


@pytest.mark.parametrize(
    ("name", "score", "comment"),
    [
        ("staff_notes.csv", "1. How likely are you to recommend ACME?", "2. What's on your mind?"),
        ("empty_comment.csv", "NPS", "What happened?"),
        ("internal_comment.csv", "NPS", "Customer said"),
        (
            "long_format.csv",
            "How likely are you to recommend us to a friend?",
            "What is the main reason for your score?",
        ),
        ("grouped_header.xlsx", "NPS", "Comment"),
        (
            "two_open_questions.csv",
            "Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen? (0-10)",
            "Was gefällt Ihnen? + Was können wir verbessern?",
        ),
        (
            "branches.csv",
            "How likely are you to recommend us? (EN) + Wie wahrscheinlich empfehlen Sie uns weiter? (DE)",
            "Why? (EN) + Warum? (DE)",
        ),
        (
            "panel_zh.xlsx",
            "Q1您向朋友或同事推荐我们的可能性多大？",
            "Q3 您不愿意推荐我们的具体原因是什么？ + Q5 您愿意推荐我们的具体原因是什么？",
        ),
    ],
)
def test_the_columns_of_the_customer_are_taken(name: str, score: str, comment: str) -> None:
    """Notes of the staff, empty helpers and ticked options never win; open questions and branches are all used."""
    assert roles(read(REPORTED / name)[0]) == (score, comment)


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


STAFF = ["Agent notes", "Notes", "Bemerkung", "Interne Anmerkung", "Kommentar (intern)", "备注", "客服备注", "備註"]


@pytest.mark.parametrize("name", STAFF)
@pytest.mark.parametrize("is_first", [True, False])
def test_notes_of_the_staff_are_never_the_comment(tmp_path: Path, name: str, is_first: bool) -> None:
    """In every language, wherever the column stands, though the notes are longer than what customers wrote."""
    notes = [f"called back twice about {text}" for text in TEXTS]
    others = {"NPS": SCORES, "Said by the customer": TEXTS}
    path = table(tmp_path, **({name: notes, **others} if is_first else {**others, name: notes}))
    assert roles(read(path)[0]) == ("NPS", "Said by the customer")


def test_notes_of_the_staff_alone_are_not_taken_but_named(tmp_path: Path) -> None:
    """A file without the customers' words has no comment, and a note says why and how to choose."""
    layout, *_ = read(table(tmp_path, NPS=SCORES, Notes=TEXTS))
    assert roles(layout) == ("NPS", None)
    assert any("'Notes' looks like notes of the staff" in note for note in layout.notes)


PAIRS = {
    "How likely are you to recommend ACME as a company?": SCORES,
    "Why did you give ACME this score?": TEXTS,
    "How likely are you to recommend the AcmeBox product?": SCORES[::-1],
    "Why did you give the AcmeBox this score?": TEXTS[::-1],
}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3), (0, 2, 3, 1), (1, 0, 3, 2)])
def test_each_of_two_questions_has_its_own_reason(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Two scores are refused; asked for by words or by column, each comes with its reason, wherever that stands."""
    names = list(PAIRS)
    path = table(tmp_path, **{names[index]: PAIRS[names[index]] for index in order})
    with pytest.raises(ColumnNotFound, match="--question"):
        examine(path)
    for choice in (ColumnChoice(question="acmebox"), ColumnChoice(score=names[2])):
        assert roles(examine(path, columns=choice)) == (names[2], names[3])
    assert roles(examine(path, columns=ColumnChoice(question="ACME as a company"))) == (names[0], names[1])


def test_the_reason_of_another_rating_is_left_out(tmp_path: Path) -> None:
    """The reason of the satisfaction is not that of the score; a question about anything belongs to both."""
    path = table(
        tmp_path,
        **{
            "NPS": SCORES,
            "Why this score?": TEXTS,
            "How satisfied are you?": [score % 5 + 1 for score in SCORES],
            "Why are you satisfied?": TEXTS[::-1],
            "Anything else?": TEXTS,
        },
    )
    assert roles(read(path)[0])[1] == "Why this score? + Anything else?"


def test_times_of_google_forms() -> None:
    """Half days behind the time, and zones by name."""
    assert read(REPORTED / "times_zh.csv")[1][0].answered_at == datetime(2026, 4, 1, 5, 51, 40, tzinfo=UTC)
    moments = [response.answered_at for response in read(REPORTED / "times_zones.csv")[1]]
    assert moments[0] == datetime(2026, 4, 1, 19, 51, 40, tzinfo=UTC)
    assert moments[4] == datetime(2026, 4, 6, 0, 51, 44, tzinfo=UTC)
    assert None not in moments


def test_a_time_that_cannot_be_read_costs_only_itself(tmp_path: Path) -> None:
    """It is left blank and counted."""
    layout = examine(table(tmp_path, id=IDS, date=["2026-04-01", "soon", *["2026-04-02"] * 10], nps=SCORES))
    blanked = Blanked()
    items = [item for _, item in read_numbered(layout, blanked)]
    assert [isinstance(item, Response) and item.answered_at is not None for item in items] == [
        True,
        False,
        *[True] * 10,
    ]
    assert list(blanked.notes()) == ["1 times could not be read and were left blank, e.g. 'soon'"]


@pytest.mark.parametrize("name", ["CUSTOMER_RESPONSE_DATE", "Befragungstag Datum", "客户答题时间", "when"])
def test_a_time_is_found_by_content(tmp_path: Path, name: str) -> None:
    """Under any name, but not in the dates of something else."""
    days = [f"2026-04-{day:02d} 10:00" for day in range(1, 13)]
    births = [f"19{70 + year}-04-01" for year in range(12)]
    path = table(tmp_path, **{"date of birth": births, "NPS": SCORES, "comment": TEXTS, name: days})
    layout, responses, _ = read(path)
    assert layout.columns.names_by_role()["answered_at"] == name
    assert responses[2].answered_at == datetime(2026, 4, 3, 10, tzinfo=UTC)


def test_serial_dates_of_spreadsheets(tmp_path: Path) -> None:
    """Days since 1900 are dates if the column is one of dates."""
    _, responses, _ = read(table(tmp_path, Antwortdatum=[46113.5 + day for day in range(12)], NPS=SCORES, Grund=TEXTS))
    assert responses[1].answered_at == datetime(2026, 4, 2, 12, tzinfo=UTC)


def test_a_placeholder_is_no_time() -> None:
    """LimeSurvey writes 1980 where it keeps no dates; the column is not used, and a note says so."""
    layout, responses, _ = read(REPORTED / "placeholder_dates.csv")
    assert {response.answered_at for response in responses} == {None}
    assert any("is always 1980-01-01" in note for note in layout.notes)


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
    assert len(read(table(tmp_path, **{"id": IDS, name: states, "nps": SCORES, "why": TEXTS}))[1]) == 10
    assert len(read(table(tmp_path, **{"id": IDS, name: [value] * 12, "nps": SCORES, "why": TEXTS}))[1]) == 12


def test_codes_for_no_answer_keep_the_comment() -> None:
    """The score is blank and counted, the comment is kept."""
    layout = examine(REPORTED / "no_answer_codes.csv")
    blanked = Blanked()
    responses = [item for _, item in read_numbered(layout, blanked) if isinstance(item, Response)]
    assert [response.score for response in responses[:12]] == [None] * 12
    assert all(response.comment for response in responses)
    assert next(blanked.notes()).startswith("11 scores are codes for no answer")


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
        **{
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


def test_columns_of_few_values_are_offered_as_segments(tmp_path: Path) -> None:
    """What is not known as a dimension is named with its values, not taken."""
    layout, responses, _ = read(table(tmp_path, id=IDS, nps=SCORES, why=TEXTS, Colour=["red", "blue", "blue"] * 4))
    assert [(column.name, values) for column, values in layout.columns.offered] == [("Colour", ("blue", "red"))]
    assert responses[0].segments == ()


def test_merged_header_names_groups_of_columns() -> None:
    """The second header row names the columns; date, id and segments are kept."""
    first = read(REPORTED / "grouped_header.xlsx")[1][0]
    assert (first.external_id, first.answered_at) == ("r0", datetime(2026, 5, 1, 9, 30, tzinfo=UTC))
    assert first.segments == (Segment("industry", "retail"), Segment("country", "DE"))
