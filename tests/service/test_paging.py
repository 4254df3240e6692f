"""Lists that are read page by page."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from saywhy.errors import InvalidInput
from service.paging import LONGEST_PAGE, Page, cursor_of, first_entries, latest_first


@dataclass(frozen=True)
class Row:
    """An entry."""

    id: int


def read(limit: int, cursor: str | None, rows: int) -> Page[Row]:
    """A page of so many rows."""

    def load(count: int, before: int | None) -> list[Row]:
        return [Row(number) for number in range(rows, 0, -1) if before is None or number < before][:count]

    return latest_first(load, limit, cursor)


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 4, 7])
def test_every_entry_is_on_one_page(rows: int) -> None:
    """The latest first; the last page has no next one, also if it is full."""
    seen, cursor = list[int](), None
    while True:
        page = read(2, cursor, rows)
        seen += [row.id for row in page.entries]
        assert len(page.entries) == 2 or page.next is None
        if page.next is None:
            break
        cursor = page.next
    assert seen == list(range(rows, 0, -1))


@pytest.mark.parametrize("number", [0, 1, LONGEST_PAGE, LONGEST_PAGE + 1, 5000])
def test_the_first_entries_may_be_on_many_pages(number: int) -> None:
    """As many as are asked for, or all."""
    rows = 2 * LONGEST_PAGE + 1
    ids = [row.id for row in first_entries(lambda limit, cursor: read(limit, cursor, rows), number)]
    assert ids == list(range(rows, 0, -1))[:number]


@pytest.mark.parametrize("cursor", ["", "7", cursor_of(("a",)), cursor_of((1, 2)), cursor_of((2**63,)), "ä"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    """Only the `next` of a page is a cursor."""
    with pytest.raises(InvalidInput, match="cursor"):
        read(2, cursor, 3)
