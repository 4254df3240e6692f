"""Notes that people pin to a wave: what happened then, such as a release or another price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: Longest text of a note, in characters: it stands beside a chart.
MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class WaveNote:
    """What somebody pinned to a wave."""

    wave: str
    text: str
    created_by: str
    created_at: datetime
    id: int = 0
