"""A comment as files for labelling have it: its text, what people said of it, and what the model says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from saywhy.annotation import Span
from saywhy.errors import InvalidInput
from saywhy.label import LabelledComment

#: In files where a label is a word: the clause names no theme, or no cause. A blank there means that nobody said.
NONE = "none"


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """What one person says of one comment.

    `id` is the comment's, by its content; None where a file has only the text. `position` is the line or the entry of
    the file, from 1. `author` and `at` are None where the file does not say who or when.
    """

    comment: LabelledComment
    id: str | None = None
    author: str | None = None
    at: datetime | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A line or an entry of a file, from 1, of which labels were not kept, and why."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model version says of a comment. `score` and those of clauses, by span, are probabilities."""

    model: str
    labels: LabelledComment
    score: float
    scores: Mapping[Span, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelTask:
    """A comment with the labels that people gave it, one record for each of them, and the model's, if it has any."""

    id: str
    text: str
    language: str | None = None
    labels: tuple[LabelRecord, ...] = ()
    prediction: Prediction | None = None


def moment(value: Any) -> datetime | None:
    """The time in a file, in UTC where it names no zone; None if there is none. Raises `InvalidInput`."""
    if value is None or value == "":
        return None
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"{value!r:.80} is no time in the format of ISO 8601") from None


def optional_text(value: Any, name: str) -> str | None:
    """A text that may be left out. Raises `InvalidInput` for anything else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidInput(f"{name} must be a text, found {value!r:.80}")
    return value
