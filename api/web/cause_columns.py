"""Columns that tables of causes have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from pipelines.render.ranking import issue_label
from pipelines.render.tables import Column, Kind
from pipelines.render.tree import REST
from pipelines.render.wording import Wording
from saywhy.code_frame import CodeFrame
from saywhy.issue import Issue

RowT = TypeVar("RowT")


def cause_columns(issue_of: Callable[[RowT], Issue], code_frame: CodeFrame, wording: Wording) -> Iterator[Column[RowT]]:
    """The key of a cause in two parts, its name in the reader's language, and its theme."""
    yield Column("kind", wording["tables.kind"], Kind.TEXT, lambda row: issue_of(row).kind, kind_names(wording))
    yield Column("id", wording["tables.id"], Kind.TEXT, lambda row: issue_of(row).id)
    yield Column("label", wording["issue"], Kind.TEXT, lambda row: issue_label(issue_of(row), code_frame, wording))
    yield Column("theme", wording["theme"], Kind.TEXT, lambda row: theme_name(issue_of(row).theme, code_frame, wording))


def kind_names(wording: Wording) -> dict[str, str]:
    """What the kinds of rows of the ranking are called."""
    return {"theme": wording["theme"], "topic": wording["issue"], REST: wording["rest"]}


def theme_name(theme: str, code_frame: CodeFrame, wording: Wording) -> str:
    """The name of a theme in the reader's language; its id if the code frame lacks it."""
    return code_frame[theme].name(wording.language) if theme in code_frame.ids else theme
