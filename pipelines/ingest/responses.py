"""Reads rows as responses."""

from __future__ import annotations

import hashlib
import itertools
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar

from pipelines.ingest.dates import parse_timestamp
from pipelines.ingest.exclusions import sum_label
from pipelines.ingest.headers import Column, as_key
from pipelines.ingest.money import parse_money
from pipelines.ingest.reading import ExportLayout, fit
from pipelines.ingest.row import Row, as_text, rejection
from pipelines.ingest.scores import parse_group, parse_score
from pipelines.ingest.smileys import smiley_level, smiley_score
from pipelines.ingest.tools import GENERIC
from pipelines.ingest.values import is_blank, is_row_number
from saywhy.errors import InvalidInput
from saywhy.feedback import Comment, Customer, Rejection, Response, Scale, Score, Segment
from saywhy.text import counted

#: The number of a line (see `Row.line`) with its response or rejection.
NumberedItem = tuple[int, Response | Rejection]

# Makes the id of a row without one from its cells and its wave.
IdOfRow = Callable[[list[str], str | None], str]

# What SPSS and spreadsheets write instead of a text.
_CODE = re.compile(r"-9{1,4}|#(?:NULL!|N/A|NV|VALUE!|WERT!|REF!|BEZUG!|NAME\?|DIV/0!)")


def read_responses(layout: ExportLayout) -> Iterator[Response | Rejection]:
    """Every row below the header as a response, or as a rejection with the reason; in the order of the file."""
    return (item for _, item in read_numbered(layout))


class Blanked:
    """Cells that were left blank because they could not be read, or were codes for no answer: how many, and the first.

    They cost only themselves, never the response.
    """

    _REASONS: ClassVar = {
        "time": "that could not be read",
        "amount": "unreadable or out of bounds",
        "score": "with a code for no answer",
    }

    def __init__(self) -> None:
        self._counts = Counter[str]()
        self._first: dict[str, str] = {}

    def add(self, kind: str, cell: str) -> None:
        """Count a cell; `kind` is `time`, `amount` or `score`."""
        self._counts[kind] += 1
        self._first.setdefault(kind, cell)

    def notes(self) -> Iterator[str]:
        """What to tell the user."""
        for kind, reason in self._REASONS.items():
            if count := self._counts[kind]:
                yield f"left blank: {counted(count, kind)} {reason}, e.g. {self._first[kind][:50]!r}"


def read_numbered(
    layout: ExportLayout, blanked: Blanked | None = None, *, require_ids: bool = False
) -> Iterator[NumberedItem]:
    """The same with line numbers, as a stream: memory does not grow with the file. `blanked` is counted up.

    `require_ids` rejects the rows without an id, which else are identified by their content.
    """
    blanked = blanked or Blanked()
    width = len(layout.header.columns)
    with closing(_OccurrenceCounter()) as occurrences:
        identify = _refuse_without_id if require_ids else _content_id(layout, occurrences)
        for item in itertools.islice(layout.table.rows(), layout.header.skip, None):
            if isinstance(item, Rejection):
                yield item.line, item
                continue
            cells = fit(item.cells, width)
            if cells is None:
                yield item.line, _reject(item, f"has {len(item.cells)} cells where the header has {width}")
                continue
            try:
                yield item.line, _response(layout, cells, identify, blanked)
            except (ValueError, InvalidInput) as error:
                yield item.line, _reject(item, str(error))


def _reject(row: Row, reason: str) -> Rejection:
    return rejection(row.line, reason, as_text(row.cells))


def _response(layout: ExportLayout, cells: list[str], identify: IdOfRow, blanked: Blanked) -> Response:
    """The response of a row. Raises `ValueError` or `InvalidInput` with the reason for a rejection."""
    columns, blanks = layout.columns, layout.tool.blanks

    def cell(column: Column | None) -> str | None:
        if column is None:
            return None
        text = cells[column.index]
        return None if is_blank(text) or text in blanks else text.strip()

    for exclusion in columns.exclusions:
        if reason := exclusion.reason(cells):
            raise ValueError(reason)
    if label := sum_label(cells, columns.comments):
        raise ValueError(f"a row that sums up others ({label})")
    facts = {role: cell(column) for role, column in columns.facts.items()}
    if (survey_type := facts.get("survey_type")) and layout.scale is Scale.NPS and not _is_nps(survey_type):
        raise ValueError(f"a survey of type {survey_type}, not NPS")
    timestamp, wave = facts.get("answered_at"), facts.get("wave") or layout.wave
    answered_at = None
    if timestamp:
        try:
            answered_at = parse_timestamp(timestamp, day_first=layout.day_first)
        except ValueError:
            blanked.add("time", timestamp)
    given = [text for column in columns.scores if (text := cell(column))]
    score = next(filter(None, (_score(text, layout.scale) for text in given)), None)
    if given and score is None:
        blanked.add("score", given[0])
    comment = "\n".join(text for column in columns.comments if (text := _verbatim(cells[column.index], blanks)))
    return Response(
        source=layout.source,
        external_id=_external_id(layout, facts.get("id"), timestamp, wave) or identify(cells, wave),
        score=score,
        comment=Comment(comment) if comment else None,
        answered_at=answered_at,
        wave=wave,
        segments=tuple(_segment(dimension, value) for dimension, column in columns.segments if (value := cell(column))),
        customer=_customer(facts, blanked),
    )


def _verbatim(text: str, blanks: frozenset[str]) -> str:
    """The comment exactly as written; "" for white space and codes such as -99 and #NULL!.

    "-" is kept: `pipelines.clean` recognises non-answers.
    """
    return "" if text.isspace() or text in blanks or _CODE.fullmatch(text.strip()) else text


@lru_cache(maxsize=4096)
def _score(text: str, scale: Scale) -> Score | None:
    if scale is Scale.GROUPS:
        return Score.of_group(group) if (group := parse_group(text)) else None
    if level := smiley_level(text):
        return Score(smiley_score(level, scale), scale)
    value = parse_score(text, scale.bounds[1])
    return None if value is None else Score(value, scale)


@lru_cache(maxsize=65_536)
def _segment(dimension: str, value: str) -> Segment:
    return Segment(dimension, value)


def _customer(facts: dict[str, str | None], blanked: Blanked) -> Customer | None:
    get = facts.get

    def amount(role: str) -> Decimal | None:
        text = get(role)
        try:
            return parse_money(text) if text else None
        except ValueError:
            blanked.add("amount", text or "")
            return None

    name = get("name") or " ".join(part for part in (get("first_name"), get("last_name")) if part) or None
    customer = Customer(
        get("customer_id"), name, get("email"), get("account"), amount("revenue"), amount("lifetime_value")
    )
    return None if customer == _NO_CUSTOMER else customer


_NO_CUSTOMER = Customer()


def _is_nps(survey_type: str) -> bool:
    key = as_key(survey_type)
    return any(word in key for word in ("nps", "net promoter", "loyalty"))


def _external_id(layout: ExportLayout, id: str | None, timestamp: str | None, wave: str | None) -> str | None:
    """The tool's id of the response, `None` if there is none.

    An id that is only a row number repeats in the next file, so the time of the answer or the wave is added to it.
    """
    if id is None:
        return None
    if layout.numbers_rows and timestamp:
        return f"{id}@{timestamp}"
    if layout.tool is GENERIC and wave and is_row_number(id):
        return f"{wave}/{id}"
    return id


def _refuse_without_id(_cells: list[str], _wave: str | None) -> str:
    raise ValueError("has no response id, by which known responses are told from new ones")


def _content_id(layout: ExportLayout, occurrences: _OccurrenceCounter) -> IdOfRow:
    """Makes ids for rows without one: a hash of their content, with a number if equal rows came before.

    The order of columns and blank cells do not count. The wave does: a score of 10 without a comment in the next wave
    is another response.
    """
    order = sorted((column.name, column.index) for column in layout.header.columns)

    def identify(cells: list[str], wave: str | None) -> str:
        content = [f"{name}\x1e{cells[index]}" for name, index in order if cells[index]]
        digest = hashlib.blake2b("\x1f".join((wave or "", *content)).encode(), digest_size=12)
        number = occurrences.count(int.from_bytes(digest.digest()[:8], "big", signed=True))
        return f"row-{digest.hexdigest()}" + (f"-{number}" if number > 1 else "")

    return identify


class _OccurrenceCounter:
    """Counts occurrences of numbers, in a temporary file, as the counts of all rows would not fit in memory."""

    def __init__(self) -> None:
        self._scratch = sqlite3.connect("", isolation_level=None)  # "" is a temporary file that deletes itself
        self._scratch.execute("PRAGMA journal_mode = OFF")
        self._scratch.execute("PRAGMA cache_size = -32768")
        self._scratch.execute("CREATE TABLE seen (key INTEGER PRIMARY KEY, count INTEGER NOT NULL)")
        self._scratch.execute("BEGIN")

    def count(self, key: int) -> int:
        """The number of occurrences of this key so far, including this one."""
        statement = "INSERT INTO seen VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET count = count + 1 RETURNING count"
        return int(self._scratch.execute(statement, (key,)).fetchone()[0])

    def close(self) -> None:
        self._scratch.close()
