"""Examines an export: its format, the role of every column, and the scale of the scores."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, Unpack

from pipelines.ingest.columns import Columns, choose_columns
from pipelines.ingest.dates import detect_day_first
from pipelines.ingest.headers import Column, Header, find_header
from pipelines.ingest.long_format import detect_long_format, pivot
from pipelines.ingest.mojibake import find_mojibake, mended_rows
from pipelines.ingest.options import ReadingOptions
from pipelines.ingest.profile import Profile, Rows, profile_columns
from pipelines.ingest.row import Row, storable
from pipelines.ingest.scale import detect_scale
from pipelines.ingest.smileys import smiley_level, smiley_scale
from pipelines.ingest.table import Table, open_tables
from pipelines.ingest.tools import GENERIC, Tool, recognise
from pipelines.ingest.values import is_row_number
from pipelines.ingest.wordings import has_nps_group
from saywhy.errors import InvalidInput
from saywhy.feedback import LONGEST_KEY, Rejection, Scale
from saywhy.mapping import ColumnChoice, Mapping

#: Columns and formats are detected from this many rows.
SAMPLE = 2_000
_SAMPLE_CELLS = 400_000
_SAMPLE_CHARACTERS = 20_000_000
_DAY_FIRST_LANGUAGES = re.compile(
    r"datum|antwort|zeitstempel|kommentar|begründung|warum|weiterempf|"
    r"date de|commentaire|pourquoi|horodateur|fecha|comentario"
)


@dataclass(frozen=True, slots=True)
class ExportLayout:
    """How a file is to be read. `numbers_rows`: its ids are the row numbers of one survey.

    `profiles` are what the columns hold in a sample. `scale_reason` says how the scale was detected; `mapping` is the
    saved mapping that was used; `notes` are for the user.
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
    mapping: Mapping | None
    notes: tuple[str, ...]


def examine(
    path: str | Path,
    *,
    mapping: Mapping | None = None,
    mappings: Sequence[Mapping] = (),
    **options: Unpack[ReadingOptions],
) -> ExportLayout:
    """Detect the format of a file, the role of every column and the scale, except for what `options` decide.

    What they leave open is decided by `mapping`, whatever the columns, or by the first of `mappings` that fits them. Of
    a workbook, the sheet with responses is read, or the one that is named. Raises `InvalidInput` and its
    subclasses.
    """
    opened = open_tables(
        Path(path),
        encoding=options.get("encoding"),
        delimiter=options.get("delimiter"),
        sheet=options.get("sheet"),
    )
    tables = [_without_mojibake(table) for table in opened]
    return examine_tables(tables, Path(path).stem, mapping=mapping, mappings=mappings, **options)


def examine_tables(
    tables: list[Table],
    name: str,
    *,
    tool: Tool | None = None,
    mapping: Mapping | None = None,
    mappings: Sequence[Mapping] = (),
    **options: Unpack[ReadingOptions],
) -> ExportLayout:
    """The same for tables that are open; `name` is what they are called, and `tool` what wrote them, if known."""
    draft = _choose_table(tables, tool, options, mapping, mappings)
    table, tool = draft.table, draft.tool
    scale, reason = _scale(draft, options.get("scale"))
    day_first, note = _day_first(draft)
    notes = [*table.notes, *draft.header.notes, *draft.columns.notes, *([note] if note else [])]
    if others := [other.sheet for other in tables if other.sheet != table.sheet]:
        notes.append(f"read sheet {table.sheet!r} only; there is also {', '.join(map(repr, others))}")
    numbers_rows = _numbers_rows(draft)
    source = options.get("source") or (draft.mapping.source if draft.mapping else None)
    if source is None and tool is GENERIC and _is_own_source(draft.columns, numbers_rows):
        source = storable(name)[:LONGEST_KEY]
        notes.append(
            "its rows have neither ids of their own nor times, so they are kept apart from other files, as source "
            f"{source!r}; choose a source to add them to earlier ones"
        )
    return ExportLayout(
        table,
        draft.header,
        tool,
        draft.profiles,
        draft.columns,
        source or tool.name,
        numbers_rows,
        options.get("wave"),
        scale,
        reason,
        day_first,
        draft.mapping,
        tuple(notes),
    )


class _Draft(NamedTuple):
    """A table with its columns; `rows` are those of its sample that fit the header."""

    table: Table
    header: Header
    tool: Tool
    rows: Rows
    profiles: dict[Column, Profile]
    mapping: Mapping | None
    choice: ColumnChoice
    columns: Columns

    @property
    def suitability(self) -> tuple[bool, int, bool]:
        """Whether a saved mapping is for it, how many of score and comment it has, and whether its rows are answers.

        A summary by region has no ids and no times.
        """
        facts = self.columns.facts
        answered = "id" in facts or "answered_at" in facts
        return self.mapping is not None, bool(self.columns.scores) + bool(self.columns.comments), answered


def _choose_table(
    tables: list[Table],
    tool: Tool | None,
    options: ReadingOptions,
    mapping: Mapping | None,
    mappings: Sequence[Mapping],
) -> _Draft:
    """The first table with a score and a comment, else the first with one of them; a cover sheet has neither.

    Of several, the first whose rows have ids or times.

    Raises the error of the first table if none can be read.
    """
    drafts: list[_Draft] = []
    errors: list[InvalidInput] = []
    for table in tables:
        try:
            drafts.append(_draft(table, tool, options, mapping, mappings))
        except InvalidInput as error:
            errors.append(error)
    if not drafts:
        raise errors[0]
    return max(drafts, key=lambda draft: draft.suitability)


def _without_mojibake(table: Table) -> Table:
    """The table itself, or one that mends its cells and says so."""
    example = find_mojibake(_sample(table.rows()))
    if example is None:
        return table
    before, after = (text.strip()[:40] for text in example)
    note = f"mended text that had been decoded wrongly before it was exported, e.g. {before!r}, which says {after!r}"
    return replace(table, rows=partial(mended_rows, table.rows), notes=(*table.notes, note))


def _draft(
    table: Table,
    tool: Tool | None,
    options: ReadingOptions,
    mapping: Mapping | None,
    mappings: Sequence[Mapping],
) -> _Draft:
    """The table, pivoted if it has one row an answer, and its columns."""
    header, rows = _read_head(table)
    if long_format := detect_long_format(table.name, header, rows):
        table = pivot(table, header, long_format)
        header, rows = _read_head(table)
    tool = tool or recognise(header)
    profiles = profile_columns(header, tool, rows)
    names = [column.name for column in header.columns]
    mapping = mapping or next((saved for saved in mappings if saved.fits(names)), None)
    choice, keep_unknown = options.get("columns") or ColumnChoice(), options.get("keep_unknown", False)
    if mapping:
        choice, keep_unknown = mapping.choice.overridden_by(choice), keep_unknown or mapping.keep_unknown
    columns = choose_columns(header, tool, profiles, rows, choice, keep_unknown=keep_unknown)
    return _Draft(table, header, tool, rows, profiles, mapping, choice, columns)


def _read_head(table: Table) -> tuple[Header, Rows]:
    """The header and the rows of the sample that fit it; raises `InvalidInput` if none does."""
    sample = list(_sample(table.rows()))
    header = find_header(table.name, sample, headed=table.headed)
    width = len(header.columns)
    below = sample[header.skip :]
    rows = [fitted for item in below if isinstance(item, Row) and (fitted := fit(item.cells, width))]
    reasons = dict.fromkeys(item.reason for item in below if isinstance(item, Rejection))
    if reasons and not any(isinstance(item, Row) for item in below):
        raise InvalidInput(f"{table.name}: none of the first rows can be read ({', '.join(reasons)})")
    if not rows:
        raise InvalidInput(f"{table.name}: none of the first rows has as many cells as the header, which has {width}")
    return header, rows


def _sample(items: Iterator[Row | Rejection]) -> Iterator[Row | Rejection]:
    """The first items: at most `SAMPLE`, and fewer if they are large."""
    cells = characters = 0
    for item in itertools.islice(items, SAMPLE):
        yield item
        if isinstance(item, Row):
            cells += len(item.cells)
            characters += sum(map(len, item.cells))
        if cells > _SAMPLE_CELLS or characters > _SAMPLE_CHARACTERS:
            return


def _numbers_rows(draft: _Draft) -> bool:
    """Whether the ids are the numbers of the rows, which repeat in the next file."""
    if (column := draft.columns.facts.get("id")) is None:
        return False
    if draft.tool.numbers_rows or draft.tool is not GENERIC:
        return draft.tool.numbers_rows
    ids = [row[column.index].strip() for row in draft.rows]
    return all(map(is_row_number, ids)) and max(map(int, ids)) <= 2 * len(ids) + 10


def _is_own_source(columns: Columns, numbers_rows: bool) -> bool:
    return "answered_at" not in columns.facts and (numbers_rows or "id" not in columns.facts)


def fit(cells: list[str], width: int) -> list[str] | None:
    """The cells cut to the number of columns; `None` if there are fewer, or if the additional ones are not blank."""
    if len(cells) == width:
        return cells
    return cells[:width] if len(cells) > width and not any(cell.strip() for cell in cells[width:]) else None


def _scale(draft: _Draft, asked_for: Scale | None) -> tuple[Scale, str]:
    """The scale and the reason for it: as asked for, as saved, or detected."""
    if asked_for:
        return asked_for, "as asked for"
    if draft.mapping and draft.mapping.scale:
        return draft.mapping.scale, f"as saved in the mapping {draft.mapping.name!r}"
    columns, blanks, width = draft.columns, draft.tool.blanks, len(draft.header.columns)
    if columns.score is None:
        return Scale.NPS, "there is no score"
    if columns.are_groups:
        return Scale.GROUPS, "promoters, passives and detractors give the NPS exactly"
    items = itertools.islice(draft.table.rows(), draft.header.skip, None)
    fitting = (fitted for item in items if isinstance(item, Row) and (fitted := fit(item.cells, width)))
    answers = (cell for row in fitting for column in columns.scores if (cell := row[column.index]) not in blanks)
    if draft.profiles[columns.score].is_of_smileys:
        return smiley_scale({level for answer in answers if (level := smiley_level(answer))})
    is_nps = (
        draft.tool.nps_only
        or "survey_type" in columns.facts
        or has_nps_group(columns.score, {column.key for column in draft.header.columns})
    )
    return detect_scale(columns.score, answers, nps_by_definition=is_nps)


def _day_first(draft: _Draft) -> tuple[bool, str | None]:
    """Whether days come before months in the dates, and a note if the file is ambiguous."""
    dated = draft.columns.facts.get("answered_at")
    if draft.choice.day_first is not None or dated is None:
        return bool(draft.choice.day_first), None
    hint = any(_DAY_FIRST_LANGUAGES.search(column.wording) for column in draft.header.columns)
    day_first, certain = detect_day_first([row[dated.index] for row in draft.rows], hint=hint)
    if certain:
        return day_first, None
    order = "day first (03/04 is 3 April)" if day_first else "month first (03/04 is 4 March)"
    return day_first, f"dates in {dated.name!r} were read {order}, which the file leaves open; choose day_first if not"
