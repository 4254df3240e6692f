"""A contrast: two waves or two segments, and what each theme contributed to the difference of their NPS."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.report import Change, GroupNps


@dataclass(frozen=True, slots=True)
class Contrast:
    """The NPS of two groups of responses, and the change from the first to the second with its parts."""

    before: GroupNps
    after: GroupNps
    change: Change
