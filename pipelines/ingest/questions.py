"""The two questions among the columns of an export: how likely to recommend, and why."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence

from pipelines.ingest import words
from pipelines.ingest.dates import parse_timestamp
from pipelines.ingest.headers import Column
from pipelines.ingest.values import is_plain_number, parse_score
from saywhy.errors import ColumnNotFound

_Values = Mapping[Column, Sequence[str]]
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_TEXT = re.compile(
    r"\S+@\S+|https?://\S+|[\w.-]+\.\w{2,4}/\S*|(?:\d{1,3}\.){3}\d{1,3}|[\d\s.,:;/+%-]+|[A-Za-z0-9_-]{16,}"
)
_ASKS = 3


def find_score(columns: Sequence[Column], values: _Values) -> tuple[Column | None, str | None]:
    """The column of the score, and a note where there may be one that was not taken.

    A question for a recommendation comes before a column that is called score, and that before a nameless one, which
    has to be the only one of its kind. Raises `ColumnNotFound` where two ask for a recommendation.
    """
    ranks = {column: _score_rank(column, values[column]) for column in columns}
    best = max(ranks.values(), default=0)
    found = [column for column, rank in ranks.items() if rank == best]
    if best == 0 or not found:
        asked = [column for column in columns if _asks_for_number(column) and _is_numeric(values[column])]
        if asked:
            return None, f"no score was imported: {asked[0].name!r} does not hold 0-10; choose a column by name"
        return None, "no column holds a score that can be told; choose one by name if there is one"
    if len(found) == 1:
        return found[0], None
    names = ", ".join(repr(column.name) for column in found)
    if best >= 3:
        raise ColumnNotFound(f"several columns may be the score: {names}; name the one to import")
    return None, f"no score was imported: {names} all hold numbers from 0 to 10; choose one by name"


def _score_rank(column: Column, values: Sequence[str]) -> int:
    """5 recommendation, 4 its plain name, 3 some score, 2 … 1 content alone, 0 no."""
    wording = column.wording
    if words.GROUP.search(wording) and not _is_question(column):
        return 0
    numbers = _numbers(values)
    inside = sum(0 <= number <= 10 for number in numbers)
    if words.RECOMMEND.search(wording):
        return 5 if 2 * inside >= len(values) else 0
    if words.NOT_SCORE.search(wording):
        return 0
    if words.RATING.fullmatch(column.key):
        return 4 if 2 * inside >= len(values) else 0
    if words.RATING.search(wording):
        return 3 if 10 * inside >= 8 * len(values) else 0
    plain = [cell for cell in values if is_plain_number(cell)]
    if len(values) < 5 or 20 * len(plain) < 19 * len(values) or inside < len(numbers) or len(set(numbers)) < 4:
        return 0
    # Row numbers run from 0 or 1 up to 10 in a small file.
    return 0 if len(set(numbers)) == len(numbers) else 1


def _numbers(values: Sequence[str]) -> list[int]:
    numbers = []
    for cell in values:
        try:
            number = parse_score(cell)
        except ValueError:
            continue
        if number is not None:
            numbers.append(number)
    return numbers


def _asks_for_number(column: Column) -> bool:
    asks = words.RECOMMEND.search(column.wording) or words.RATING.fullmatch(column.key)
    return bool(asks) and not words.GROUP.search(column.wording)


def _is_numeric(values: Sequence[str]) -> bool:
    return 2 * sum(map(is_plain_number, values)) > len(values)


def _is_question(column: Column) -> bool:
    """A sentence rather than a name: "To what group of people would you recommend …"."""
    return len(column.wording) > 40 or column.wording.endswith(("?", "？"))


def find_comments(columns: Sequence[Column], values: _Values, rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """The column of the open answer. Surveys that branch ask promoters and detractors in columns of their own, of which
    each respondent fills one: those are taken together.
    """
    ranks = {column: _comment_rank(column, values[column]) for column in columns}
    best = max(ranks.values(), default=0)
    if best == 0:
        return ()
    longest = max((c for c in columns if ranks[c] == best), key=lambda c: sum(map(_length, values[c])))
    branches = [
        column
        for column in columns
        if best == ranks[column] == _ASKS
        and (column == longest or (len(values[column]) >= 3 and not _overlap(column, longest, rows)))
    ]
    return tuple(branches) or (longest,)


def _overlap(one: Column, other: Column, rows: Sequence[Sequence[str]]) -> bool:
    """Whether more than a stray respondent has filled both."""
    both = sum(bool(row[one.index].strip() and row[other.index].strip()) for row in rows)
    either = sum(bool(row[one.index].strip() or row[other.index].strip()) for row in rows)
    return both * 50 > either


def _comment_rank(column: Column, values: Sequence[str]) -> int:
    """3 asks for words of one's own, 2 is called text, 1 is text by its content, 0 no."""
    if words.NO_ANSWER.search(column.wording):
        return 0
    texts = [cell for cell in values if not _NO_TEXT.fullmatch(cell.strip()) and not _is_date(cell)]
    if 2 * len(texts) < len(values):
        return 0
    few_values = len(values) >= 50 and len(set(values)) < len(values) / 20
    if words.OPEN.search(column.wording):
        return 1 if few_values else _ASKS
    if words.TEXT.search(column.wording) and not few_values:
        return 2
    long = len(texts) >= 2 and statistics.fmean(map(_length, texts)) >= 20 and len(set(texts)) * 2 > len(texts)
    return 1 if long else 0


def _length(text: str) -> int:
    """In Latin letters: a Chinese character says as much as three."""
    return len(text) + 2 * len(_CJK.findall(text))


def _is_date(cell: str) -> bool:
    try:
        return len(cell) < 40 and parse_timestamp(cell) is not None
    except ValueError:
        return False
