"""Addresses of this server: below the folder that a proxy serves, and never of another site."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Path, Query, Request

#: The number of something in a path, as the store numbers it.
NumberInPath = Annotated[int, Path(ge=1, lt=2**63)]

Next = Annotated[str, Query(alias="next", description="The path to which signing in leads.")]


def path_to(request: Request, back: str) -> str:
    """The path that was wanted, if it is one of this server and not what browsers take for the address of another one,
    below the folder that a proxy serves; else the start page.
    """
    is_path = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    return root_of(request) + (back if is_path else "/")


def root_of(request: Request) -> str:
    """The folder that a proxy serves, without a slash at the end; mostly empty."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def here(request: Request) -> str:
    """The path and the query of the request, below that folder."""
    query = request.url.query
    return str(request.scope["path"]).removeprefix(root_of(request)) + (f"?{query}" if query else "")


def with_query(path: str, query: dict[str, str | list[str] | None]) -> str:
    """The path with a query of what is neither None nor empty."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given, doseq=True, errors='replace')}" if given else path


def in_path(name: str) -> str:
    """A name, such as that of a wave, as a part of a path; slashes stay."""
    return quote(name, errors="replace")
