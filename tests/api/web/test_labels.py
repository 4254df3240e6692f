"""Names beside circles."""

from __future__ import annotations

import random

import pytest

from api.web.labels import Circle, PlacedName, placed_names
from pipelines.display_width import display_width

WIDTH, HEIGHT, FONT = 1000.0, 600.0, 13.0
NAMES = ("Charged twice", "Keeps failing, comes back after repair", "同步或匯入匯出失敗", "", "x" * 200, "Zustellung")

Box = tuple[float, float, float, float]


def box_of(name: PlacedName) -> Box:
    """Left, top, right and bottom of the lines as a browser draws them."""
    width = max(display_width(line) for _, line in name.lines) * 0.54 * FONT
    left = name.x - {"start": 0, "middle": width / 2, "end": width}[name.anchor]
    return left, name.lines[0][0] - 0.8 * FONT, left + width, name.lines[-1][0] + 0.2 * FONT


def collide(one: Box, other: Box) -> bool:
    """Whether two boxes have a part in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def distance(circle: Circle, box: Box) -> float:
    """From the middle of a circle to the nearest point of a box."""
    x, y = min(max(circle.x, box[0]), box[2]), min(max(circle.y, box[1]), box[3])
    return float(((circle.x - x) ** 2 + (circle.y - y) ** 2) ** 0.5)


@pytest.mark.parametrize("seed", range(20))
def test_names_collide_with_nothing(seed: int) -> None:
    """With no other name, with no circle but their own, and not with the edge; most find a place."""
    chance = random.Random(seed)
    circles = [
        Circle(chance.uniform(50, 950), chance.uniform(50, 550), chance.uniform(4, 40), chance.choice(NAMES))
        for _ in range(30)
    ]
    placed = placed_names(circles, WIDTH, HEIGHT, FONT, left=20)
    boxes = {index: box_of(name) for index, name in enumerate(placed) if name is not None}
    assert len(boxes) > 15
    for index, box in boxes.items():
        assert box[0] >= 20
        assert box[1] >= -1
        assert box[2] <= WIDTH
        assert box[3] <= HEIGHT + 1
        assert not any(collide(box, other) for number, other in boxes.items() if number != index)
        own = circles[index]
        is_within = distance(own, box) == 0
        assert is_within or not any(
            distance(circle, box) < circle.r for number, circle in enumerate(circles) if number != index
        )


def test_a_name_goes_into_a_circle_that_has_room() -> None:
    """Else it is beside it, in one line if there is room for that, and all of it is there."""
    large, small = Circle(300, 300, 90, "Charged twice"), Circle(700, 300, 8, "Refund takes too long")
    inside, beside = placed_names([large, small], WIDTH, HEIGHT, FONT)
    assert inside is not None
    assert beside is not None
    assert (inside.x, inside.anchor) == (300, "middle")
    assert (beside.anchor, [text for _, text in beside.lines]) == ("start", ["Refund takes too long"])


def test_a_name_without_room_is_left_out() -> None:
    """The first circles have their names; what is long is cut only where no lines hold it."""
    crowd = [Circle(40 + 5 * number, 15, 3, "Keeps failing, comes back after repair") for number in range(9)]
    assert placed_names(crowd, 90, 30, FONT) == [None] * 9
    [name] = placed_names([Circle(500, 300, 5, "x" * 300)], WIDTH, HEIGHT, FONT)
    assert name is not None
    assert name.lines[-1][1].endswith("…")
