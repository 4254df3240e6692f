"""Names beside circles that collide with no circle and no other name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.display_width import display_width

#: Height of a line, and width of a column of text (half of a Chinese character), of the size of the font.
_LINE, _COLUMN = 1.2, 0.54

#: The most lines, and the most columns of a line; a longer name is cut.
_LINES, _COLUMNS = 3, 22

#: Between a circle and its name, in the units of the drawing.
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
        return across**2 + along**2 < (circle.r + 1) ** 2

    def is_inside(self, width: float, height: float) -> bool:
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height


def placed_names(circles: Sequence[Circle], width: float, height: float, font: float) -> list[PlacedName | None]:
    """A place for the name of each circle, the first ones first, or None where there is no room: inside the circle if
    it is large enough, else beside it.
    """
    taken: list[_Box] = []
    names: list[PlacedName | None] = []
    for circle in circles:
        others = [other for other in circles if other is not circle]
        chosen = None
        for box, name, is_within in _candidates(circle, font):
            is_free = is_within or not any(box.meets(other) for other in others)
            if is_free and box.is_inside(width, height) and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                chosen = name
                break
        names.append(chosen)
    return names


def _candidates(circle: Circle, font: float) -> Iterator[tuple[_Box, PlacedName, bool]]:
    """Where the name may stand, the best place first, and whether that is inside the circle."""
    wraps = [_wrapped(circle.name, lines) for lines in range(1, _LINES + 1)]
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


def _wrapped(name: str, most: int) -> list[str]:
    """The name in at most so many lines of about the same length, cut if it is too long."""
    target = min(-(-display_width(name) // most) + (2 if most > 1 else 0), _COLUMNS)
    words = name.split(" ") if " " in name else list(name)
    joint = " " if " " in name else ""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]}{joint}{word}" if lines[-1] else word
        if lines[-1] and display_width(longer) > target:
            lines.append(word)
        else:
            lines[-1] = longer
    kept = [_cut(line) for line in lines[:most]]
    return [*kept[:-1], f"{kept[-1]}…"] if len(lines) > most else kept


def _cut(line: str) -> str:
    if display_width(line) <= _COLUMNS:
        return line
    while display_width(line) >= _COLUMNS:
        line = line[:-1]
    return f"{line}…"
