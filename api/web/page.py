"""What a page of the app is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from fastapi import APIRouter

ContextT = TypeVar("ContextT")


@dataclass(frozen=True, slots=True)
class Page(Generic[ContextT]):
    """A page: `NAME.html.j2` shows a `context` with the texts of `NAME.toml`, and with the style sheet and the script
    `NAME.css` and `NAME.js` if there are such files.

    `path` is where the navigation leads, None for a page that is not in it; `section` is the name of the page that is
    marked there instead. The title is the text `NAME.title`. `styles` are style sheets that it shares with other pages.
    """

    name: str
    context: type[ContextT]
    path: str | None = None
    section: str | None = None
    styles: tuple[str, ...] = ()
    router: APIRouter = field(default_factory=lambda: APIRouter(include_in_schema=False))
