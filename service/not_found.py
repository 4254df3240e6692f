"""Details of errors for a name that is unknown: they list the names that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

from saywhy.errors import NotFound
from saywhy.feedback import Segment

#: Names that an error lists.
MAX_LISTED = 20


def no_such_segment(segment: Segment, existing: Collection[Segment]) -> NotFound:
    """The error for a segment that no response is in: the values of its dimension, or all dimensions if it is none."""
    values = sorted(other.value for other in existing if other.dimension == segment.dimension)
    if values:
        return NotFound(f"no response is in the segment {segment}; {segment.dimension} is: {listed(values)}")
    dimensions = sorted({other.dimension for other in existing})
    return NotFound(f"no response has the segment {segment.dimension!r}; there are: {listed(dimensions) or 'none'}")


def listed(names: Iterable[str]) -> str:
    """The first names, separated by commas."""
    first = list(islice(names, MAX_LISTED + 1))
    return ", ".join(first[:MAX_LISTED]) + (", …" if len(first) > MAX_LISTED else "")
