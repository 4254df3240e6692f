"""Where things lie on a drawing, so that templates do no arithmetic. Places are percentages of the drawing's width."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """One estimate on an axis: its place, the bar between zero and it, and the line of its interval."""

    at: str
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
    """A linear scale from `low` to `high`, both included, with round `ticks` in between."""

    low: float
    high: float
    ticks: tuple[float, ...]

    @classmethod
    def around(cls, values: Iterable[float], *, bounds: tuple[float, float] = (-math.inf, math.inf)) -> Axis:
        """The axis that shows all values and zero, ending on round numbers (at `bounds` at the latest)."""
        shown = [0.0, *values]
        low = min(shown)
        high = max(*shown, low + 1)  # at least one point wide, lest a trifle fill the drawing
        step = _round_step((high - low) / 4)
        first, last = math.floor(low / step), math.ceil(high / step)
        ticks = tuple(i * step for i in range(first, last + 1) if bounds[0] <= i * step <= bounds[1])
        return cls(max(first * step, bounds[0]), min(last * step, bounds[1]), ticks)

    def fraction(self, value: float) -> float:
        """0 at the left end, 1 at the right end; what lies beyond is at the end."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def place(self, value: float) -> str:
        return percent(self.fraction(value))

    def mark(self, value: float, low: float, high: float) -> Mark:
        zero, at = self.fraction(0), self.fraction(value)
        return Mark(percent(at), percent(min(zero, at)), percent(abs(at - zero)), self.place(low), self.place(high))


def stack(counts: Sequence[int]) -> list[Part]:
    """The parts of a bar that is filled by the counts in proportion; all of no width where there is nothing."""
    total = sum(counts) or 1
    parts, before = [], 0
    for number in counts:
        parts.append(Part(percent(before / total), percent(number / total)))
        before += number
    return parts


def percent(fraction: float) -> str:
    """A fraction of the width, as SVG writes it."""
    return f"{100 * fraction:.2f}%"


def _round_step(step: float) -> float:
    """The smallest of 1, 2, 2.5, 5 × 10^k that is no smaller than the step."""
    power: float = 10.0 ** math.floor(math.log10(step))
    return next((m * power for m in (1, 2, 2.5, 5) if m * power >= step * (1 - 1e-9)), 10 * power)
