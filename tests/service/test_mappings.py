"""Saved mappings: the next file with the same columns is read like the one for which it was saved."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pipelines.ingest import examine
from pipelines.ingest.mapping import mapping_of
from saywhy.errors import ColumnNotFound, InvalidInput, NotFound
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice
from service.imports import import_file
from service.mappings import delete_mapping, list_mappings
from service.previews import preview_file
from tests.builders.exports import REPORTED

TWO_QUESTIONS = REPORTED / "two_questions.csv"
EXPORTS = REPORTED.with_name("exports")


def reordered(folder: Path, *, without: int | None = None) -> Path:
    """The file with two questions under another name, with its columns in reverse order, perhaps without one."""
    with TWO_QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = [[cell for index, cell in enumerate(row) if index != without][::-1] for row in csv.reader(file)]
    with (folder / "next.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder / "next.csv"


def score_question(index: int) -> str:
    """The wording of the score of a question in the file with two of them."""
    with TWO_QUESTIONS.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    return [name for name in header if "recommend" in name.casefold() or "likely" in name.casefold()][index]


def test_a_mapping_is_found_for_the_next_file(sqlite_engine: Engine, tmp_path: Path) -> None:
    """What an option decided once is decided for files with the same columns in any order, and said."""
    with pytest.raises(ColumnNotFound):
        import_file(sqlite_engine, "w", TWO_QUESTIONS)
    chosen = ColumnChoice(question=score_question(1))
    first = import_file(sqlite_engine, "w", TWO_QUESTIONS, columns=chosen, save_mapping="product")
    assert first.mapping is None
    path = reordered(tmp_path)
    preview, report = preview_file(sqlite_engine, "w", path), import_file(sqlite_engine, "w", path)
    assert (preview.mapping, report.mapping) == ("product", "product")
    assert {role: report.columns[role] for role in ("score", "comment")} == {
        role: first.columns[role] for role in ("score", "comment")
    }
    with pytest.raises(ColumnNotFound):
        import_file(sqlite_engine, "w", path, mapping="")


def test_options_precede_a_mapping(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A question that is asked for decides score and comment; the scale decides the scale."""
    asked = ColumnChoice(question=score_question(0))
    import_file(sqlite_engine, "w", TWO_QUESTIONS, columns=asked, save_mapping="company")
    other = ColumnChoice(question=score_question(1))
    report = import_file(sqlite_engine, "w", reordered(tmp_path), columns=other, scale=Scale.RATING)
    assert (report.columns["score"], report.scale) == (score_question(1), Scale.RATING)


def test_a_mapping_is_not_for_other_columns(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A file that lacks a column is another shape, unless the mapping is named."""
    asked = ColumnChoice(question=score_question(0))
    import_file(sqlite_engine, "w", TWO_QUESTIONS, columns=asked, save_mapping="company")
    path = reordered(tmp_path, without=0)
    assert preview_file(sqlite_engine, "w", path, columns=asked).mapping is None
    with pytest.raises(ColumnNotFound, match="there is no column"):
        preview_file(sqlite_engine, "w", path, mapping="company")
    with pytest.raises(NotFound, match="no mapping 'shop'; there are: 'company'"):
        preview_file(sqlite_engine, "w", path, mapping="shop")


def test_a_file_is_the_same_import_with_its_mapping(sqlite_engine: Engine) -> None:
    """An import that saves a mapping and is stopped continues by it: the digest depends on how the file is read."""
    path = EXPORTS / "generic_de_latin1.csv"
    first = import_file(sqlite_engine, "w", path, save_mapping="de")
    again = import_file(sqlite_engine, "w", path)
    assert (again.id, again.mapping) == (first.id, "de")


@pytest.mark.parametrize(
    "path", sorted(path for path in (*EXPORTS.iterdir(), *REPORTED.iterdir())), ids=lambda path: path.name
)
def test_every_export_is_read_alike_by_its_mapping(path: Path) -> None:
    """Roles, scale and order of day and month are the same."""
    options = {"columns": ColumnChoice(question=score_question(0))} if path == TWO_QUESTIONS else {}
    layout = examine(path, **options)  # type: ignore[arg-type]
    again = examine(path, mappings=[mapping_of(layout, "m")])
    assert again.mapping is not None
    assert again.columns.names_by_role() == layout.columns.names_by_role()
    assert again.columns.are_groups == layout.columns.are_groups
    assert (again.scale, again.day_first, again.source) == (layout.scale, layout.day_first, layout.source)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x1b[31m"])
def test_names_of_mappings(sqlite_engine: Engine, name: str) -> None:
    """A name is not blank, long, or unprintable; nothing is imported otherwise."""
    with pytest.raises(InvalidInput, match="printable characters"):
        import_file(sqlite_engine, "w", EXPORTS / "generic_de_latin1.csv", save_mapping=name)


def test_list_and_delete(sqlite_engine: Engine) -> None:
    """A mapping saved by a preview is listed until it is deleted."""
    preview_file(sqlite_engine, "w", EXPORTS / "generic_de_latin1.csv", save_mapping="de", source="shop")
    [mapping] = list_mappings(sqlite_engine, "w")
    assert (mapping.name, mapping.source, mapping.choice.score) == ("de", "shop", ("Weiterempfehlung",))
    delete_mapping(sqlite_engine, "w", "de")
    assert list_mappings(sqlite_engine, "w") == []
