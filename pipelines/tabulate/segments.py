"""Which dimensions of the responses are segments: those with few values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from saywhy.feedback import Segment

#: A dimension with more values than this is an identifier or free text, not a segment.
MAX_VALUES = 50


def comparable(segments: Sequence[Segment]) -> tuple[NDArray[np.intp], list[str]]:
    """The indices of the segments whose dimension has at most `MAX_VALUES` values, and the other dimensions."""
    values = Counter(segment.dimension for segment in segments)
    kept = [index for index, segment in enumerate(segments) if values[segment.dimension] <= MAX_VALUES]
    return np.array(kept, dtype=np.intp), sorted(name for name, count in values.items() if count > MAX_VALUES)
