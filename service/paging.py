"""Cursors of lists that are read page by page: where the next page begins, as opaque text."""

from __future__ import annotations

import base64
import binascii
import json

from saywhy.errors import InvalidInput

#: Entries of a page: by default, and at most.
PAGE, LONGEST_PAGE = 50, 500


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
