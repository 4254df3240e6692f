"""Axes and bars of the page: shares of a sum, and the labelled lines of an axis."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.render.context import Amount, Tick
from pipelines.render.geometry import Axis, stack
from pipelines.render.wording import Wording


def ticks(axis: Axis, wording: Wording) -> tuple[Tick, ...]:
    """The lines of an axis."""
    return tuple(Tick(axis.place(value), wording.tick(value)) for value in axis.ticks)


def amounts(entries: Iterable[tuple[str, str, int]], wording: Wording) -> tuple[Amount, ...]:
    """Rows of (key, name, count) with their shares of the sum."""
    listed = list(entries)
    numbers = [number for _, _, number in listed]
    total = sum(numbers) or 1
    return tuple(
        Amount(key, name, wording.count(number), wording.share(number / total), part)
        for (key, name, number), part in zip(listed, stack(numbers), strict=True)
    )
