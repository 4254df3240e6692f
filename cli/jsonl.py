"""JSON Lines: reading one JSON value per line, in UTF-8 (`saywhy.json_lines` writes them)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson

from saywhy.errors import InvalidInput

#: A batch ends at whichever limit is reached first, so that memory is bounded however long comments are.
BATCH_ITEMS = 2048
BATCH_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """A comment, as `classify` and `topics` read it."""

    id: str | int
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not a comment: its number, the reason, and the id if it has one."""

    line: int
    reason: str
    id: str | int | None = None

    @property
    def record(self) -> dict[str, Any]:
        """The output line in place of a result."""
        identifier = {} if self.id is None else {"id": self.id}
        return {**identifier, "line": self.line, "error": self.reason}


def read(stream: BinaryIO) -> Iterator[Any]:
    """The values of all lines. Raises `InvalidInput` with the number of the first line that is not JSON.

    Blank lines may only be at the end, so that the n-th value is that of line n.
    """
    blank = None
    for line, raw in _lines(stream):
        if not raw:
            blank = blank or line
            continue
        if blank is not None:
            raise InvalidInput(f"line {blank} is blank")
        try:
            yield orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise InvalidInput(f"line {line}: {_not_json(error)}") from None


def read_items(stream: BinaryIO) -> Iterator[Item | BadLine]:
    """The comments of a stream and its invalid lines, in order; blank lines are skipped."""
    for line, raw in _lines(stream):
        if not raw:
            continue
        try:
            yield _item(line, orjson.loads(raw))
        except orjson.JSONDecodeError as error:
            yield BadLine(line, _not_json(error))


def batches(entries: Iterator[Item | BadLine]) -> Iterator[list[Item | BadLine]]:
    """The entries in lists of bounded size."""
    batch: list[Item | BadLine] = []
    characters = 0
    for entry in entries:
        batch.append(entry)
        characters += len(entry.text) if isinstance(entry, Item) else 0
        if len(batch) == BATCH_ITEMS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    for line, raw in enumerate(stream, 1):
        yield line, (raw.removeprefix(b"\xef\xbb\xbf") if line == 1 else raw).strip()


def _item(line: int, value: Any) -> Item | BadLine:
    if not isinstance(value, dict):
        return BadLine(line, 'expected an object with "id" and "text"')
    key, text, language = value.get("id"), value.get("text"), value.get("language")
    if not isinstance(key, str | int) or isinstance(key, bool):
        return BadLine(line, '"id" must be a string or an integer' if "id" in value else '"id" is missing')
    if not isinstance(text, str):
        return BadLine(line, '"text" must be a string' if "text" in value else '"text" is missing', key)
    if not isinstance(language, str | None):
        return BadLine(line, '"language" must be a string', key)
    return Item(key, text, language)


def _not_json(error: orjson.JSONDecodeError) -> str:
    return f"not JSON: {error.msg} at character {error.pos + 1}"
