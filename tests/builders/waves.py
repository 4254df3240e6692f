"""Waves of responses for comparisons over time: complaints about the support, praise of the staff, silent responses."""

from __future__ import annotations

from saywhy.feedback import Response, Segment
from saywhy.report import Change
from tests.builders.answers import SLOW, report_on, response


def wave(name: str, slow: tuple[int, int], praise: int = 30, start: int = 0, region: str = "north") -> list[Response]:
    """200 responses: `slow` counts the detractors and passives who blame, `praise` the promoters who praise."""
    detractors, passives = slow
    rows = [(2, "slow support")] * detractors + [(8, "slow support")] * passives + [(10, "lovely staff")] * praise
    rows += [(9, "as expected")] * 40 + [(7, "as expected")] * 20 + [(4, "as expected")] * 10
    rows += [(9, "")] * (200 - len(rows))
    segments = (Segment("region", region),)
    return [
        response(start + number, score, f"{text} {number}" if text else None, name, segments=segments)
        for number, (score, text) in enumerate(rows)
    ]


def change_of(responses: list[Response]) -> Change:
    """The change on the report of all waves."""
    change = report_on(responses, SLOW).change
    assert change is not None
    return change
