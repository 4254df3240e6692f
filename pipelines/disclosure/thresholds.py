"""The sizes below which a group of people must not be published."""

from __future__ import annotations

#: Fewest people in a published group, and in a group from which quotes are shown.
SMALLEST_GROUP = 5
SMALLEST_QUOTED = 8


def is_disclosive(people: int) -> bool:
    """Whether publishing a group of this size is a disclosure risk: 1 to 4 people. An empty group is none."""
    return 0 < people < SMALLEST_GROUP
