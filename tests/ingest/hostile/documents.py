"""Hostile JSON and JSONL: nesting, keys, numbers, broken records and arrays that hold no records."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.ingest.hostile.hostile_file import POISONS, HostileFile, records


def generate(generator: random.Random) -> Iterator[HostileFile]:
    """All of this module."""
    plain = records(generator)
    yield from _poisoned(generator)
    for name, record in _RECORDS.items():
        lines = [json.dumps(entry) for entry in plain]
        lines[3] = record
        yield HostileFile("record", f"record-{name}.jsonl", "\n".join(lines).encode("utf-8", "surrogatepass"))
        first = "\n".join([record, *lines])
        yield HostileFile("record", f"first-{name}.jsonl", first.encode("utf-8", "surrogatepass"))
        array = "[" + ",\n".join(lines) + "]"
        yield HostileFile("record", f"record-{name}.json", array.encode("utf-8", "surrogatepass"))
    for name, document in _DOCUMENTS.items():
        yield HostileFile("document", f"document-{name}.json", document.encode("utf-8", "surrogatepass"))
    whole = json.dumps({"responses": plain}, indent=1).encode()
    for number in range(20):
        cut = bytearray(whole[: generator.randint(1, len(whole))])
        cut[generator.randrange(len(cut))] = generator.randrange(256)
        yield HostileFile("document", f"cut-{number}.json", bytes(cut))
    yield HostileFile("size", "keys.jsonl", _write_keys)
    yield HostileFile(
        "size", "scalars.json", partial(_write_repeated, start="[1", unit=",1", end="]", count=40_000_000)
    )
    yield HostileFile(
        "size", "field.json", partial(_write_repeated, start='{"x":[1', unit=",1", end="]}", count=40_000_000)
    )
    yield HostileFile(
        "size", "lists.json", partial(_write_repeated, start='[{"x":[[]', unit=",[]", end="]}]", count=30_000_000)
    )
    yield HostileFile("size", "text.jsonl", partial(_write_repeated, start='{"comment":"', unit="x", end='"}\n',
                                                   count=100_000_000))  # fmt: skip
    yield HostileFile("size", "long.jsonl", partial(_write_repeated, start="",
                      unit=json.dumps({"score": 9, "comment": "y" * 900_000}) + "\n", end="", count=220))  # fmt: skip
    yield HostileFile("size", "brackets.json", partial(_write_repeated, start="", unit="[", end="", count=50_000_000))


def _poisoned(generator: random.Random) -> Iterator[HostileFile]:
    for name, poison in POISONS.items():
        edits: dict[str, Callable[[dict[str, Any], str], object]] = {
            "value": lambda record, text: record.update(score=text, id=text),
            "key": lambda record, text: record.update({text: "x"}),
        }
        for where, edit in edits.items():
            entries = records(generator)
            edit(entries[2], poison)
            content = "\n".join(json.dumps(entry) for entry in entries)
            yield HostileFile("poison", f"poison-{name}-{where}.jsonl", content.encode(), ("--keep-unknown",))


def _nested(depth: int, opening: str, closing: str) -> str:
    return '{"score": 9, "comment": "deep", "x": ' + opening * depth + "1" + closing * depth + "}"


_RECORDS = {
    "lists": _nested(5_000, "[", "]"),
    "objects": _nested(5_000, '{"a":', "}"),
    "less-deep": _nested(900, '{"a":', "}"),
    "list-of-objects": _nested(400, '[{"a":', "}]"),
    "digits": '{"score": ' + "9" * 5_000 + "}",
    "exponent": '{"score": 9, "comment": "x", "revenue": 1e400}',
    "nan": '{"score": NaN, "comment": "x", "revenue": -Infinity}',
    "surrogate-key": '{"score": 9, "comment": "x", "\\ud83d": 1}',
    "surrogate-value": '{"score": 9, "comment": "\\udc00"}',
    "nul-key": '{"score": 9, "comment": "x", "\\u0000": 1}',
    "raw-nul": '{"score": 9, "comment": "\0"}',
    "control": '{"score": 9, "comment": "\x1b[2J"}',
    "empty": "{}",
    "empty-key": '{"": 9, "comment": "x"}',
    "scalar": "17",
    "text": '"score"',
    "null": "null",
    "array": "[1, 2]",
    "half": '{"score": 9, "comm',
    "single-quotes": "{'score': 9}",
    "trailing": '{"score": 9} trailing',
    "two": '{"score": 9}{"score": 8}',
    "comment": '{"score": 9 /* nine */}',
    "missing-comma": '{"score": 9 "comment": "x"}',
    "bom": '\ufeff{"score": 9, "comment": "bom"}',
    "raw-surrogate": '{"score": 9, "comment": "\ud83d"}',
    "garbage": "garbage",
    "nuls": "\0" * 300,
    "long": '{"score": 9, "comment": "' + "z" * 3_000_000 + '"}',
    "twice": '{"score": 9, "score": 3, "comment": "x"}',
    "types": '{"id": [1], "score": {"a": {"b": 9}}, "comment": [null, {"t": true}], "date": false}',
    "true": '{"score": true, "comment": 5}',
}

_DOCUMENTS = {
    "scalars": "[1, 2, 3]",
    "arrays": "[[1], [2]]",
    "empty-array": "[]",
    "empty-object": "{}",
    "empty-records": "[{}, {}, {}]",
    "nulls": "[null, null]",
    "deep": "[" * 5_000 + "]" * 5_000,
    "deeper": "[" * 100_000,
    "deep-object": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "object-of-arrays": '{"a": [1], "b": [[]], "c": [{"score": 9}], "d": [{"score": 1}]}',
    "array-of-pages": '[{"items": [{"score": 9, "comment": "x"}]}, {"items": []}]',
    "two-documents": '[{"score": 9}] [{"score": 8}]',
    "colons": '{"a" "b": [{}]}',
    "number": "9" * 5_000,
    "key-is-number": "{1: [2]}",
    "unclosed": '{"responses": [{"score": 9, "comment": "x"},',
    "commas": "[,,,,]",
    "string": '"just a text"',
    "closing": "]}]}",
    "half-escape": '[{"score": 9, "comment": "\\u12',
    "records-then-garbage": '[{"score": 9, "comment": "x"}] trailing',
}  # fmt: skip


def _write_keys(path: Path) -> None:
    """Every record has keys of its own."""
    with path.open("w") as file:
        file.writelines(f'{{"score": {row % 11}, "comment": "text {row}", "k{row}": 1}}\n' for row in range(40_000))


def _write_repeated(path: Path, start: str, unit: str, end: str, count: int) -> None:
    with path.open("w") as file:
        file.write(start)
        at_once = max(1, (1 << 20) // len(unit))
        for done in range(0, count, at_once):
            file.write(unit * min(at_once, count - done))
        file.write(end)
