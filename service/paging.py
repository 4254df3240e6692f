"""Cursors of lists that are read page by page: where the next page begins, as opaque text."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from saywhy.errors import InvalidInput

#: Entries of a page: by default, and at most.
PAGE, LONGEST_PAGE = 50, 500


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


Entry = TypeVar("Entry", bound=_Numbered)


@dataclass(frozen=True, slots=True)
class Page(Generic[Entry]):
    """Some of the entries of a list, in order; `next` is the cursor of those that follow, None at the end."""

    entries: tuple[Entry, ...]
    next: str | None


def latest_first(load: Callable[[int, int | None], list[Entry]], limit: int, cursor: str | None) -> Page[Entry]:
    """A page of a list in descending order of the ids; `load` takes a number of entries and the id that all are below.

    Raises `InvalidInput` for a limit or a cursor that is none.
    """
    limit = page_size(limit)
    entries = load(limit + 1, None if cursor is None else int(position_of(cursor, int)[0]))
    page = tuple(entries[:limit])
    return Page(page, cursor_of((page[-1].id,)) if len(entries) > limit else None)


def first_entries(read: Callable[[int, str | None], Page[Entry]], number: int) -> Iterator[Entry]:
    """So many entries of a list from its first page on, or all; `read` takes a limit and a cursor."""
    cursor: str | None = None
    while number > 0:
        page = read(min(number, LONGEST_PAGE), cursor)
        yield from page.entries
        if page.next is None:
            return
        number, cursor = number - len(page.entries), page.next


def cursor_of(position: tuple[int | str, ...]) -> str:
    """The cursor after a position."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def position_of(cursor: str, *kinds: type[int] | type[str]) -> tuple[int | str, ...]:
    """The position of a cursor, of values of these kinds. Raises `InvalidInput` for any other text."""
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or [type(value) for value in values] != [*kinds]:
        raise InvalidInput(f"{cursor[:40]!r} is not a cursor; pass `next` of the page before as it was given")
    if any(isinstance(value, int) and not 0 <= value < 2**63 for value in values):
        raise InvalidInput("the cursor is out of range; pass `next` of the page before as it was given")
    return tuple(values)


def page_size(limit: int) -> int:
    """The limit, if a page may have so many entries. Raises `InvalidInput`."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise InvalidInput(f"a page has 1 to {LONGEST_PAGE} entries, not {limit}")
    return limit
