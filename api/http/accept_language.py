"""The language that a request prefers: the header Accept-Language."""

from __future__ import annotations

from pipelines.render.wording import closest_language
from saywhy.errors import InvalidInput


def preferred_language(accepted: str) -> str:
    """The page language that an `Accept-Language` header (RFC 9110, 12.5.4) likes best; English where it likes none."""
    wishes = [(_quality(parameters), tag.strip()) for tag, _, parameters in _entries(accepted)]
    for quality, tag in sorted(wishes, key=lambda wish: -wish[0]):
        try:
            if quality > 0:
                return closest_language(tag)
        except InvalidInput:
            continue
    return "en"


def _entries(accepted: str) -> list[tuple[str, str, str]]:
    return [entry.partition(";") for entry in accepted.split(",")]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
