"""Which comments are the newest, and which are those before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from pipelines.tabulate.survey_data import SurveyData

#: Fewest comments of each side, set by hand: with fewer, only what everybody sees is significant.
MIN_COMMENTS = 50

#: The newest comments of a survey without waves: those of so many days.
DAYS = 30


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows of responses with an annotated comment, (n,) and (m,). `wave`, or `since`, a day, says which are newest."""

    newest: NDArray[np.int64]
    before: NDArray[np.int64]
    wave: str | None = None
    since: str | None = None


def groups_of(data: SurveyData) -> Groups | None:
    """The newest wave with enough comments and all waves before it, or the last days and the time before them.

    None where either side has too few comments.
    """
    counts = np.bincount(data.wave[data.annotated & (data.wave >= 0)], minlength=len(data.waves))
    large = np.flatnonzero(counts >= MIN_COMMENTS)
    if len(large) and counts[: large[-1]].sum() >= MIN_COMMENTS:
        newest = int(large[-1])
        rows, wave = np.flatnonzero(data.annotated & (data.wave >= 0)), data.waves[newest]
        return Groups(rows[data.wave[rows] == newest], rows[data.wave[rows] < newest], wave=wave)
    rows = np.flatnonzero(data.annotated & np.isfinite(data.answered_at))
    if len(data.waves) > 1 or not len(rows):
        return None
    answered = data.answered_at[rows]
    start = answered.max() - DAYS * 86400
    newest_rows, before = rows[answered > start], rows[answered <= start]
    if min(len(newest_rows), len(before)) < MIN_COMMENTS:
        return None
    return Groups(newest_rows, before, since=datetime.fromtimestamp(start, UTC).date().isoformat())
