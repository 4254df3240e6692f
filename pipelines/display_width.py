"""The width of a text on a fixed-width line: how much of a heading or a quote is shown."""

from __future__ import annotations

from rich.cells import cell_len


def display_width(text: str) -> int:
    """Columns in a terminal, where a CJK character or an emoji takes two; but at least the number of characters.

    Without that minimum, a text of combining marks or control characters would have no width and never be cut.
    """
    return max(cell_len(text), len(text))
