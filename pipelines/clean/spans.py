"""Spans of a text."""

from __future__ import annotations

from collections.abc import Iterable

#: Start and end offset in characters.
Span = tuple[int, int]


def merge(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, with overlapping and adjacent ones joined."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
