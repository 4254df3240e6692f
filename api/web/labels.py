"""Names beside circles that collide with no circle and no other name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.display_width import display_width

#: Height of a line, and width of a column of text (half of a Chinese character), of the size of the font.
_LINE, _COLUMN = 1.2, 0.54

#: The most lines, and the most columns of a line; a longer name is cut.
_LINES, _COLUMNS = 3, 36

#: Between a circle and a name, in the units of the drawing.
_GAP = 4.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle with its name."""

    x: float
    y: float
    r: float
    name: str


@dataclass(frozen=True, slots=True)
class PlacedName:
    """The lines of a name, each with its baseline, and the `x` of their middle, start or end (`anchor`)."""

    x: float
    anchor: str
    lines: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a name, and the height of its baseline, as a template prints them."""

    y: str
    text: str


@dataclass(frozen=True, slots=True)
class DrawnName:
    """A `PlacedName` as a template prints it (`labels.html.j2`)."""

    x: str
    anchor: str
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, name: PlacedName | None) -> DrawnName | None:
        """None where there is no room for the name."""
        if name is None:
            return None
        return cls(length(name.x), name.anchor, tuple(Line(length(y), text) for y, text in name.lines))


def length(value: float) -> str:
    """A length or a position in a drawing, in its units."""
    return f"{value:.1f}"


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )  # fmt: skip

    def meets(self, circle: Circle) -> bool:
        across = circle.x - min(max(circle.x, self.left), self.right)
        along = circle.y - min(max(circle.y, self.top), self.bottom)
        return across**2 + along**2 < (circle.r + _GAP) ** 2

    def is_inside(self, left: float, width: float, height: float) -> bool:
        return self.left >= left and self.top >= 0 and self.right <= width and self.bottom <= height


def placed_names(
    circles: Sequence[Circle], width: float, height: float, font: float, *, left: float = 0.0
) -> list[PlacedName | None]:
    """A place for the name of each circle, the first ones first, or None where there is no room: inside the circle if
    it is large enough, else beside it, between `left` and `width`.
    """
    taken: list[_Box] = []
    names: list[PlacedName | None] = []
    for circle in circles:
        others = [other for other in circles if other is not circle]
        chosen = None
        for box, name, is_within in _candidates(circle, font):
            is_free = is_within or not any(box.meets(other) for other in others)
            if is_free and box.is_inside(left, width, height) and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                chosen = name
                break
        names.append(chosen)
    return names


def _candidates(circle: Circle, font: float) -> Iterator[tuple[_Box, PlacedName, bool]]:
    """Where the name may stand, the best place first, and whether that is inside the circle."""
    wraps = list(_wraps(circle.name))
    for lines in wraps:
        across, along = _size(lines, font)
        if across**2 + along**2 <= (2 * circle.r - 4) ** 2:
            yield *_at(circle.x, circle.y, "middle", lines, font), True
    for lines in wraps:
        across, along = _size(lines, font)
        reach = circle.r + _GAP
        for x, y, anchor in (
            (circle.x + reach, circle.y, "start"),
            (circle.x - reach, circle.y, "end"),
            (circle.x, circle.y + reach + along / 2, "middle"),
            (circle.x, circle.y - reach - along / 2, "middle"),
            (circle.x + 0.7 * reach, circle.y + 0.7 * reach + along / 2, "start"),
            (circle.x - 0.7 * reach, circle.y + 0.7 * reach + along / 2, "end"),
            (circle.x + 0.7 * reach, circle.y - 0.7 * reach - along / 2, "start"),
            (circle.x - 0.7 * reach, circle.y - 0.7 * reach - along / 2, "end"),
        ):
            yield *_at(x, y, anchor, lines, font), False


def _at(x: float, y: float, anchor: str, lines: Sequence[str], font: float) -> tuple[_Box, PlacedName]:
    """The lines around the height `y`."""
    across, along = _size(lines, font)
    left = x - {"start": 0.0, "middle": across / 2, "end": across}[anchor]
    top = y - along / 2
    baselines = tuple((top + (index + 0.8) * _LINE * font, line) for index, line in enumerate(lines))
    return _Box(left, top, left + across, top + along), PlacedName(x, anchor, baselines)


def _size(lines: Sequence[str], font: float) -> tuple[float, float]:
    return max(map(display_width, lines)) * _COLUMN * font, len(lines) * _LINE * font


def _wraps(name: str) -> Iterator[list[str]]:
    """The name in one line, two lines, and so on, as far as it fits; cut only if it fits in none of them."""
    whole = [lines for most in range(1, _LINES + 1) if (lines := _wrapped(name, most))]
    yield from whole or [_wrapped(_cut(name), _LINES) or [_cut(name)[: _COLUMNS // 2] + "…"]]


def _wrapped(name: str, most: int) -> list[str] | None:
    """The name in that many lines of about the same length; None if they are too long or there are others."""
    has_words = " " in name
    parts, joint = (name.split(" "), " ") if has_words else (list(name) or [""], "")
    target = math.ceil(display_width(name) / most)
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]}{joint}{part}"
        # The end of a line goes to where both lines are nearest to the same length.
        if display_width(longer) - display_width(part) / 2 > target and len(lines) < most:
            lines.append(part)
        else:
            lines[-1] = longer
    return lines if len(lines) == most and max(map(display_width, lines)) <= _COLUMNS else None


def _cut(name: str) -> str:
    """The beginning of a name that is too long for all lines together."""
    most = _LINES * _COLUMNS * 3 // 4
    while display_width(name) > most:
        name = name[:-1]
    return f"{name.rstrip()}…"
