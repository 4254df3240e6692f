"""Smileys as answers: known by how happy they look, on a scale of three, four or five."""

from __future__ import annotations

import re
from collections.abc import Collection

from saywhy.feedback import Scale

#: From the unhappiest to the happiest.
_FACES = (
    "😡😠🤬😤👿😭😫😖😩🤮",
    "🙁☹😞😕😟😢😔😣😒😥👎",
    "😐😑😶🫤",
    "🙂☺😊😌😉👍",
    "😀😃😄😁😆😍🤩🥰😇😻❤💚",
)
_LEVELS = {face: level for level, faces in enumerate(_FACES, start=1) for face in faces}
_LEVELS |= {":-(": 2, ":(": 2, ":-|": 3, ":|": 3, ":-)": 4, ":)": 4, ":-D": 5, ":D": 5}
# A smiley, perhaps with its name: "😀 Very happy", "🙁 (unzufrieden)".
_SMILEY = re.compile(
    rf"({'|'.join(map(re.escape, _LEVELS))})[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f]*(?:\s*[(（-]?\s*\D{{0,30}})?"
)
_ON_SCALE = {
    Scale.THREE: {1: 1, 2: 1, 3: 2, 4: 3, 5: 3},
    Scale.FOUR: {1: 1, 2: 2, 4: 3, 5: 4},
    Scale.FIVE: {level: level for level in range(1, 6)},
}


def smiley_level(text: str) -> int | None:
    """How happy a smiley looks, from 1 to 5; None if the cell is none."""
    match = _SMILEY.fullmatch(text.strip())
    return _LEVELS[match[1]] if match else None


def smiley_scale(levels: Collection[int]) -> tuple[Scale, str]:
    """The scale of a question whose answers have these levels, and the reason."""
    is_fine = {1, 2} <= set(levels) or {4, 5} <= set(levels)
    scale = (Scale.FIVE if 3 in levels else Scale.FOUR) if is_fine else Scale.THREE
    low, high = scale.bounds
    return scale, f"the answers are smileys, {low} for the unhappiest, {high} for the happiest: a rating, not NPS"


def smiley_score(level: int, scale: Scale) -> int:
    """The score of a smiley on that scale. Raises `ValueError` if the scale has none of this level."""
    if level not in _ON_SCALE.get(scale, {}):
        raise ValueError(f"a smiley of level {level} has no place on the scale {scale}")
    return _ON_SCALE[scale][level]
