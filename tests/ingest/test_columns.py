"""Which column is the score and which the comment: by name, by content, and as the user chooses."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest import ColumnChoice, ExportLayout, examine, read_responses
from saywhy.errors import ColumnNotFound
from saywhy.feedback import Response, Scale, Segment


def table(folder: Path, header: str, *rows: str) -> Path:
    """A CSV file with that header and those rows."""
    path = folder / "export.csv"
    path.write_text("\n".join((header, *rows)), encoding="utf-8")
    return path


def score_and_comment(layout: ExportLayout) -> tuple[str | None, str | None]:
    """The names of the score column and of the comment column."""
    columns = layout.columns.names_by_role()
    return columns.get("score"), columns.get("comment")


def responses(layout: ExportLayout) -> list[Response]:
    """The responses; no row may be rejected."""
    items = list(read_responses(layout))
    assert all(isinstance(item, Response) for item in items)
    return [item for item in items if isinstance(item, Response)]


@pytest.mark.parametrize(
    ("score", "comment"),
    [
        ("NPS_Score", "text"),
        ("score", "comment"),
        ("How likely are you to recommend us?", "Why did you give that score?"),
        ("Rating", "Review"),
        ("Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?", "Was ist der Grund für Ihre Bewertung?"),
        ("Weiterempfehlungsbereitschaft", "Begründung"),
        ("Würden Sie uns empfehlen?", "Was können wir verbessern?"),
        ("您向朋友推荐我们的可能性有多大？", "您打分的主要原因是什么？"),
        ("推荐分数", "意见和建议"),
        ("您有多大可能將我們推薦給朋友？", "請說明給這個分數的理由"),
        ("評分", "留言"),
        ("Quelle est la probabilité que vous nous recommandiez ?", "Pourquoi cette note ?"),
        ("nps", "explication"),
        ("¿Qué probabilidad hay de que nos recomiende?", "¿Por qué?"),
        ("puntuación", "comentario"),
    ],
)
def test_score_and_comment_are_found_by_their_names(tmp_path: Path, score: str, comment: str) -> None:
    """In English, German, Chinese, French and Spanish, beside columns with similar content."""
    header = f'customer_id,age,"{score}",satisfaction,effort,"{comment}",year,revenue,NPS_GROUP'
    rows = [
        f'C{i},{i},{(i * 7) % 11},{i % 6},{i % 8},"A reason that is long enough {i}",2026,{i},Detractor'
        for i in range(11)
    ]
    assert score_and_comment(examine(table(tmp_path, header, *rows))) == (score, comment)


OTHER_NUMBERS = (
    "CSAT|Zufriedenheit|满意度|滿意度|Customer Effort Score|ease of use|Age|Alter|年龄|id|序号|Q1_NPS_GROUP|"
    "NPS Category|years as customer|number of users|ARR|Jahr|总分|Satisfaction score"
)


@pytest.mark.parametrize("other", OTHER_NUMBERS.split("|"))
def test_other_numbers_are_never_the_score(tmp_path: Path, other: str) -> None:
    """Satisfaction, effort, ids, ages, years, counts and revenue within 0-10 are not the likelihood to recommend."""
    rows = [f"{(i * 3) % 11},A reason that is long enough {i}" for i in range(30)]
    assert score_and_comment(examine(table(tmp_path, f"{other},comment", *rows))) == (None, "comment")


def test_content_alone(tmp_path: Path) -> None:
    """Names that say nothing: the only column of numbers from 0 to 10, and the column of long texts."""
    rows = [f"x{i},{i % 11},The parcel came too late again: number {i}" for i in range(30)]
    assert score_and_comment(examine(table(tmp_path, "a,b,c", *rows))) == ("b", "c")


def test_two_score_columns_by_content_are_ambiguous(tmp_path: Path) -> None:
    """If several columns have the content of scores, no score is imported, and a note says so."""
    rows = [f"{i % 11},{(i * 3) % 11},The parcel came too late again: number {i}" for i in range(30)]
    layout = examine(table(tmp_path, "a,b,c", *rows))
    assert score_and_comment(layout) == (None, "c")
    assert layout.notes[0] == "no score was imported: 'a', 'b' all hold numbers from 0 to 10; choose one by name"


def test_two_questions_for_a_recommendation(tmp_path: Path) -> None:
    """A question for each of two brands: the user must choose one."""
    rows = [f"{i % 11},{(i * 3) % 11},Some words" for i in range(30)]
    path = table(tmp_path, "Would you recommend Alpha?,Would you recommend Beta?,comment", *rows)
    with pytest.raises(ColumnNotFound, match="several columns may be the score"):
        examine(path)
    assert score_and_comment(examine(path, columns=ColumnChoice(score="Would you recommend Beta?"))) == (
        "Would you recommend Beta?",
        "comment",
    )


def test_score_outside_0_to_10_is_noted(tmp_path: Path) -> None:
    """A score from 0 to 100 is not imported, and a note says so."""
    rows = [f"{i * 3},Some words" for i in range(12, 33)]
    layout = examine(table(tmp_path, "NPS,comment", *rows))
    assert score_and_comment(layout) == (None, "comment")
    assert "'NPS' does not hold 0-10" in layout.notes[0]


def test_comments_of_branches_are_joined(tmp_path: Path) -> None:
    """Promoters and detractors are asked in separate columns."""
    rows = [f"{i % 11}," + (f"too slow {i}," if i % 11 < 7 else f",very quick {i}") for i in range(22)]
    layout = examine(table(tmp_path, "score,What should we improve?,What is the reason you like us?", *rows))
    assert score_and_comment(layout)[1] == "What should we improve? + What is the reason you like us?"
    read = responses(layout)
    assert read[0].comment is not None
    assert read[0].comment.verbatim == "too slow 0"
    assert read[8].comment is not None
    assert read[8].comment.verbatim == "very quick 8"


def test_every_column_can_be_named(tmp_path: Path) -> None:
    """Any column can be chosen by name; the empty name means that there is none."""
    path = table(
        tmp_path,
        "score,comment,a,b,c,d,e,f,g,h,i,j,l,k",
        "1,no,7,Really good,x1,2026-05-01,Q2,K9,Ada,ada@example.com,Ada Ltd,1000,9000,blue",
        "2,no,0,Really bad,x2,2026-05-02,Q2,K8,Bo,bo@example.com,Bo Ltd,2000,8000,red",
    )
    choice = ColumnChoice("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "l", ("k",))
    first = responses(examine(path, columns=choice))[0]
    assert first.score is not None
    assert (first.score.value, first.external_id, first.wave) == (7, "x1", "Q2")
    assert first.comment is not None
    assert first.comment.verbatim == "Really good"
    assert first.customer is not None
    assert (first.customer.id, first.customer.name, first.customer.email) == ("K9", "Ada", "ada@example.com")
    assert (first.customer.account, str(first.customer.revenue)) == ("Ada Ltd", "1000")
    assert str(first.customer.lifetime_value) == "9000"
    assert first.segments == (Segment("k", "blue"),)
    without = examine(path, columns=ColumnChoice(score="", comment="b"))
    assert score_and_comment(without) == (None, "b")


def test_unknown_name_lists_the_columns(tmp_path: Path) -> None:
    """The error for a misspelt column lists the columns."""
    path = table(tmp_path, "score,comment", "1,bad", "0,worse")
    with pytest.raises(ColumnNotFound, match=r"no column 'sco'. The columns are: 'score', 'comment'"):
        examine(path, columns=ColumnChoice(score="sco"))


def test_duplicate_and_html_headers(tmp_path: Path) -> None:
    """Names are made unique, without HTML and line breaks."""
    header = '"<p>Would you <b>recommend</b>&nbsp;us?</p>",Comment,Comment,,"Line one\nline two"'
    layout = examine(table(tmp_path, header, "9,good,extra,x,y", "0,bad,,x,y"))
    names = [column.name for column in layout.header.columns]
    assert names == ["Would you recommend us?", "Comment", "Comment (2)", "column 4", "Line one line two"]
    second = examine(table(tmp_path, header, "9,good,extra,x,y"), columns=ColumnChoice(comment="Comment (2)"))
    assert score_and_comment(second)[1] == "Comment (2)"


def test_segments_and_unknown_columns(tmp_path: Path) -> None:
    """Known dimensions become segments; unknown columns only on request, IP addresses never."""
    header = "score,comment,Industry,segment_tier,favourite colour,IP Address"
    path = table(tmp_path, header, "9,good,Retail,gold,blue,192.0.2.1", "0,bad,,silver,red,192.0.2.2")
    first, second = responses(examine(path))
    assert first.segments == (Segment("industry", "Retail"), Segment("tier", "gold"))
    assert second.segments == (Segment("tier", "silver"),)
    kept = responses(examine(path, keep_unknown=True))[0].segments
    assert kept == (Segment("industry", "Retail"), Segment("tier", "gold"), Segment("favourite colour", "blue"))


def test_wave_of_the_column_precedes_the_given_one(tmp_path: Path) -> None:
    """The given wave applies to rows without one."""
    path = table(tmp_path, "score,comment,wave", "9,good,2026-Q1", "0,bad,")
    assert [response.wave for response in responses(examine(path, wave="2026-Q2"))] == ["2026-Q1", "2026-Q2"]


def test_ids_of_rows_without_one(tmp_path: Path) -> None:
    """Equal rows are different respondents; the ids depend on the wave, not on the order of columns or on options."""
    one = responses(examine(table(tmp_path, "score,comment", "9,good", "9,good", "0,")))
    ids = [response.external_id for response in one]
    assert len(set(ids)) == 3
    assert ids[1] == f"{ids[0]}-2"
    turned = responses(examine(table(tmp_path, "comment,score", "good,9", "good,9", ",0"), scale=Scale.NPS))
    assert [response.external_id for response in turned] == ids
    other = responses(examine(table(tmp_path, "score,comment", "9,good"), wave="2026-Q2", scale=Scale.NPS))
    assert other[0].external_id not in ids


def test_row_numbers_are_ids_within_a_wave(tmp_path: Path) -> None:
    """A file whose ids are row numbers must not overwrite the file of the wave before."""
    path = table(tmp_path, "id,score,comment", "1,9,good", "2,0,bad")
    assert [r.external_id for r in responses(examine(path))] == ["1", "2"]
    assert [r.external_id for r in responses(examine(path, wave="2026-Q1"))] == ["2026-Q1/1", "2026-Q1/2"]


def test_order_of_day_and_month_is_detected_or_chosen(tmp_path: Path) -> None:
    """The order of day and month is detected, noted if the file is ambiguous, and can be chosen."""
    path = table(tmp_path, "score,comment,date", "9,good,03/04/2026", "0,bad,05/04/2026")
    assert "month first (03/04 is 4 March)" in examine(path).notes[0]
    moment = responses(examine(path, columns=ColumnChoice(day_first=True)))[0].answered_at
    assert moment is not None
    assert (moment.month, moment.day) == (4, 3)
    german = table(tmp_path, "Bewertung,Kommentar,Datum", "9,gut,03/04/2026", "0,schlecht,05/04/2026")
    assert "day first (03/04 is 3 April)" in examine(german).notes[0]
