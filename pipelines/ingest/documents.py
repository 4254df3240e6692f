"""Reads the records of a JSON or JSONL document, with line numbers; a damaged record does not affect others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.ingest.encoding import LONGEST_LINE, TOO_LONG, open_text, read_lines
from pipelines.ingest.json_values import Scanner, parse, why_not
from pipelines.ingest.row import rejection
from saywhy.errors import InvalidInput
from saywhy.feedback import Rejection

#: A record with the line that it starts on, or the rejection of something else.
Item = tuple[int, dict[str, Any]] | Rejection

#: Objects of these names hold the records, or an object that does: `{"data": {"feedback": {"nodes": […]}}}`.
ENVELOPES = frozenset({"data", "result", "results", "response", "responses", "feedback", "payload", "items", "nodes",
                       "records", "rows", "entries", "edges", "surveys", "body", "content", "value"})  # fmt: skip
#: Arrays of these names hold the answers of one record, not records.
ANSWER_LISTS = frozenset({"answers", "pages", "questions", "fieldDataList", "fields", "variables", "values"})

# Members of a record, which no page of records has.
_OF_RECORDS = re.compile(r"(?:^|_|[a-z])id$|score|comment|answers", re.IGNORECASE)


def is_jsonl(head: str) -> bool:
    """Whether at least half of several lines are complete JSON objects; the first one may be broken."""
    lines = [line for line in head.splitlines()[:1000] if line.strip("\ufeff \0")]
    if len(lines) > 1 and not head.endswith("\n"):
        lines = lines[:-1] if len(lines) > 2 else lines  # the last one may be cut
    if lines and lines[0].strip("\ufeff \r\t")[:1] == "[" and not _is(list, lines[0]):
        return False  # an array with a record a line
    return len(lines) > 1 and 2 * sum(_is(dict, line) for line in lines) >= len(lines)


def _is(kind: type, line: str) -> bool:
    """Whether a line is a complete JSON value of this kind."""
    try:
        return isinstance(parse(line.strip("\ufeff \r\n\t")), kind)
    except (ValueError, RecursionError):
        return False


def read_jsonl(path: Path, codec: str) -> Iterator[Item]:
    """The objects, one per line; an invalid line is rejected."""
    with open_text(path, codec) as file:
        for number, line in read_lines(file):
            text = line.strip("\ufeff \r\n\t")
            if not text:
                continue
            if TOO_LONG in text:
                yield rejection(number, f"is a line of more than {LONGEST_LINE:,} characters", text)
                continue
            try:
                yield from _items(number, parse(text), text)
            except (ValueError, RecursionError) as error:
                yield rejection(number, f"not valid JSON: {why_not(error)}", text)


def read_json(path: Path, codec: str) -> Iterator[Item]:
    """The objects of an array, or of the first array of objects inside an object, as a stream.

    A record that cannot be read is rejected, if its end can be found. An error between records ends the reading, since
    what follows is ambiguous: raises `InvalidInput` with the line.
    """
    with open_text(path, codec) as file:
        scanner = Scanner(path.name, file)
        while following := scanner.peek():  # several documents are one object a line, if lines are very long
            if following == "[":
                yield from _read_array(scanner)
                continue
            fields: dict[str, Any] = {}
            line, has_records = scanner.line, False
            for item in _read_wrapped(scanner, fields):
                has_records = True
                yield item
            if not has_records:
                yield from _items(line, fields, "")


def _read_array(scanner: Scanner) -> Iterator[Item]:
    """The values of an array as records; those that are none are rejected."""
    scanner.skip("[")
    while (following := scanner.peek()) != "]":
        line = scanner.line
        if not following:
            yield rejection(line, "the file ends before its last array does: is it complete?", "")
            return
        try:
            value, text = scanner.value()
        except InvalidInput as error:
            yield rejection(line, error.detail.partition(": ")[2], scanner.skip_value())
            continue
        yield from _items(line, value, text)
    scanner.skip("]")


def _read_wrapped(scanner: Scanner, fields: dict[str, Any]) -> Iterator[Item]:
    """The records in an object such as `{"responses": [...]}`; its other members are added to `fields`."""
    scanner.skip("{")
    has_records = False
    while scanner.peek() != "}":
        name = str(scanner.value()[0])
        following = scanner.peek()
        if following == "{" and name in ENVELOPES and not has_records:
            inner: dict[str, Any] = {}
            for item in _read_wrapped(scanner, inner):
                has_records = True
                yield item
            fields[name] = inner
        elif following == "[" and name not in ANSWER_LISTS and not has_records and scanner.starts_objects():
            has_records = True
            yield from _read_array(scanner)
        else:
            fields[name] = scanner.value()[0]
    scanner.skip("}")


def _items(line: int, value: Any, text: str) -> Iterator[Item]:
    """The value as a record, or as several if it is a page of them."""
    if not isinstance(value, dict):
        yield rejection(line, "not a JSON object", text)
    elif (records := _page(value)) is None:
        yield line, value
    else:
        for record in records:
            yield from _items(line, record, "")


def _page(value: dict[str, Any]) -> list[Any] | None:
    """The records in a page such as `{"items": […], "total": 9}`; None for a record that contains a list itself."""
    if any(_OF_RECORDS.search(name) for name in value):
        return None
    for name in ENVELOPES & value.keys():
        inner = value[name]
        if isinstance(inner, list) and inner and all(isinstance(entry, dict) for entry in inner):
            return inner
        if isinstance(inner, dict) and (records := _page(inner)) is not None:
            return records
    return None
