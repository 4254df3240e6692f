"""Reads records of a JSON or JSONL document as rows of a table; nested objects become dotted column names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

import orjson

from pipelines.ingest.encoding import open_text
from pipelines.ingest.row import Row, rejection
from saywhy.errors import InvalidInput
from saywhy.feedback import Rejection

#: A record with the line that it starts on, or the rejection of something else.
Item = tuple[int, dict[str, Any]] | Rejection

_CHUNK = 1 << 20
_LONGEST_RECORD = 16 << 20
_BETWEEN = re.compile(r"[\s,:\ufeff]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Tools wrap the fields of a record in an object of this name.
_WRAPPER = re.compile(r"^(?:properties|attributes|fields)\.")


def is_jsonl(head: str) -> bool:
    """Whether the first line is a complete JSON object and another line starts one."""
    first, *rest = head.lstrip("\ufeff \r\n\t").splitlines() or [""]
    try:
        return isinstance(_loads(first), dict) and any(line.lstrip().startswith("{") for line in rest)
    except ValueError:
        return False


def read_jsonl(path: Path, codec: str) -> Iterator[Item]:
    """The objects, one per line; an invalid line is rejected."""
    with open_text(path, codec) as file:
        for number, line in enumerate(file, start=1):
            text = line.strip("\ufeff \r\n\t")
            if not text:
                continue
            try:
                yield _item(number, _loads(text), text)
            except ValueError as error:
                yield rejection(number, f"not valid JSON: {error}", text)


def read_json(path: Path, codec: str) -> Iterator[Item]:
    """The objects of an array, or of the first array of objects inside an object, as a stream.

    A syntax error ends the reading, since what follows is ambiguous: raises `InvalidInput` with the line.
    """
    with open_text(path, codec) as file:
        scanner = _Scanner(path.name, file)
        if scanner.peek() == "[":
            scanner.skip("[")
            yield from scanner.items()
            scanner.skip("]")
        else:
            yield from _read_wrapped(scanner)
        if scanner.peek():
            raise scanner.error("something follows the end of the document; one object a line is JSONL")


def _read_wrapped(scanner: _Scanner) -> Iterator[Item]:
    """The records in an object such as `{"responses": [...]}`; an object without an array of objects is one record."""
    scanner.skip("{")
    line, has_records = scanner.line, False
    fields: dict[str, Any] = {}
    while scanner.peek() != "}":
        name = str(scanner.value()[1])
        if scanner.peek() != "[":
            fields[name] = scanner.value()[1]
            continue
        scanner.skip("[")
        if scanner.peek() == "{" and not has_records:
            has_records = True
            yield from scanner.items()
        else:
            fields[name] = [value for _, value, _ in scanner.values()]
        scanner.skip("]")
    scanner.skip("}")
    if not has_records:
        yield line, fields


class _Scanner:
    """Decodes one value after another from a JSON file of any size, counting lines."""

    def __init__(self, name: str, file: TextIO) -> None:
        self.line = 1
        self._name, self._file = name, file
        self._buffer, self._position = "", 0
        self._decoder = json.JSONDecoder()

    def peek(self) -> str:
        """The next character that is neither white space nor a comma; "" at the end of the file."""
        while True:
            between = _BETWEEN.match(self._buffer, self._position)
            if between is not None:
                self.line += between[0].count("\n")
                self._position = between.end()
            if self._position < len(self._buffer) or not self._refill():
                return self._buffer[self._position : self._position + 1]

    def skip(self, character: str) -> None:
        if self.peek() != character:
            raise self.error(f"expected {character!r}")
        self._position += 1

    def value(self) -> tuple[int, Any, str]:
        """The next value: the line that it starts on, the value, and its JSON text."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._position)
            except json.JSONDecodeError as error:
                line_offset = self._buffer.count("\n", self._position, error.pos)
                if len(self._buffer) - self._position > _LONGEST_RECORD or not self._refill():
                    self.line += line_offset
                    raise self.error(error.msg) from error
                continue
            width = end - self._position
            # A number at the end of the buffer may continue in the next chunk.
            if end < len(self._buffer) or not self._refill():
                break
        line, text = self.line, self._buffer[self._position : self._position + width]
        self.line += text.count("\n")
        self._position += width
        return line, value, text

    def values(self) -> Iterator[tuple[int, Any, str]]:
        """The values up to the end of the array."""
        while self.peek() not in ("]", ""):
            yield self.value()

    def items(self) -> Iterator[Item]:
        """The same as records; values that are no objects are rejected."""
        return (_item(line, value, text) for line, value, text in self.values())

    def error(self, reason: str) -> InvalidInput:
        return InvalidInput(f"{self._name}, line {self.line}: not valid JSON: {reason}")

    def _refill(self) -> bool:
        chunk = self._file.read(_CHUNK)
        self._buffer, self._position = self._buffer[self._position :] + chunk, 0
        return bool(chunk)


def _item(line: int, value: Any, text: str) -> Item:
    return (line, value) if isinstance(value, dict) else rejection(line, "not a JSON object", text)


def _loads(text: str) -> Any:
    """Parse with orjson, which is faster; with `json` if orjson is too strict (NaN, which Python's `json` writes)."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def rows_of_records(items: Callable[[], Iterator[Item]]) -> Callable[[], Iterator[Row | Rejection]]:
    """The rows of all records; the first row names every field that any record has, in order of appearance.

    `items` opens the document anew at each call. The result does so too; the names are collected once.
    """
    names: dict[str, None] = {}
    for item in items():
        if not isinstance(item, Rejection):
            names.update(dict.fromkeys(flatten(item[1])))
    header = list(names)

    def rows() -> Iterator[Row | Rejection]:
        yield Row(0, header)
        for item in items():
            if isinstance(item, Rejection):
                yield item
                continue
            line, record = item
            cells = flatten(record)
            row = [cells.get(name, "") for name in header]
            text = "".join(row)
            if "\0" in text or _SURROGATE.search(text):
                yield rejection(line, "holds a NUL character or bytes that cannot be decoded", json.dumps(record))
            elif text:
                yield Row(line, row)

    return rows


def flatten(record: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """`{"person": {"email": "a@b.c"}}` → `{"person.email": "a@b.c"}`; null has no cell, lists are joined by `; `."""
    cells: dict[str, str] = {}
    for key, value in record.items():
        name = prefix + str(key)
        if isinstance(value, dict):
            cells |= flatten(value, f"{name}.")
        elif value is not None and value == value:  # pandas writes NaN for null
            cells[_WRAPPER.sub("", name)] = _text(value)
    return cells


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(_text(entry) for entry in value if entry is not None)
    return json.dumps(value, ensure_ascii=False)
