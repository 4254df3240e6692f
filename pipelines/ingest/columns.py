"""Chooses the column for each role: as named by the user, as the tool always names it, or by name and content."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.ingest import words
from pipelines.ingest.dates import parse_timestamp
from pipelines.ingest.headers import Column, Header, as_key
from pipelines.ingest.money import parse_money
from pipelines.ingest.questions import find_comments, find_score
from pipelines.ingest.tools import GOOGLE_FORMS, Tool
from pipelines.ingest.values import is_blank
from saywhy.errors import ColumnNotFound

# Remarks in brackets, and punctuation at the end of a name.
_REMARK = re.compile(r"\s*[(（\[].*[)）\]]$|[*?？:：]+$")
_SEGMENT = re.compile(r"^segments?[\s_:.\-]+", re.IGNORECASE)
_MAX_SEGMENT_VALUES = 50
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Columns named by the user, by name or by the wording of the question. `None`: detect it; "": there is none.

    The texts of several comment columns are joined in this order. The cells of `segments` are kept as they are.
    `day_first` decides whether 03/04/2026 is the 3rd of April, if the file is ambiguous.
    """

    score: str | None = None
    comment: str | tuple[str, ...] | None = None
    id: str | None = None
    answered_at: str | None = None
    wave: str | None = None
    customer_id: str | None = None
    name: str | None = None
    email: str | None = None
    account: str | None = None
    revenue: str | None = None
    lifetime_value: str | None = None
    segments: tuple[str, ...] = ()
    day_first: bool | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns by role.

    `facts` are the columns about respondent and response, by role. `segments` are pairs of dimension and column.
    `previews` are columns with the values that mark a test row. `unknown` are not imported.
    """

    score: Column | None
    comments: tuple[Column, ...]
    facts: dict[str, Column]
    segments: tuple[tuple[str, Column], ...]
    previews: tuple[tuple[Column, frozenset[str]], ...]
    unknown: tuple[Column, ...]
    notes: tuple[str, ...]

    def names_by_role(self) -> dict[str, str]:
        """Column names by role, as shown to users."""
        names = {"score": self.score.name} if self.score else {}
        if self.comments:
            names["comment"] = " + ".join(column.name for column in self.comments)
        names |= {role: column.name for role, column in self.facts.items()}
        return names | {f"segment {dimension}": column.name for dimension, column in self.segments}


def choose_columns(
    header: Header, tool: Tool, sample: Rows, choice: ColumnChoice, *, keep_unknown: bool = False
) -> Columns:
    """Choose the role of every column by its name and by a sample of complete rows.

    Raises `ColumnNotFound` for a name that no column has, if neither a score nor a comment is found, and if several
    columns ask for the likelihood to recommend.
    """
    blanks = tool.blanks
    values = {
        column: [cell for row in sample if not is_blank(cell := row[column.index]) and cell not in blanks]
        for column in header.columns
    }
    chosen = _columns_with_roles(header, choice)
    facts = _choose_facts(header, tool, values, choice, chosen)
    segments = [(_dimension(column), column) for column in (_find_column(header, name) for name in choice.segments)]
    taken = {*facts.values(), *chosen, *(column for _, column in segments)}
    previews = tuple((column, tool.previews[column.key]) for column in header.columns if column.key in tool.previews)
    free = [column for column in header.columns if column not in taken and column.key not in tool.technical]
    notes: list[str] = []

    score = _find_column(header, choice.score) if choice.score else None
    if choice.score is None and (score := _tool_column(free, tool, "score")) is None:
        score, note = find_score(free, values)
        notes += [note] if note else []
    free = [column for column in free if column != score]
    comments = tuple(_find_column(header, name) for name in _comment_names(choice))
    if choice.comment is None:
        tool_column = _tool_column(free, tool, "comment")
        comments = (tool_column,) if tool_column else find_comments(free, values, sample)
    if score is None and not comments:
        raise ColumnNotFound(
            f"neither a score nor a comment column was found by name or content; name them. {_column_list(header)}"
        )
    free = [column for column in free if column not in comments]
    segments += [
        (_dimension(column), column)
        for column in free
        if _is_segment(column, values[column]) or (keep_unknown and not words.TECHNICAL.search(column.wording))
    ]
    unknown = tuple(column for column in free if column not in {segment for _, segment in segments})
    return Columns(score, comments, facts, tuple(segments), previews, unknown, tuple(notes))


def _comment_names(choice: ColumnChoice) -> tuple[str, ...]:
    names = (choice.comment,) if isinstance(choice.comment, str) else choice.comment or ()
    return tuple(name for name in names if name)


def _columns_with_roles(header: Header, choice: ColumnChoice) -> set[Column]:
    """The columns to which the user gave a role, other than segments."""
    roles = (choice.score, *(getattr(choice, role, None) for role in words.facts()))
    return {_find_column(header, name) for name in (*roles, *_comment_names(choice)) if name}


def _find_column(header: Header, name: str) -> Column:
    """The column of that name; else, if unambiguous, of that wording of the question or of another spelling."""
    columns = header.columns
    for matches in (
        [column for column in columns if column.name == name],
        [column for column in columns if column.label == name],
        [column for column in columns if as_key(name) in (column.key, as_key(column.label))],
    ):
        if len(matches) == 1:
            return matches[0]
    raise ColumnNotFound(f"there is no column {name!r}. {_column_list(header)}")


def _column_list(header: Header) -> str:
    return "The columns are: " + ", ".join(repr(column.name) for column in header.columns)


def _tool_column(free: Sequence[Column], tool: Tool, role: str) -> Column | None:
    """The column that exports of the tool always have for the role."""
    return next((c for name in tool.roles.get(role, ()) for c in free if c.key == name), None)


def _choose_facts(
    header: Header, tool: Tool, values: dict[Column, list[str]], choice: ColumnChoice, chosen: set[Column]
) -> dict[str, Column]:
    """The column for each role of `words.facts`: the user's choice, else the tool's, else by name and content."""
    facts: dict[str, Column] = {}
    for role, known_names in words.facts().items():
        name: str | None = getattr(choice, role, None)
        if name:
            facts[role] = _find_column(header, name)
        # A name column that the user chose holds the full name.
        if name is not None or (choice.name is not None and role in ("first_name", "last_name")):
            continue
        if role == "answered_at" and tool is GOOGLE_FORMS:
            facts[role] = header.columns[0]
            continue
        free = [column for column in header.columns if column not in chosen and column not in facts.values()]
        column = _tool_column(free, tool, role) or _column_by_name(
            [column for column in free if column.key not in tool.technical], role, known_names, values
        )
        if column:
            facts[role] = column
    return facts


def _column_by_name(
    free: Sequence[Column], role: str, known_names: Sequence[str], values: dict[Column, list[str]]
) -> Column | None:
    """The column with the best known name, without remarks in brackets, whose content fits the role."""
    for name in known_names:
        for column in free:
            if _REMARK.sub("", column.key) == name and _fits_role(role, values[column]):
                return column
    return None


def _fits_role(role: str, values: Sequence[str]) -> bool:
    """Whether most of the content fits the role: a matching name alone is not enough."""
    if role == "id":
        return len(set(values)) * 2 >= len(values)
    if role == "answered_at":
        return _is_mostly_readable(values, lambda cell: parse_timestamp(cell)) or _is_mostly_readable(
            values, lambda cell: parse_timestamp(cell, day_first=True)
        )
    if role in ("revenue", "lifetime_value"):
        return _is_mostly_readable(values, parse_money)
    if role == "email":
        return sum("@" in cell for cell in values) * 2 >= len(values)
    return True


def _is_mostly_readable(values: Sequence[str], read: Callable[[str], object]) -> bool:
    failures = 0
    for cell in values:
        try:
            read(cell)
        except ValueError:
            failures += 1
    return failures * 2 <= len(values)


def _is_segment(column: Column, values: Sequence[str]) -> bool:
    key = _REMARK.sub("", as_key(column.name.rpartition(".")[2]))
    if not _SEGMENT.match(column.name) and key not in words.segments():
        return False
    return bool(values) and len(set(values)) <= max(_MAX_SEGMENT_VALUES, len(values) // 20)


def _dimension(column: Column) -> str:
    """`segment_industry`, `person_properties.Industry`, `Industry` → `industry`."""
    return _SEGMENT.sub("", column.name).rpartition(".")[2].strip().casefold() or column.name.casefold()
