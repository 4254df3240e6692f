"""Positions and widths in drawings, in percent of the drawing's width, so that templates do no arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """An estimate on an axis: its position, the bar from zero to it, and the ends of its interval."""

    x: str
    bar_x: str
    bar_width: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stacked bar."""

    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear scale from `low` to `high`, both included, with ticks at round numbers."""

    low: float
    high: float
    ticks: tuple[float, ...]

    @classmethod
    def around(cls, values: Iterable[float], *, bounds: tuple[float, float] = (-math.inf, math.inf)) -> Axis:
        """The axis that includes all values and zero and ends at round numbers, within `bounds`."""
        shown = [0.0, *values]
        low = min(shown)
        high = max(*shown, low + 1)  # at least one point wide, so that tiny values look small
        step = _round_step((high - low) / 4)
        first, last = math.floor(low / step), math.ceil(high / step)
        ticks = tuple(tick * step for tick in range(first, last + 1) if bounds[0] <= tick * step <= bounds[1])
        return cls(max(first * step, bounds[0]), min(last * step, bounds[1]), ticks)

    def fraction(self, value: float) -> float:
        """The position as a fraction of the width: 0 at the left end, 1 at the right end, clipped to these."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def position(self, value: float) -> str:
        return percent(self.fraction(value))

    def mark(self, value: float, low: float, high: float) -> Mark:
        zero, x = self.fraction(0), self.fraction(value)
        return Mark(percent(x), percent(min(zero, x)), percent(abs(x - zero)), self.position(low), self.position(high))


def stack(counts: Sequence[int]) -> list[Part]:
    """The parts of a stacked bar in proportion to the counts; all of width 0 if all counts are 0."""
    total = sum(counts) or 1
    parts, cumulative = [], 0
    for count in counts:
        parts.append(Part(percent(cumulative / total), percent(count / total)))
        cumulative += count
    return parts


def percent(fraction: float) -> str:
    """A fraction of the width as an SVG length."""
    return f"{100 * fraction:.2f}%"


def _round_step(step: float) -> float:
    """The smallest of 1, 2, 2.5, 5 × 10^k that is at least the step."""
    power: float = 10.0 ** math.floor(math.log10(step))
    return next((m * power for m in (1, 2, 2.5, 5) if m * power >= step * (1 - 1e-9)), 10 * power)
