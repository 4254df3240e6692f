"""Reading labelled comments from a file: JSON Lines (`saywhy.label.LabelledComment.to_record`) or CSV.

A CSV file has the columns `comment` and one or more of `sentiment`, `themes` and `causes`, where `;` separates several
and `theme=polarity` gives a theme its polarity; `-` says that there is none, an empty cell that nobody looked. It may
have `language`; every further column is a segment.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from saywhy.errors import InvalidInput
from saywhy.label import LabelledComment

#: What stands in a cell of a CSV file where somebody looked and there is none.
_NONE = "-"
_COLUMNS = ("comment", "language", "sentiment", "themes", "causes")


def read_labelled(path: Path) -> Iterator[LabelledComment]:
    """The labelled comments of a file. Raises `InvalidInput` with the line of what cannot be read."""
    try:
        if path.suffix.lower() == ".csv":
            yield from _read_csv(path)
        else:
            yield from _read_json_lines(path)
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8") from None


def _read_json_lines(path: Path) -> Iterator[LabelledComment]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                raise InvalidInput(f"{path}, line {number}: {error}") from None
            if not isinstance(record, dict):
                raise InvalidInput(f"{path}, line {number}: expected an object, found {record!r:.80}")
            yield _comment(record, path, number)


def _read_csv(path: Path) -> Iterator[LabelledComment]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        if "comment" not in names or not {"sentiment", "themes", "causes"} & set(names):
            raise InvalidInput(f"{path} needs the column comment, and sentiment, themes or causes; it has: {names}")
        reader.fieldnames = names
        for row in reader:
            record: dict[str, Any] = {"comment": row["comment"], "language": row.get("language")}
            record["sentiment"] = (row.get("sentiment") or "").strip().lower()
            record["causes"] = _listed(row.get("causes"))
            themes = _listed(row.get("themes"))
            record["themes"] = None if themes is None else [_theme(entry) for entry in themes]
            record["segments"] = {name: row[name] for name in names if name and name not in _COLUMNS}
            yield _comment(record, path, reader.line_num)


def _listed(cell: str | None) -> list[str] | None:
    text = (cell or "").strip()
    if not text:
        return None
    return [] if text == _NONE else [part.strip() for part in text.split(";") if part.strip()]


def _theme(entry: str) -> dict[str, str]:
    theme, _, polarity = entry.partition("=")
    return {"theme": theme.strip(), "polarity": polarity.strip().lower()}


def _comment(record: dict[str, Any], path: Path, number: int) -> LabelledComment:
    try:
        return LabelledComment.of_record(record)
    except InvalidInput as error:
        raise InvalidInput(f"{path}, line {number}: {error.detail}") from None
