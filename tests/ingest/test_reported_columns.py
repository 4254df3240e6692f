"""Kinds of exports that people reported to survey tools: which columns are the customer's answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.ingest import ColumnChoice, examine
from pipelines.ingest.responses import Blanked, read_numbered
from saywhy.errors import ColumnNotFound
from saywhy.feedback import Response
from tests.builders.exports import IDS, REPORTED, SCORES, TEXTS, read, roles, table


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


STAFF = ["Agent notes", "Notes", "Bemerkung", "Interne Anmerkung", "Kommentar (intern)", "备注", "客服备注", "備註"]


@pytest.mark.parametrize("name", STAFF)
@pytest.mark.parametrize("is_first", [True, False])
def test_notes_of_the_staff_are_never_the_comment(tmp_path: Path, name: str, is_first: bool) -> None:
    """In every language, wherever the column stands, though the notes are longer than what customers wrote."""
    notes = [f"called back twice about {text}" for text in TEXTS]
    others: dict[str, Sequence[object]] = {"NPS": SCORES, "Said by the customer": TEXTS}
    path = table(tmp_path, {name: notes, **others} if is_first else {**others, name: notes})
    assert roles(read(path)[0]) == ("NPS", "Said by the customer")


def test_notes_of_the_staff_alone_are_not_taken_but_named(tmp_path: Path) -> None:
    """A file without the customers' words has no comment, and a note says why and how to choose."""
    layout, *_ = read(table(tmp_path, NPS=SCORES, Notes=TEXTS))
    assert roles(layout) == ("NPS", None)
    assert any("notes of the staff by name: 'Notes'" in note for note in layout.notes)


PAIRS: dict[str, Sequence[object]] = {
    "How likely are you to recommend ACME as a company?": SCORES,
    "Why did you give ACME this score?": TEXTS,
    "How likely are you to recommend the AcmeBox product?": SCORES[::-1],
    "Why did you give the AcmeBox this score?": TEXTS[::-1],
}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3), (0, 2, 3, 1), (1, 0, 3, 2)])
def test_each_of_two_questions_has_its_own_reason(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Two scores are refused; asked for by words or by column, each comes with its reason, wherever that stands."""
    names = list(PAIRS)
    path = table(tmp_path, {names[index]: PAIRS[names[index]] for index in order})
    with pytest.raises(ColumnNotFound, match="--question"):
        examine(path)
    for choice in (ColumnChoice(question="acmebox"), ColumnChoice(score=names[2])):
        assert roles(examine(path, columns=choice)) == (names[2], names[3])
    assert roles(examine(path, columns=ColumnChoice(question="ACME as a company"))) == (names[0], names[1])


def test_the_reason_of_another_rating_is_left_out(tmp_path: Path) -> None:
    """The reason of the satisfaction is not that of the score; a question about anything belongs to both."""
    path = table(
        tmp_path,
        {
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
    assert list(blanked.notes()) == ["left blank: 1 time that could not be read, e.g. 'soon'"]


@pytest.mark.parametrize("name", ["CUSTOMER_RESPONSE_DATE", "Befragungstag Datum", "客户答题时间", "when"])
def test_a_time_is_found_by_content(tmp_path: Path, name: str) -> None:
    """Under any name, but not in the dates of something else."""
    days = [f"2026-04-{day:02d} 10:00" for day in range(1, 13)]
    births = [f"19{70 + year}-04-01" for year in range(12)]
    path = table(tmp_path, {"date of birth": births, "NPS": SCORES, "comment": TEXTS, name: days})
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


def test_columns_of_few_values_are_offered_as_segments(tmp_path: Path) -> None:
    """What is not known as a dimension is named with its values, not taken."""
    layout, responses, _ = read(table(tmp_path, id=IDS, nps=SCORES, why=TEXTS, Colour=["red", "blue", "blue"] * 4))
    assert [(column.name, values) for column, values in layout.columns.offered] == [("Colour", ("blue", "red"))]
    assert responses[0].segments == ()


def test_sentences_picked_from_a_list_are_comments_if_nothing_else_is(tmp_path: Path) -> None:
    """Few texts many times, in a column called text; not beside what people wrote."""
    ids, picked = [f"r{i}" for i in range(80)], ["The invoice was wrong", "The parcel came late"] * 40
    assert roles(read(table(tmp_path, id=ids, text=picked))[0]) == (None, "text")
    written = [f"It took {i} days and nobody answered" for i in range(80)]
    assert roles(read(table(tmp_path, id=ids, text=picked, Why=written))[0]) == (None, "Why")
