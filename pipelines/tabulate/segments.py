"""Which dimensions of the responses are segments: those of few values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from saywhy.feedback import Segment

#: A dimension with more values than this is an identifier or free text rather than a segment.
MOST_VALUES = 50


def comparable(segments: Sequence[Segment]) -> tuple[NDArray[np.intp], list[str]]:
    """Which segments (their places) belong to a dimension of at most `MOST_VALUES` values, and the dimensions left."""
    values = Counter(segment.dimension for segment in segments)
    kept = [place for place, segment in enumerate(segments) if values[segment.dimension] <= MOST_VALUES]
    return np.array(kept, dtype=np.intp), sorted(name for name, count in values.items() if count > MOST_VALUES)
