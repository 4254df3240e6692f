"""Bars of shares and the tick marks of axes."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.render.context import Amount, Tick
from pipelines.render.geometry import Axis, stack
from pipelines.render.wording import Wording


def ticks(axis: Axis, wording: Wording) -> tuple[Tick, ...]:
    """The labelled tick marks of an axis."""
    return tuple(Tick(axis.position(value), wording.tick(value)) for value in axis.ticks)


def amounts(entries: Iterable[tuple[str, str, int]], wording: Wording) -> tuple[Amount, ...]:
    """Rows of (key, name, count), each with its share of the total."""
    rows = list(entries)
    counts = [count for _, _, count in rows]
    total = sum(counts) or 1
    return tuple(
        Amount(key, name, wording.count(count), wording.share(count / total), part)
        for (key, name, count), part in zip(rows, stack(counts), strict=True)
    )
