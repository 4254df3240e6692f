"""Reading and writing labels in any of the formats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from pipelines.label_formats import argilla, label_studio, lines, table
from pipelines.label_formats.task import LabelRecord, LabelTask, RejectedRecord
from saywhy.errors import InvalidInput


class LabelFormat(StrEnum):
    """The formats of files with labels."""

    JSONL = "jsonl"
    CSV = "csv"
    LABEL_STUDIO = "label-studio"
    ARGILLA = "argilla"


#: The media type of each format.
MEDIA_TYPES = {
    LabelFormat.JSONL: "application/jsonl",
    LabelFormat.CSV: "text/csv",
    LabelFormat.LABEL_STUDIO: "application/json",
    LabelFormat.ARGILLA: "application/json",
}


def read_labels(data: bytes, format: LabelFormat | None = None) -> Iterator[LabelRecord | RejectedRecord]:
    """What the file says, entry by entry, or why not; without a format, the content tells it.

    Raises `InvalidInput` for a file that is not UTF-8 or none of that format, and `ColumnNotFound`.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the file is not UTF-8: byte {error.start:,}") from None
    format = format or _format_of(text)
    if format is LabelFormat.JSONL:
        return lines.read(text)
    if format is LabelFormat.CSV:
        return table.read(text)
    if format is LabelFormat.LABEL_STUDIO:
        return label_studio.read(_parsed(text))
    return argilla.read(_parsed(text))


def write_labels(tasks: Iterable[LabelTask], format: LabelFormat) -> Iterator[str]:
    """The file, piece by piece. Predictions are only in the formats of labelling tools."""
    if format is LabelFormat.JSONL:
        return lines.write(tasks)
    if format is LabelFormat.CSV:
        return table.write(tasks)
    if format is LabelFormat.LABEL_STUDIO:
        return label_studio.write(tasks)
    return argilla.write(tasks)


def _format_of(text: str) -> LabelFormat:
    """A list of JSON is of a labelling tool, an object on the first line JSON lines, all else CSV."""
    start = text.lstrip()[:1]
    if start == "[":
        entries = _parsed(text)
        is_argilla = any(isinstance(entry, dict) and "fields" in entry for entry in entries[:1])
        return LabelFormat.ARGILLA if is_argilla else LabelFormat.LABEL_STUDIO
    return LabelFormat.JSONL if start == "{" else LabelFormat.CSV


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput("the file is no JSON") from None
