"""Header rows: how many there are, and the name of every column."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.dates import parse_timestamp
from pipelines.ingest.row import Row
from pipelines.ingest.values import is_plain_number
from saywhy.errors import InvalidInput
from saywhy.feedback import Rejection

_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\s_\-./:]+")
# What SurveyMonkey writes under a question that has one answer only.
_SUB_ANSWERS = re.compile(
    r"(?:open.ended )?response|antwort|offene (?:beantwortung|antwort)|(?:开放式|開放式)?(?:回复|回覆|回應|答复)|"
    r"(?:réponse )?ouverte|réponse(?: ouverte)?|respuesta(?: abierta)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is unique in the file. `label` is the wording of the question where the name is only its number."""

    index: int
    name: str
    label: str = ""

    @property
    def key(self) -> str:
        """The name for comparing: lower case, words parted by single spaces."""
        return as_key(self.name)

    @property
    def wording(self) -> str:
        """Name and label for searching, in the form of `key`."""
        return as_key(f"{self.name} {self.label}")


@dataclass(frozen=True, slots=True)
class Header:
    """The columns, and how many items of the table come before the first row of data. `rows` counts header rows."""

    columns: tuple[Column, ...]
    skip: int
    rows: int = 1
    notes: tuple[str, ...] = ()


def as_key(name: str) -> str:
    """`NPS_Score` → `nps score`, `ResponseId` → `response id`."""
    return _SEPARATORS.sub(" ", _CAMEL.sub(" ", unicodedata.normalize("NFKC", name))).strip().casefold()


def find_header(name: str, sample: Sequence[Row | Rejection], *, headed: bool) -> Header:
    """Read the header rows at the start of a table. Raises `InvalidInput` where there is none, or nothing under it."""
    if sample and isinstance(sample[0], Rejection):
        raise InvalidInput(f"{name}, line {sample[0].line}: the header cannot be read: {sample[0].reason}")
    rows = [item for item in sample if isinstance(item, Row)]
    if not rows:
        raise InvalidInput(f"{name} is empty")
    first = 0 if headed else _skip_titles(rows)
    notes = (f"skipped {first} line(s) above the header in line {rows[first].line}",) if first else ()
    names, labels, count = _names(rows[first:])
    if not headed and _looks_like_data(rows[first].cells):
        raise InvalidInput(
            f"{name}, line {rows[first].line}: the first row looks like data, not like the names of columns; "
            "add a header row"
        )
    start = sample.index(rows[first])
    if len(sample) <= start + count:
        raise InvalidInput(f"{name} has a header but no rows")
    columns = tuple(Column(i, name, label) for i, (name, label) in enumerate(zip(_unique(names), labels, strict=True)))
    return Header(columns, start + count, count, notes)


def clean(title: str) -> str:
    """A question title as people read it: no HTML, no line breaks, no byte-order mark."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", title)).replace("\ufeff", "")).strip()


def _names(rows: Sequence[Row]) -> tuple[list[str], list[str], int]:
    """Names and labels of the columns, and how many rows they took."""
    top = [clean(cell) for cell in rows[0].cells]
    blank = [""] * len(top)
    if len(rows) > 2 and any('"ImportId"' in cell for cell in rows[2].cells):  # Qualtrics: ids, wordings, import ids
        labels = [clean(cell) for cell in rows[1].cells]
        return top, (labels + blank)[: len(top)], 3
    if len(rows) > 1 and _is_second_header(rows):  # SurveyMonkey: questions, then their sub-answers
        question, names = "", []
        for title, answer in zip(top, map(clean, rows[1].cells), strict=True):
            question = title or question
            own = not answer or (title and _SUB_ANSWERS.fullmatch(answer))
            names.append(question if own else f"{question} – {answer}")
        return names, blank, 2
    return top, blank, 1


def _is_second_header(rows: Sequence[Row]) -> bool:
    """Blank under the respondent's own columns, which every row of data fills, and no value anywhere."""
    top, second = rows[0].cells, rows[1].cells
    if len(second) != len(top):
        return False
    lead = next((i for i, cell in enumerate(second) if cell.strip()), 0)
    if lead < 2 or _looks_like_data(second):
        return False
    filled = [row for row in rows[2:] if len(row.cells) == len(top) and all(cell.strip() for cell in row.cells[:2])]
    if len(filled) < len(rows) - 2:
        return False
    return any(_SUB_ANSWERS.fullmatch(cell.strip()) for cell in second if cell) or any(
        answer.strip() and not title.strip() for title, answer in zip(top, second, strict=True)
    )


def _skip_titles(rows: Sequence[Row]) -> int:
    """Lines such as "Survey results" above the table: a single filled cell where the table has several."""
    filled = [sum(bool(cell.strip()) for cell in row.cells) for row in rows[:10]]
    first = next((index for index, count in enumerate(filled) if count > 1), 0)
    # A header may name one column only; then what follows it is data.
    return 0 if _looks_like_data(rows[first].cells) else first


def _looks_like_data(cells: Sequence[str]) -> bool:
    return any(is_plain_number(cell) or "@" in cell or _is_date(cell) for cell in cells if cell.strip())


def _is_date(cell: str) -> bool:
    try:
        return len(cell) >= 8 and parse_timestamp(cell) is not None
    except ValueError:
        return False


def _unique(names: Sequence[str]) -> list[str]:
    """Blank names become `column 3`, repeated ones `name (2)`."""
    named = [name or f"column {index}" for index, name in enumerate(names, start=1)]
    taken, seen = set(named), Counter[str]()
    unique: list[str] = []
    for name in named:
        seen[name] += 1
        candidate, number = name, seen[name]
        while number > 1 and (candidate := f"{name} ({number})") in taken:
            number += 1
        taken.add(candidate)
        unique.append(candidate)
    return unique
