"""Rows as responses. Nothing here knows the store."""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache

from pipelines.ingest.dates import parse_timestamp
from pipelines.ingest.headers import Column, as_key
from pipelines.ingest.reading import Reading, fit
from pipelines.ingest.row import Row, as_text, rejection
from pipelines.ingest.tools import GENERIC
from pipelines.ingest.values import is_blank, parse_money, parse_score
from saywhy.errors import ScoreOutOfRange
from saywhy.feedback import Comment, Customer, Rejection, Response, Scale, Score, Segment

#: The number of the line (see `Row.line`) and what became of it.
Numbered = tuple[int, Response | Rejection]

# The id of a row without one, from its cells and its wave.
_Identify = Callable[[list[str], str | None], str]

# Ids with fewer digits are taken for the numbers of rows.
_ROW_NUMBER_DIGITS = 7


def read_responses(reading: Reading) -> Iterator[Response | Rejection]:
    """Every row below the header as a response, or as a rejection that says why not; in the order of the file."""
    return (item for _, item in read_numbered(reading))


def read_numbered(reading: Reading) -> Iterator[Numbered]:
    """The same with line numbers. Reads as a stream; the memory it needs does not grow with the file."""
    width = len(reading.header.columns)
    with closing(_Occurrences()) as occurrences:
        identify = _content_id(reading, occurrences)
        for item in itertools.islice(reading.table.rows(), reading.header.skip, None):
            if isinstance(item, Rejection):
                yield item.line, item
                continue
            cells = fit(item.cells, width)
            if cells is None:
                yield item.line, _rejected(item, f"has {len(item.cells)} cells where the header has {width}")
                continue
            try:
                yield item.line, _response(reading, cells, identify)
            except (ValueError, ScoreOutOfRange) as error:
                yield item.line, _rejected(item, str(error))


def _rejected(row: Row, reason: str) -> Rejection:
    return rejection(row.line, reason, as_text(row.cells))


def _response(reading: Reading, cells: list[str], identify: _Identify) -> Response:
    """Raises `ValueError` or `ScoreOutOfRange` with the reason why the row is not taken."""
    columns, blanks = reading.columns, reading.tool.blanks

    def cell(column: Column | None) -> str | None:
        if column is None:
            return None
        text = cells[column.index]
        return None if is_blank(text) or text in blanks else text.strip()

    for column, values in columns.previews:
        if cells[column.index].strip().casefold() in values:
            raise ValueError(f"a test row ({column.name}: {cells[column.index].strip()})")
    facts = {role: cell(column) for role, column in columns.facts.items()}
    if (asked := facts.get("survey_type")) and reading.scale is Scale.NPS and not _is_nps(asked):
        raise ValueError(f"a survey of type {asked}, not NPS")
    moment, wave = facts.get("answered_at"), facts.get("wave") or reading.wave
    answered_at = parse_timestamp(moment, day_first=reading.day_first) if moment else None
    score = cell(columns.score)
    comment = "\n".join(text for column in columns.comments if (text := _verbatim(cells[column.index], blanks)))
    return Response(
        source=reading.source,
        external_id=_external_id(reading, facts.get("id"), moment, wave) or identify(cells, wave),
        score=_score(score, reading.scale) if score else None,
        comment=Comment(comment) if comment else None,
        answered_at=answered_at,
        wave=wave,
        segments=tuple(_segment(dimension, value) for dimension, column in columns.segments if (value := cell(column))),
        customer=_customer(facts),
    )


def _verbatim(text: str, blanks: frozenset[str]) -> str:
    """Exactly as written; only white space is no comment, and "-" is one (the clean stage tells non-answers)."""
    return "" if text.isspace() or text in blanks else text


@lru_cache(maxsize=4096)
def _score(text: str, scale: Scale) -> Score | None:
    value = parse_score(text)
    return None if value is None else Score(value, scale)


@lru_cache(maxsize=65_536)
def _segment(dimension: str, value: str) -> Segment:
    return Segment(dimension, value)


def _customer(facts: dict[str, str | None]) -> Customer | None:
    get = facts.get
    name = get("name") or " ".join(part for part in (get("first_name"), get("last_name")) if part) or None
    revenue, lifetime_value = (
        parse_money(amount) if (amount := get(role)) else None for role in ("revenue", "lifetime_value")
    )
    customer = Customer(get("customer_id"), name, get("email"), get("account"), revenue, lifetime_value)
    return None if customer == _NOBODY else customer


_NOBODY = Customer()


def _is_nps(survey_type: str) -> bool:
    key = as_key(survey_type)
    return any(word in key for word in ("nps", "net promoter", "loyalty"))


def _external_id(reading: Reading, id: str | None, moment: str | None, wave: str | None) -> str | None:
    """The tool's id of the response. One that only numbers the rows of a file needs more to be told from the same
    number in the next file: the moment of the answer, or the wave.
    """
    if id is None:
        return None
    if reading.tool.numbers_rows:
        return f"{id}@{moment}" if moment else id
    if reading.tool is GENERIC and wave and id.isdigit() and len(id) <= _ROW_NUMBER_DIGITS:
        return f"{wave}/{id}"
    return id


def _content_id(reading: Reading, occurrences: _Occurrences) -> _Identify:
    """Ids for rows without one: a hash of what they hold, and which of the rows that hold the same this is.

    Neither the order of the columns nor blank ones count. The wave does where it is given: a blank comment and a 10
    are another response in the next quarter.
    """
    order = sorted((column.name, column.index) for column in reading.header.columns)

    def identify(cells: list[str], wave: str | None) -> str:
        content = [f"{name}\x1e{cells[index]}" for name, index in order if cells[index]]
        digest = hashlib.blake2b("\x1f".join((wave or "", *content)).encode(), digest_size=12)
        number = occurrences.count(int.from_bytes(digest.digest()[:8], "big", signed=True))
        return f"row-{digest.hexdigest()}" + (f"-{number}" if number > 1 else "")

    return identify


class _Occurrences:
    """Counts how often a number has come. In a scratch file, since a set of all rows would outgrow the memory."""

    def __init__(self) -> None:
        self._scratch = sqlite3.connect("", isolation_level=None)  # "" is a temporary file that deletes itself
        self._scratch.execute("PRAGMA journal_mode = OFF")
        self._scratch.execute("PRAGMA cache_size = -32768")
        self._scratch.execute("CREATE TABLE seen (key INTEGER PRIMARY KEY, count INTEGER NOT NULL)")
        self._scratch.execute("BEGIN")

    def count(self, key: int) -> int:
        """How often this key has come, this time included."""
        statement = "INSERT INTO seen VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET count = count + 1 RETURNING count"
        return int(self._scratch.execute(statement, (key,)).fetchone()[0])

    def close(self) -> None:
        self._scratch.close()
