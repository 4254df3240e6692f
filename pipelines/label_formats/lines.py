"""JSON lines: what one person says of one comment on each, in the form that models are retrained from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from pipelines.label_formats.task import LabelRecord, LabelTask, RejectedRecord, moment, optional_text
from saywhy.errors import InvalidInput
from saywhy.label import LabelledComment


def read(text: str) -> Iterator[LabelRecord | RejectedRecord]:
    """What each line says; blank lines are skipped."""
    for position, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if not isinstance(record, Mapping):
                raise InvalidInput("a line must be a JSON object")
            yield LabelRecord(
                LabelledComment.of_record(record),
                optional_text(record.get("id"), '"id"'),
                optional_text(record.get("author"), '"author"'),
                moment(record.get("at")),
                position,
            )
        except (ValueError, RecursionError):
            yield RejectedRecord(position, "the line is no JSON")
        except InvalidInput as error:
            yield RejectedRecord(position, error.detail)


def write(tasks: Iterable[LabelTask]) -> Iterator[str]:
    """A line for what each person says."""
    for task in tasks:
        for record in task.labels:
            signed = {"id": task.id, "author": record.author, "at": record.at.isoformat() if record.at else None}
            said = {name: value for name, value in signed.items() if value is not None}
            yield json.dumps(record.comment.to_record() | said, ensure_ascii=False) + "\n"
