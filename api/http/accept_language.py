"""The language of a page by the request header `Accept-Language` (RFC 9110, section 12.5.4)."""

from __future__ import annotations

from pipelines.render.wording import closest_language
from saywhy.errors import InvalidInput


def preferred_language(accepted: str) -> str:
    """The page language with the highest quality value in the header; English if it names none of ours."""
    preferences = [(_quality(parameters), tag.strip()) for tag, _, parameters in _entries(accepted)]
    for quality, tag in sorted(preferences, key=lambda preference: -preference[0]):
        try:
            if quality > 0:
                return closest_language(tag)
        except InvalidInput:
            continue
    return "en"


def _entries(accepted: str) -> list[tuple[str, str, str]]:
    return [entry.partition(";") for entry in accepted.split(",")]


def _quality(parameters: str) -> float:
    """The value of `q=`: 1 if it is left out, 0 (not acceptable) if it is not a number."""
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
