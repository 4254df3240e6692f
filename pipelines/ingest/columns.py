"""Which column holds what: as named by the user, as the tool always names it, or as its name and content tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.ingest import words
from pipelines.ingest.dates import parse_timestamp
from pipelines.ingest.headers import Column, Header, as_key
from pipelines.ingest.questions import find_comments, find_score
from pipelines.ingest.tools import GOOGLE_FORMS, Tool
from pipelines.ingest.values import is_blank, parse_money
from saywhy.errors import ColumnNotFound

_ASIDE = re.compile(r"\s*[(（\[].*[)）\]]$|[*?？:：]+$")
_SEGMENT = re.compile(r"^segments?[\s_:.\-]+", re.IGNORECASE)
_MAX_SEGMENT_VALUES = 50
_Cells = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Columns named by the user, by name or by the wording of the question. `None`: find it; "": there is none.

    Several comment columns make one comment: what is filled of them, in this order. `segments` are kept as they are.
    `day_first` decides what 03/04/2026 means where the file itself does not.
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
    """The columns by what they hold. `segments` are pairs of dimension and column; `unknown` are not imported."""

    score: Column | None
    comments: tuple[Column, ...]
    facts: dict[str, Column]
    segments: tuple[tuple[str, Column], ...]
    previews: tuple[tuple[Column, frozenset[str]], ...]
    unknown: tuple[Column, ...]
    notes: tuple[str, ...]

    def said(self) -> dict[str, str]:
        """Role → name of the column, for people."""
        said = {"score": self.score.name} if self.score else {}
        if self.comments:
            said["comment"] = " + ".join(column.name for column in self.comments)
        said |= {role: column.name for role, column in self.facts.items()}
        return said | {f"segment {dimension}": column.name for dimension, column in self.segments}


def choose_columns(
    header: Header, tool: Tool, sample: _Cells, choice: ColumnChoice, *, keep_unknown: bool = False
) -> Columns:
    """Decide on every column, from its name and from a sample of complete rows.

    Raises `ColumnNotFound` for a name that is not there, for a file in which neither a score nor a comment can be told,
    and where several columns ask for the likelihood to recommend.
    """
    blanks = tool.blanks
    values = {
        column: [cell for row in sample if not is_blank(cell := row[column.index]) and cell not in blanks]
        for column in header.columns
    }
    named = _named(header, choice)
    facts = _facts(header, tool, values, choice, named)
    segments = [(_dimension(column), column) for column in (_find(header, name) for name in choice.segments)]
    taken = {*facts.values(), *named, *(column for _, column in segments)}
    previews = tuple((column, tool.previews[column.key]) for column in header.columns if column.key in tool.previews)
    free = [column for column in header.columns if column not in taken and column.key not in tool.technical]
    notes: list[str] = []

    score = _find(header, choice.score) if choice.score else None
    if choice.score is None and (score := _own(free, tool, "score")) is None:
        score, note = find_score(free, values)
        notes += [note] if note else []
    free = [column for column in free if column != score]
    comments = tuple(_find(header, name) for name in _comment_names(choice))
    if choice.comment is None:
        own = _own(free, tool, "comment")
        comments = (own,) if own else find_comments(free, values, sample)
    if score is None and not comments:
        raise ColumnNotFound(
            "neither a score nor a comment column can be told from the names and the content; "
            f"name them. {_listing(header)}"
        )
    free = [column for column in free if column not in comments]
    segments += [
        (_dimension(column), column)
        for column in free
        if _is_segment(column, values[column]) or (keep_unknown and not words.TECHNICAL.search(column.wording))
    ]
    unknown = tuple(column for column in free if column not in {kept for _, kept in segments})
    return Columns(score, comments, facts, tuple(segments), previews, unknown, tuple(notes))


def _comment_names(choice: ColumnChoice) -> tuple[str, ...]:
    names = (choice.comment,) if isinstance(choice.comment, str) else choice.comment or ()
    return tuple(name for name in names if name)


def _named(header: Header, choice: ColumnChoice) -> set[Column]:
    """The columns that the user has given a role."""
    roles = (choice.score, *(getattr(choice, role, None) for role in words.facts()))
    return {_find(header, name) for name in (*roles, *_comment_names(choice)) if name}


def _find(header: Header, name: str) -> Column:
    """The column of that name; the wording of its question and other spellings will do where they are unambiguous."""
    columns = header.columns
    for found in (
        [column for column in columns if column.name == name],
        [column for column in columns if column.label == name],
        [column for column in columns if as_key(name) in (column.key, as_key(column.label))],
    ):
        if len(found) == 1:
            return found[0]
    raise ColumnNotFound(f"there is no column {name!r}. {_listing(header)}")


def _listing(header: Header) -> str:
    return "The columns are: " + ", ".join(repr(column.name) for column in header.columns)


def _own(free: Sequence[Column], tool: Tool, role: str) -> Column | None:
    """The column that the tool itself always writes for the role."""
    return next((c for name in tool.roles.get(role, ()) for c in free if c.key == name), None)


def _facts(
    header: Header, tool: Tool, values: dict[Column, list[str]], choice: ColumnChoice, named: set[Column]
) -> dict[str, Column]:
    facts: dict[str, Column] = {}
    for role, known in words.facts().items():
        wanted: str | None = getattr(choice, role, None)
        if wanted:
            facts[role] = _find(header, wanted)
        # A chosen name is the whole name.
        if wanted is not None or (choice.name is not None and role in ("first_name", "last_name")):
            continue
        if role == "answered_at" and tool is GOOGLE_FORMS:
            facts[role] = header.columns[0]
            continue
        free = [c for c in header.columns if c not in named and c not in facts.values()]
        own = _own(free, tool, role)
        free = [c for c in free if c.key not in tool.technical]
        found = own or next(
            (c for name in known for c in free if _ASIDE.sub("", c.key) == name and _holds(role, values[c])), None
        )
        if found:
            facts[role] = found
    return facts


def _holds(role: str, values: Sequence[str]) -> bool:
    """Whether most of the content fits the role, so that a column is not taken for its name alone."""
    if role == "id":
        return len(set(values)) * 2 >= len(values)
    if role == "answered_at":
        return _most(values, lambda cell: parse_timestamp(cell)) or _most(
            values, lambda cell: parse_timestamp(cell, day_first=True)
        )
    if role in ("revenue", "lifetime_value"):
        return _most(values, parse_money)
    if role == "email":
        return sum("@" in cell for cell in values) * 2 >= len(values)
    return True


def _most(values: Sequence[str], read: Callable[[str], object]) -> bool:
    failures = 0
    for cell in values:
        try:
            read(cell)
        except ValueError:
            failures += 1
    return failures * 2 <= len(values)


def _is_segment(column: Column, values: Sequence[str]) -> bool:
    key = _ASIDE.sub("", as_key(column.name.rpartition(".")[2]))
    if not _SEGMENT.match(column.name) and key not in words.segments():
        return False
    return bool(values) and len(set(values)) <= max(_MAX_SEGMENT_VALUES, len(values) // 20)


def _dimension(column: Column) -> str:
    """`segment_industry`, `person_properties.Industry`, `Industry` → `industry`."""
    return _SEGMENT.sub("", column.name).rpartition(".")[2].strip().casefold() or column.name.casefold()
