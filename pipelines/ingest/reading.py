"""Examines an export: its format, the role of every column, and the scale of the scores."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.columns import ColumnChoice, Columns, choose_columns
from pipelines.ingest.dates import detect_day_first
from pipelines.ingest.headers import Column, Header, find_header
from pipelines.ingest.long_format import detect_long_format, pivot
from pipelines.ingest.profile import Profile, profile_columns
from pipelines.ingest.row import Row
from pipelines.ingest.scale import detect_scale
from pipelines.ingest.table import Table, open_table
from pipelines.ingest.tools import GENERIC, Tool, recognise
from saywhy.errors import InvalidInput
from saywhy.feedback import Scale

#: Columns and formats are detected from this many rows.
SAMPLE = 2_000
_DAY_FIRST_LANGUAGES = re.compile(
    r"datum|antwort|zeitstempel|kommentar|begründung|warum|weiterempf|"
    r"date de|commentaire|pourquoi|horodateur|fecha|comentario"
)


@dataclass(frozen=True, slots=True)
class ExportLayout:
    """How a file is to be read. `numbers_rows`: its ids are the row numbers of one survey.

    `profiles` are what the columns hold in a sample. `scale_reason` says how the scale was detected; `notes` are for
    the user.
    """

    table: Table
    header: Header
    tool: Tool
    profiles: dict[Column, Profile]
    columns: Columns
    source: str
    numbers_rows: bool
    wave: str | None
    scale: Scale
    scale_reason: str
    day_first: bool
    notes: tuple[str, ...]


def examine(
    path: str | Path,
    *,
    wave: str | None = None,
    source: str | None = None,
    scale: Scale | None = None,
    columns: ColumnChoice | None = None,
    keep_unknown: bool = False,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> ExportLayout:
    """Detect the format of a file, the role of every column and the scale, except for what is given.

    `source` is the namespace of external ids, by default the tool; a file whose rows can only be told from those of
    other files by their place is a source of its own. Raises `InvalidInput` and its subclasses.
    """
    choice = columns or ColumnChoice()
    table = open_table(Path(path), encoding=encoding, delimiter=delimiter)
    header, rows = _read_head(table)
    if long_format := detect_long_format(table.name, header, rows):
        table = pivot(table, header, long_format)
        header, rows = _read_head(table)
    tool = recognise(header)
    profiles = profile_columns(header, tool, rows)
    chosen_columns = choose_columns(header, tool, profiles, rows, choice, keep_unknown=keep_unknown)
    reason = "as asked for"
    if scale is None:
        scale, reason = _scale(table, header, tool, chosen_columns)
    day_first, note = _day_first(header, chosen_columns, rows, choice)
    notes = [*table.notes, *header.notes, *chosen_columns.notes, *([note] if note else [])]
    numbers_rows = _numbers_rows(tool, chosen_columns, rows)
    if source is None and tool is GENERIC and _is_own_source(chosen_columns, numbers_rows):
        source = Path(path).stem
        notes.append(
            "its rows have neither ids of their own nor times, so they are kept apart from other files, as source "
            f"{source!r}; choose a source to add them to earlier ones"
        )
    return ExportLayout(
        table,
        header,
        tool,
        profiles,
        chosen_columns,
        source or tool.name,
        numbers_rows,
        wave,
        scale,
        reason,
        day_first,
        tuple(notes),
    )


def _read_head(table: Table) -> tuple[Header, list[list[str]]]:
    """The header and the rows of the sample that fit it; raises `InvalidInput` if none does."""
    sample = list(itertools.islice(table.rows(), SAMPLE))
    header = find_header(table.name, sample, headed=table.headed)
    width = len(header.columns)
    rows = [fitted for item in sample[header.skip :] if isinstance(item, Row) and (fitted := fit(item.cells, width))]
    if not rows:
        raise InvalidInput(f"{table.name}: none of the first rows has as many cells as the header, which has {width}")
    return header, rows


def _numbers_rows(tool: Tool, columns: Columns, rows: list[list[str]]) -> bool:
    """Whether the ids are the numbers of the rows, which repeat in the next file."""
    if (column := columns.facts.get("id")) is None:
        return False
    ids = [row[column.index].strip() for row in rows]
    return tool.numbers_rows or (
        tool is GENERIC and all(id.isascii() and id.isdigit() for id in ids) and max(map(int, ids)) <= 2 * len(ids) + 10
    )


def _is_own_source(columns: Columns, numbers_rows: bool) -> bool:
    return "answered_at" not in columns.facts and (numbers_rows or "id" not in columns.facts)


def fit(cells: list[str], width: int) -> list[str] | None:
    """The cells cut to the number of columns; `None` if there are fewer, or if the additional ones are not blank."""
    if len(cells) == width:
        return cells
    return cells[:width] if len(cells) > width and not any(cell.strip() for cell in cells[width:]) else None


def _scale(table: Table, header: Header, tool: Tool, columns: Columns) -> tuple[Scale, str]:
    if columns.score is None:
        return Scale.NPS, "there is no score"
    if columns.are_groups:
        return Scale.GROUPS, "promoters, passives and detractors give the NPS exactly"
    width = len(header.columns)
    items = itertools.islice(table.rows(), header.skip, None)
    fitting = (fitted for item in items if isinstance(item, Row) and (fitted := fit(item.cells, width)))
    return detect_scale(
        columns.score,
        (cell for row in fitting for column in columns.scores if (cell := row[column.index]) not in tool.blanks),
        nps_by_definition=tool.nps_only or "survey_type" in columns.facts,
    )


def _day_first(
    header: Header, columns: Columns, rows: list[list[str]], choice: ColumnChoice
) -> tuple[bool, str | None]:
    """Whether days come before months in the dates, and a note if the file is ambiguous."""
    dated = columns.facts.get("answered_at")
    if choice.day_first is not None or dated is None:
        return bool(choice.day_first), None
    hint = any(_DAY_FIRST_LANGUAGES.search(column.wording) for column in header.columns)
    day_first, certain = detect_day_first([row[dated.index] for row in rows], hint=hint)
    if certain:
        return day_first, None
    order = "day first (03/04 is 3 April)" if day_first else "month first (03/04 is 4 March)"
    return day_first, f"dates in {dated.name!r} were read {order}, which the file leaves open; choose day_first if not"
