"""Finds the columns of facts about response and respondent: id, time, wave, customer, account, revenue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from pipelines.ingest import words
from pipelines.ingest.dates import parse_timestamp
from pipelines.ingest.headers import Column, Header
from pipelines.ingest.money import parse_money
from pipelines.ingest.profile import Profile
from pipelines.ingest.tools import GOOGLE_FORMS, Tool
from pipelines.ingest.values import is_row_number

Profiles = Mapping[Column, Profile]

# Remarks in brackets, and punctuation at the end of a name.
_REMARK = re.compile(r"\s*[(（\[].*[)）\]]$|[*?？:：]+$")
#: Numbers that a spreadsheet has rounded to 15 digits: 3.07445734748778e+18, 1234567890123456.0, 3074457347487780000.
_ROUNDED = re.compile(r"[+-]?\d(?:[.,]\d+)?e\+?\d{2,}|\d{16,}\.0|\d{15}0{2,}", re.IGNORECASE)
#: The time that LimeSurvey and spreadsheets give where they keep none.
_PLACEHOLDERS = (
    "1980-01-01",
    "1970-01-01",
    "1900-01-0",
    "1899-12-3",
    "01.01.1970",
    "01/01/1970",
    "0000-00-00",
    "01.01.1980",
)


def without_remark(key: str) -> str:
    """`account (optional)*` → `account`."""
    return _REMARK.sub("", key)


def find_facts(
    header: Header, tool: Tool, profiles: Profiles, named: Mapping[str, Column | None], taken: set[Column]
) -> dict[str, Column]:
    """The column for each role of `words.facts`: the user's choice, else the tool's, else by name and content.

    `named` are the roles that the user decided, `None` for no column; `taken` the columns that have another role.
    """
    facts = {role: column for role, column in named.items() if column is not None}
    for role, known_names in words.facts().items():
        # A name column that the user chose holds the full name.
        if role in named or (role in ("first_name", "last_name") and "name" in named):
            continue
        free = [column for column in header.columns if column not in taken and column not in facts.values()]
        if role == "answered_at" and tool is GOOGLE_FORMS and header.columns[0] in free:
            facts[role] = header.columns[0]
            continue
        ordinary = [column for column in free if column.key not in tool.technical and not profiles[column].is_empty]
        column = (
            tool_column(free, tool, role, profiles)
            or _column_by_name(ordinary, role, known_names, profiles)
            or _column_by_content(ordinary, role, profiles)
        )
        if column:
            facts[role] = column
    return facts


def tool_column(free: Sequence[Column], tool: Tool, role: str, profiles: Profiles) -> Column | None:
    """The column that exports of the tool always have for the role; an empty one only if all are."""
    columns = [column for name in tool.roles.get(role, ()) for column in free if column.key == name]
    return next((column for column in columns if not profiles[column].is_empty), columns[0] if columns else None)


def _column_by_name(free: Sequence[Column], role: str, known_names: Sequence[str], profiles: Profiles) -> Column | None:
    """The column with the best known name, without remarks in brackets, whose content fits the role."""
    by_name = defaultdict(list)
    for column in free:
        by_name[without_remark(column.key)].append(column)
    candidates = (column for name in known_names for column in by_name.get(name, ()))
    return next((column for column in candidates if _fits_role(role, profiles[column])), None)


def _column_by_content(free: Sequence[Column], role: str, profiles: Profiles) -> Column | None:
    """The time of the answer under any name, and an id whose name only ends like one."""
    if role == "answered_at":
        ranks = {column: _time_rank(column, profiles[column]) for column in free}
        best = max(ranks.values(), default=0)
        return next((column for column in free if ranks[column] == best > 0), None)
    if role == "id":
        ids = [column for column in free if _is_id(column, profiles[column])]
        return min(ids, key=lambda column: all(map(is_row_number, profiles[column].values)), default=None)
    return None


def _time_rank(column: Column, profile: Profile) -> int:
    """3: the time of the answer by name and content, 2: a time, 1: when it was begun, 0: anything else."""
    is_named = words.TIME.search(column.wording) is not None
    if words.OTHER_TIME.search(column.wording):
        return 0
    if profile.dates < 0.5 and not (is_named and _is_mostly_readable(profile.values, parse_timestamp)):
        return 0
    if words.BEGINNING.search(column.wording):
        return 1
    return 3 if words.ANSWERED.search(column.wording) else 2


def _is_id(column: Column, profile: Profile) -> bool:
    values = profile.values
    return (
        words.ID.search(column.key) is not None
        and words.OTHER_ID.search(column.key) is None
        and len(profile.distinct) == len(values) == profile.rows
        and all(len(cell) <= 64 and " " not in cell for cell in values)
    )


def _fits_role(role: str, profile: Profile) -> bool:
    """Whether most of the content fits the role: a matching name alone is not enough."""
    values = profile.values
    if role == "id":  # one that lost digits is found too, to say why it is not used
        return len(set(values)) * 2 >= len(values) or _has_lost_digits(values)
    if role == "answered_at":
        return _is_mostly_readable(values, parse_timestamp) or _is_mostly_readable(
            values, lambda cell: parse_timestamp(cell, day_first=True)
        )
    if role in ("revenue", "lifetime_value"):
        return _is_mostly_readable(values, parse_money)
    if role == "email":
        return sum("@" in cell for cell in values) * 2 >= len(values)
    return role != "survey_type" or not profile.is_of_groups


def _is_mostly_readable(values: Sequence[str], read: Callable[[str], object]) -> bool:
    failures = 0
    for cell in values:
        try:
            read(cell)
        except ValueError:
            failures += 1
    return failures * 2 <= len(values)


def refuse_unfit(
    facts: dict[str, Column], profiles: Profiles, told_apart_by: Sequence[Column], rows: Sequence[Sequence[str]]
) -> list[str]:
    """Take columns out of `facts` that would merge people or invent times; return what to tell the user.

    `told_apart_by` are the columns of score and comment: rows of one id that differ in both are two people.
    """
    notes = []
    for role in ("id", "customer_id", "account"):
        if (column := facts.get(role)) and _has_lost_digits(profiles[column].values):
            del facts[role]
            notes.append(
                f"{column.name!r} is not used as {role}: a spreadsheet rounded its numbers, so that different ones "
                "became equal; export it as text"
            )
    if (column := facts.get("id")) and (count := _conflicts(column, told_apart_by, rows)):
        del facts["id"]
        notes.append(
            f"{column.name!r} is not used as id: {count} of its values belong to several answers that "
            "have nothing in common"
        )
    if (column := facts.get("answered_at")) and _is_placeholder(profiles[column]):
        del facts["answered_at"]
        notes.append(f"{column.name!r} is always {profiles[column].values[0]}, so it is not the time of the answers")
    return notes


def _has_lost_digits(values: Sequence[str]) -> bool:
    return sum(bool(_ROUNDED.fullmatch(cell.strip())) for cell in values) * 2 > len(values)


def _conflicts(id_column: Column, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> int:
    """How many ids have rows that differ in score and comment, both filled."""
    if len(columns) < 2:
        return 0
    first: dict[str, list[str]] = {}
    conflicting = set()
    for row in rows:
        if not (key := row[id_column.index].strip()):
            continue
        answer = [row[column.index].strip() for column in columns]
        earlier = first.setdefault(key, answer)
        if all(one and other and one != other for one, other in zip(earlier, answer, strict=True)):
            conflicting.add(key)
    return len(conflicting)


def _is_placeholder(profile: Profile) -> bool:
    return len(profile.values) > 1 and len(profile.distinct) == 1 and profile.values[0].startswith(_PLACEHOLDERS)
