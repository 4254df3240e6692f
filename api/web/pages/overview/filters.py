"""Reads what is chosen on the overview from the query of a request."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query

from saywhy.report import ALL_WAVES
from saywhy.view_filters import Filters, Group, Mark, Sort

#: Longest name of a wave or a segment that is looked for.
_LONGEST = 500


def read_filters(
    wave: Annotated[str, Query(max_length=_LONGEST)] = ALL_WAVES,
    segment: Annotated[str, Query(max_length=_LONGEST)] = "",
    voice: Annotated[str, Query(max_length=_LONGEST)] = "",
    group: Group = "detractors",
    mark: Mark | Literal[""] = "",
    sort: Sort = "rank",
    rows: Literal["", "all"] = "",
) -> Filters:
    """The filters in the query of a request."""
    return Filters(wave, segment, voice, group, mark, sort, rows)


FiltersDep = Annotated[Filters, Depends(read_filters)]
