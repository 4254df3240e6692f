"""Finds the header rows of a table and the name of every column."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.ingest.dates import parse_timestamp
from pipelines.ingest.row import Row
from pipelines.ingest.values import is_plain_number
from saywhy.errors import InvalidInput
from saywhy.feedback import Rejection
from saywhy.text import counted

#: Characters of a title that are read, and of the plain text that is kept.
_LONGEST_RAW, _LONGEST_TITLE = 2_000, 500
_LONG_GROUP = 25  # characters of a group's name that is a question
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")
_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\s_\-./:]+")
# What SurveyMonkey writes in the second header row under a question with a single answer.
_SUB_ANSWERS = re.compile(
    r"(?:open.ended )?response|antwort|offene (?:beantwortung|antwort)|(?:开放式|開放式)?(?:回复|回覆|回應|答复)|"
    r"(?:réponse )?ouverte|réponse(?: ouverte)?|respuesta(?: abierta)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `name` is unique in the file; `label` is the wording of the question if the name is only its number."""

    index: int
    name: str
    label: str = ""

    @property
    def key(self) -> str:
        """The name for comparison: lower case, words separated by single spaces."""
        return as_key(self.name)

    @property
    def wording(self) -> str:
        """Name and label for searching, normalised like `key`."""
        return as_key(f"{self.name} {self.label}")


@dataclass(frozen=True, slots=True)
class Header:
    """The columns; `skip` is the number of table rows before the first row of data, `rows` that of header rows.

    `has_groups`: the first header row names groups of columns, in cells that were merged.
    """

    columns: tuple[Column, ...]
    skip: int
    rows: int = 1
    notes: tuple[str, ...] = ()
    has_groups: bool = False


@lru_cache(maxsize=65_536)
def as_key(name: str) -> str:
    """`NPS_Score` → `nps score`, `ResponseId` → `response id`."""
    return _SEPARATORS.sub(" ", _CAMEL_CASE.sub(" ", unicodedata.normalize("NFKC", name))).strip().casefold()


def find_header(name: str, sample: Sequence[Row | Rejection], *, headed: bool) -> Header:
    """Read the header rows at the start of a table. Raises `InvalidInput` if there are none or no rows after them.

    `headed`: the first row is certainly the header.
    """
    if sample and isinstance(sample[0], Rejection):
        raise InvalidInput(f"{name}, line {sample[0].line}: the header cannot be read: {sample[0].reason}")
    rows = [item for item in sample if isinstance(item, Row)]
    if not rows:
        raise InvalidInput(f"{name} is empty")
    first = 0 if headed else _skip_titles(rows)
    notes = (f"skipped {counted(first, 'line')} above the header in line {rows[first].line}",) if first else ()
    names, labels, count, has_groups = _read_names(rows[first:])
    if not headed and _looks_like_data(rows[first].cells):
        raise InvalidInput(
            f"{name}, line {rows[first].line}: the first row looks like data, not like the names of columns; "
            "add a header row"
        )
    start = sample.index(rows[first])
    if len(sample) <= start + count:
        raise InvalidInput(f"{name} has a header but no rows")
    columns = tuple(
        Column(index, name, label) for index, (name, label) in enumerate(zip(_make_unique(names), labels, strict=True))
    )
    return Header(columns, start + count, count, notes, has_groups)


def clean_title(title: str) -> str:
    """A question title without HTML, line breaks and byte order mark, cut to what a title may need."""
    plain = html.unescape(_TAG.sub(" ", title[:_LONGEST_RAW])).replace("\ufeff", "")
    return _SPACE.sub(" ", plain).strip()[:_LONGEST_TITLE]


def _read_names(rows: Sequence[Row]) -> tuple[list[str], list[str], int, bool]:
    """Names and labels of the columns, the number of header rows, and whether the first one names groups."""
    top = [clean_title(cell) for cell in rows[0].cells]
    blank = [""] * len(top)
    if len(rows) > 2 and any('"ImportId"' in cell for cell in rows[2].cells):  # Qualtrics: ids, wordings, import ids
        labels = [clean_title(cell) for cell in rows[1].cells]
        return top, (labels + blank)[: len(top)], 3, False
    if len(rows) > 2 and _has_wordings_row(rows):  # Qualtrics before 2016: ids, wordings
        return top, [clean_title(cell) for cell in rows[1].cells], 2, False
    if len(rows) > 1 and _has_second_header_row(rows):  # SurveyMonkey: questions, then their sub-answers
        question, names = "", []
        for title, answer in zip(top, map(clean_title, rows[1].cells), strict=True):
            question = title or question
            is_question_name = not answer or (title and _SUB_ANSWERS.fullmatch(answer))
            names.append(question if is_question_name else f"{question} – {answer}")
        return names, blank, 2, False
    if len(rows) > 2 and _has_group_row(rows):
        return _names_in_groups(top, [clean_title(cell) for cell in rows[1].cells]), blank, 2, True
    return top, blank, 1, False


def _has_wordings_row(rows: Sequence[Row]) -> bool:
    """Whether the second row repeats some names and has wordings for the others, which hold data below."""
    top, second = rows[0].cells, rows[1].cells
    if len(second) != len(top) or not all(map(str.strip, second)) or _looks_like_data(second):
        return False
    repeated = sum(as_key(name) == as_key(wording) for name, wording in zip(top, second, strict=True))
    return 2 <= repeated < len(top)


def _has_group_row(rows: Sequence[Row]) -> bool:
    """Whether the first row names groups of the columns that the second row names, as merged cells do.

    Every column is named in either row, some only in the second one, which holds no data and nothing that recurs.
    """
    top, second, data = rows[0].cells, rows[1].cells, [row.cells for row in rows[2:]]
    if len(second) != len(top) or _looks_like_data(second) or not any(map(_looks_like_data, data)):
        return False
    if not all(one.strip() or two.strip() for one, two in zip(top, second, strict=True)):
        return False
    recurs = any(
        name.strip() and any(cells[index : index + 1] == [name] for cells in data) for index, name in enumerate(second)
    )
    return not recurs and any(not cell.strip() for cell in top) and sum(bool(cell.strip()) for cell in second) > 1


def _names_in_groups(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """`NPS`; with its group where that is the question, or where the name alone is not unique."""
    result, group = [], ""
    for title, name in zip(groups, names, strict=True):
        group = title or group
        needs_group = names.count(name) > 1 or group.endswith(("?", "？")) or len(group) > _LONG_GROUP
        result.append((f"{group} – {name}" if needs_group else name) if name else title)
    return result


def _has_second_header_row(rows: Sequence[Row]) -> bool:
    """Whether the second row is a header row: blank in the first columns, which every data row fills, and no data."""
    top, second = rows[0].cells, rows[1].cells
    if len(second) != len(top):
        return False
    leading_blanks = next((index for index, cell in enumerate(second) if cell.strip()), 0)
    if leading_blanks < 2 or _looks_like_data(second):
        return False
    filled = [row for row in rows[2:] if len(row.cells) == len(top) and all(cell.strip() for cell in row.cells[:2])]
    if len(filled) < len(rows) - 2:
        return False
    return any(_SUB_ANSWERS.fullmatch(cell.strip()) for cell in second if cell) or any(
        answer.strip() and not title.strip() for title, answer in zip(top, second, strict=True)
    )


def _skip_titles(rows: Sequence[Row]) -> int:
    """The number of title lines above the table: they have a single filled cell, while the table has several."""
    filled = [sum(bool(cell.strip()) for cell in row.cells) for row in rows[:10]]
    first = next((index for index, count in enumerate(filled) if count > 1), 0)
    # A header may name a single column. Then the first row with several cells is data.
    return 0 if _looks_like_data(rows[first].cells) else first


def _looks_like_data(cells: Sequence[str]) -> bool:
    return any(is_plain_number(cell) or "@" in cell or _is_date(cell) for cell in cells if cell.strip())


def _is_date(cell: str) -> bool:
    try:
        return len(cell) >= 8 and parse_timestamp(cell) is not None
    except ValueError:
        return False


def _make_unique(names: Sequence[str]) -> list[str]:
    """Blank names become `column 3`, repeated ones `name (2)`."""
    named = [name or f"column {index}" for index, name in enumerate(names, start=1)]
    used, seen = set(named), Counter[str]()
    unique: list[str] = []
    for name in named:
        seen[name] += 1
        candidate, number = name, seen[name]
        while number > 1 and (candidate := f"{name} ({number})") in used:
            number += 1
        used.add(candidate)
        unique.append(candidate)
    return unique
