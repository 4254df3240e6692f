"""Finds the two questions among the columns of an export: how likely to recommend, and why."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence

from pipelines.ingest import words
from pipelines.ingest.dates import parse_timestamp
from pipelines.ingest.headers import Column
from pipelines.ingest.values import is_plain_number, parse_score
from saywhy.errors import ColumnNotFound

Values = Mapping[Column, Sequence[str]]
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_TEXT = re.compile(
    r"\S+@\S+|https?://\S+|[\w.-]+\.\w{2,4}/\S*|(?:\d{1,3}\.){3}\d{1,3}|[\d\s.,:;/+%-]+|[A-Za-z0-9_-]{16,}"
)
_OPEN_QUESTION = 3  # rank of a comment column that asks an open question
_RECOMMENDATION = 5  # rank of a score column that asks for a recommendation
_CERTAIN_SCORE = 3  # from this rank on the name says that the column is a score


def find_score(columns: Sequence[Column], values: Values) -> tuple[Column | None, str | None]:
    """The score column, and a note if there may be one that was not chosen.

    A question for a recommendation is preferred to a column that is called score, and that to a column recognised by
    its content, which must be the only one. Raises `ColumnNotFound` if several columns of the best rank are scores by
    their names.
    """
    ranks = {column: _score_rank(column, values[column]) for column in columns}
    best = max(ranks.values(), default=0)
    candidates = [column for column, rank in ranks.items() if rank == best]
    if best == 0 or not candidates:
        other_numbers = [column for column in columns if _asks_for_number(column) and _is_numeric(values[column])]
        if other_numbers:
            return None, f"no score was imported: {other_numbers[0].name!r} does not hold 0-10; choose a column by name"
        return None, "no score column was found; choose one by name if there is one"
    if len(candidates) == 1:
        return candidates[0], None
    names = ", ".join(repr(column.name) for column in candidates)
    if best >= _CERTAIN_SCORE:
        raise ColumnNotFound(f"several columns may be the score: {names}; name the one to import")
    return None, f"no score was imported: {names} all hold numbers from 0 to 10; choose one by name"


def _score_rank(column: Column, values: Sequence[str]) -> int:
    """5: asks for a recommendation, 4: called a score, 3: has score in its name, 1: numbers 0-10, 0: no score."""
    wording = column.wording
    if words.GROUP.search(wording) and not _is_question(column):
        return 0
    numbers = _numbers(values)
    in_range = sum(0 <= number <= 10 for number in numbers)
    if words.RECOMMEND.search(wording):
        return _RECOMMENDATION if 2 * in_range >= len(values) else 0
    if words.NOT_SCORE.search(wording):
        return 0
    if words.RATING.fullmatch(column.key):
        return 4 if 2 * in_range >= len(values) else 0
    if words.RATING.search(wording):
        return 3 if 10 * in_range >= 8 * len(values) else 0
    plain = [cell for cell in values if is_plain_number(cell)]
    if len(values) < 5 or 20 * len(plain) < 19 * len(values) or in_range < len(numbers) or len(set(numbers)) < 4:
        return 0
    # In a small file, distinct numbers up to 10 may be row numbers.
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
    """Whether the title is a sentence rather than a name: "To what group of people would you recommend …"."""
    return len(column.wording) > 40 or column.wording.endswith(("?", "？"))


def find_comments(columns: Sequence[Column], values: Values, rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """The columns of the open answer, mostly one.

    Surveys that branch have several, for example one for promoters and one for detractors, of which each respondent
    fills one.
    """
    ranks = {column: _comment_rank(column, values[column]) for column in columns}
    best = max(ranks.values(), default=0)
    if best == 0:
        return ()
    longest = max((c for c in columns if ranks[c] == best), key=lambda c: sum(map(_length, values[c])))
    branches = [
        column
        for column in columns
        if best == ranks[column] == _OPEN_QUESTION
        and (column == longest or (len(values[column]) >= 3 and not _overlap(column, longest, rows)))
    ]
    return tuple(branches) or (longest,)


def _overlap(one: Column, other: Column, rows: Sequence[Sequence[str]]) -> bool:
    """Whether more than 2 % of the respondents have filled both."""
    both = sum(bool(row[one.index].strip() and row[other.index].strip()) for row in rows)
    either = sum(bool(row[one.index].strip() or row[other.index].strip()) for row in rows)
    return both * 50 > either


def _comment_rank(column: Column, values: Sequence[str]) -> int:
    """3: asks an open question, 2: called text, 1: text by content, 0: no comment."""
    if words.NO_ANSWER.search(column.wording):
        return 0
    texts = [cell for cell in values if not _NO_TEXT.fullmatch(cell.strip()) and not _is_date(cell)]
    if 2 * len(texts) < len(values):
        return 0
    has_few_values = len(values) >= 50 and len(set(values)) < len(values) / 20
    if words.OPEN.search(column.wording):
        return 1 if has_few_values else _OPEN_QUESTION
    if words.TEXT.search(column.wording) and not has_few_values:
        return 2
    is_long = len(texts) >= 2 and statistics.fmean(map(_length, texts)) >= 20 and len(set(texts)) * 2 > len(texts)
    return 1 if is_long else 0


def _length(text: str) -> int:
    """Length in Latin letters: a Chinese character counts as three."""
    return len(text) + 2 * len(_CJK.findall(text))


def _is_date(cell: str) -> bool:
    try:
        return len(cell) < 40 and parse_timestamp(cell) is not None
    except ValueError:
        return False
