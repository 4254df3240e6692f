"""Mappings: which column of a file holds what, as people choose it and save it for the next file of the same shape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from saywhy.feedback import Scale


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Columns named by the user, by name or by the wording of the question. `None`: detect it; "": there is none.

    `question` chooses among several questions that ask for a score, by words of the question or of its comment. Several
    score columns are the branches of one question. The texts of several comment columns are joined in this order. The
    cells of `segments` are kept as they are. `day_first` decides whether 03/04/2026 is the 3rd of April, if the file is
    ambiguous.
    """

    score: str | tuple[str, ...] | None = None
    comment: str | tuple[str, ...] | None = None
    id: str | None = None
    answered_at: str | None = None
    wave: str | None = None
    customer_id: str | None = None
    name: str | None = None
    email: str | None = None
    account: str | None = None
    revenue: str | None = None
    lifetime_value: str | None = None
    segments: tuple[str, ...] = ()
    day_first: bool | None = None
    question: str | None = None

    def given(self) -> dict[str, Any]:
        """What is chosen, by field."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value not in (None, ())}

    def overridden_by(self, other: ColumnChoice) -> ColumnChoice:
        """This choice, but for what the other one decides; a question decides score and comment."""
        base = self if other.question is None else replace(self, score=None, comment=None)
        return replace(base, **other.given())


@dataclass(frozen=True, slots=True)
class Mapping:
    """How files with these columns are read. `columns` are the names of all of them, `choice` says which hold what.

    `scale` and `source` are detected where they are None.
    """

    name: str
    columns: tuple[str, ...]
    choice: ColumnChoice
    scale: Scale | None = None
    source: str | None = None
    keep_unknown: bool = False

    def fits(self, columns: Iterable[str]) -> bool:
        """Whether these are its columns, in any order."""
        return sorted(self.columns) == sorted(columns)
