"""Imports into an anonymous workspace: saved responses never change, and nobody is counted twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from pipelines.ingest import examine, read_responses
from saywhy import store
from saywhy.errors import Conflict
from saywhy.feedback import Rejection, Response
from saywhy.mapping import ColumnChoice
from service.imports import BATCH, ImportReport, import_file, read_rejections
from service.previews import preview_file
from service.workspaces import promise_anonymity, renew_anonymity_key

HEADER = "id,score,comment,team,wave\n"

#: Imports a text as the file of that name, and reports what became of its rows.
Importer = Callable[..., ImportReport]


@pytest.fixture
def take(sqlite_engine: Engine, tmp_path: Path) -> Importer:
    """Imports into an anonymous workspace `w`."""
    promise_anonymity(sqlite_engine, "w")

    def imported(text: str, name: str = "export.csv", **options: Any) -> ImportReport:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return import_file(sqlite_engine, "w", tmp_path / name, **options)

    return imported


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """New, changed, unchanged, rejected."""
    return report.new, report.changed, report.unchanged, report.rejected


def rejections(engine: Engine, report: ImportReport) -> list[Rejection]:
    """The rejected rows of an import."""
    return list(read_rejections(engine, "w", report.id))


def stored(engine: Engine) -> list[tuple[int | None, str | None, str]]:
    """Score, wave and segments of all responses, in the order in which they were saved."""
    with store.reading(engine) as connection:
        return [
            (response.score.value if response.score else None, response.wave, " ".join(map(str, response.segments)))
            for response in store.responses.load(connection, store.workspaces.find(connection, "w"))
        ]


def test_a_changed_answer_is_not_told_from_the_same(sqlite_engine: Engine, take: Importer) -> None:
    """A row with another score, group or wave counts as unchanged, as one that says the same, so that nobody can test a
    guess; a note says so of every file, new people are saved, and odd rows are rejected.
    """
    take(HEADER + "a,9,good,x,W1\nb,3,bad,x,W1\nc,5,so,y,W1\n")
    again = take(HEADER + "a,0,good,x,W1\nb,3,bad,y,W1\nx,11,odd,x,W1\nc,5,so,y,W2\nd,10,new,y,W1\n", "later.csv")
    assert counts(again) == (1, 0, 3, 1)
    [rejection] = rejections(sqlite_engine, again)
    assert (rejection.line, rejection.reason) == (4, "score 11 is outside 0-10")
    assert any("never change" in note for note in again.notes)
    assert stored(sqlite_engine) == [
        (9, "W1", "team=x"),
        (3, "W1", "team=x"),
        (5, "W1", "team=y"),
        (10, "W1", "team=y"),
    ]
    same = take(HEADER + "a,9,good,x,W1\nd,10,new,y,W1\n", "same.csv")
    assert counts(same) == (0, 0, 2, 0)
    assert same.notes == again.notes


def test_a_later_export_completes_nothing(sqlite_engine: Engine, take: Importer) -> None:
    """What is added to a saved response is not taken either: two reports would differ by this person."""
    take("id,score,comment\na,9,\nb,3,bad\n")
    completed = take(
        "id,score,comment,team\na,9,good,x\nb,3,bad,x\n", "later.csv", columns=ColumnChoice(segments=("team",))
    )
    assert counts(completed) == (0, 0, 2, 0)
    assert stored(sqlite_engine) == [(9, None, ""), (3, None, "")]


def test_a_file_without_ids_is_taken_once(sqlite_engine: Engine, take: Importer) -> None:
    """The second one for the same wave is refused, also the same file again and one with ids, and the error says what
    to do; nothing is saved. Another wave is taken.
    """
    first = "score,comment,wave\n" + "".join(f"{score},text {score},W1\n" for score in range(10))
    assert any("without response ids" in note for note in take(first).notes)
    before = stored(sqlite_engine)
    for name, text in (("export.csv", first), ("later.csv", first + "10,new,W1\n"), ("both.csv", first + "9,x,W2\n")):
        with pytest.raises(Conflict, match=r"wave 'W1' without response ids.*new workspace.*--wave"):
            take(text, name)
    with pytest.raises(Conflict, match="count twice"):
        take(HEADER + "a,9,good,x,W1\n", "with ids.csv")
    assert stored(sqlite_engine) == before
    assert counts(take(first.replace("W1", "W2"), "second wave.csv")) == (10, 0, 0, 0)
    assert counts(take(HEADER + "a,9,good,x,W3\n", "third wave.csv")) == (1, 0, 0, 0)


def test_a_file_without_ids_is_not_taken_beside_one_with_ids(take: Importer) -> None:
    """Its people may be those of the wave that is there; the error asks for ids."""
    take(HEADER + "a,9,good,x,\n")
    with pytest.raises(Conflict, match=r"responses without a wave already.*--id-column"):
        take("score,comment\n9,good\n3,bad\n", "later.csv")


def test_a_row_without_an_id_is_rejected_beside_others(sqlite_engine: Engine, take: Importer) -> None:
    """Where the file has ids, a blank one would be a new person in every export."""
    report = take(HEADER + "a,9,good,x,W1\nb,2,bad,x,W1\n,3,bad,x,W1\n")
    assert counts(report) == (2, 0, 0, 1)
    [rejection] = rejections(sqlite_engine, report)
    assert (rejection.line, "no response id" in rejection.reason) == (4, True)


def test_an_interrupted_import_without_ids_continues(
    sqlite_engine: Engine, take: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed import is not a second one: the same call saves the rest."""
    rows = BATCH + 500
    text = "score,comment,wave\n" + "".join(f"{number % 11},text {number},W1\n" for number in range(rows))
    advance, batches = store.imports.advance, iter([True, False])

    def killed(*arguments: object) -> object:
        if next(batches):
            return advance(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store.imports, "advance", killed)
        with pytest.raises(KeyboardInterrupt):
            take(text)
    assert len(stored(sqlite_engine)) == BATCH
    report = take(text)
    assert (report.resumed_at, report.new) == (BATCH, rows)


def test_a_preview_says_that_the_import_would_be_refused(sqlite_engine: Engine, take: Importer, tmp_path: Path) -> None:
    """It shows the columns, among which the user finds the ids, and the reason; also which rows would be rejected."""
    take(HEADER + "a,9,good,x,W1\n")
    path = tmp_path / "later.csv"
    path.write_text("score,comment,wave\n9,good,W1\n3,bad,W1\n")
    preview = preview_file(sqlite_engine, "w", path)
    assert any("would be refused" in note and "--id-column" in note for note in preview.notes)
    assert len(preview.columns) == 3
    path.write_text(HEADER + "b,9,good,x,W1\nc,2,bad,x,W1\n,3,bad,x,W1\n")
    preview = preview_file(sqlite_engine, "w", path)
    assert not any("refused" in note for note in preview.notes)
    assert isinstance(preview.rows[2], Rejection)


def test_a_new_key_closes_the_waves(sqlite_engine: Engine, take: Importer, tmp_path: Path) -> None:
    """After a renewal nobody is recognised: each wave that has responses takes no more, a new one does, until the next
    renewal. The refusal says which waves and what to do; a preview says it too.
    """
    take(HEADER + "a,9,good,x,W1\nb,3,bad,x,W1\nc,5,so,y,\n")
    renew_anonymity_key(sqlite_engine, "w")
    for row, closed in (
        ("a,9,good,x,W1", "wave 'W1'"),
        ("d,1,new,x,W1", "wave 'W1'"),
        ("e,1,new,x,", "without a wave"),
    ):
        with pytest.raises(Conflict, match=f"{closed} had been imported.*--wave"):
            take(HEADER + row + "\nf,7,other,x,W2\n", "more.csv")
    assert len(stored(sqlite_engine)) == 3
    preview = preview_file(sqlite_engine, "w", tmp_path / "more.csv")
    assert any("would be refused" in note and "without a wave" in note for note in preview.notes)
    assert counts(take(HEADER + "a,9,good,x,\n", "named.csv", wave="W2")) == (1, 0, 0, 0)
    assert counts(take(HEADER + "g,9,good,x,\n", "later.csv", wave="W2")) == (1, 0, 0, 0)
    renew_anonymity_key(sqlite_engine, "w")
    with pytest.raises(Conflict, match="wave 'W2' had been imported"):
        take(HEADER + "h,9,good,x,W2\n", "last.csv")


def test_a_new_key_closes_a_wave_without_ids(sqlite_engine: Engine, take: Importer) -> None:
    """Rows without ids are in no case recognised; their wave is closed as the others are."""
    first = "score,comment,wave\n9,good,W1\n3,bad,W1\n"
    take(first)
    renew_anonymity_key(sqlite_engine, "w")
    with pytest.raises(Conflict, match="key of this anonymous workspace was renewed"):
        take(first)


def test_an_import_does_not_continue_under_a_new_key(sqlite_engine: Engine, take: Importer) -> None:
    """The rest of the file may be people of an earlier one: neither the running import nor the next one saves it."""
    text = HEADER + "".join(f"{number},{number % 11},text {number},x,W1\n" for number in range(BATCH + 500))
    renewals = iter([True])

    def renew_once(*_: object) -> None:
        if next(renewals, False):
            renew_anonymity_key(sqlite_engine, "w")

    for _ in range(2):
        with pytest.raises(Conflict, match="wave 'W1' had been imported"):
            take(text, progress=renew_once)
    assert len(stored(sqlite_engine)) == BATCH


def test_made_ids_are_recognised(tmp_path: Path) -> None:
    """The ids that reading makes from the content are known as such, equal rows too; those of files are not."""
    path = tmp_path / "export.csv"
    path.write_text("score,comment\n9,good\n9,good\n3,bad\n")
    made = [item for item in read_responses(examine(path)) if isinstance(item, Response)]
    assert [response.has_content_id for response in made] == [True] * 3
    path.write_text("id,score,comment\nrow-1,9,good\nrow-2,3,bad\n")
    given = [item for item in read_responses(examine(path)) if isinstance(item, Response)]
    assert [response.has_content_id for response in given] == [False] * 2
