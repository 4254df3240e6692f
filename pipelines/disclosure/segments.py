"""Complementary suppression of segments: which segments of a wave can be published together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure.thresholds import is_disclosive
from pipelines.tabulate.survey_data import SurveyData
from saywhy.report import GroupNps, Report

Mask = NDArray[np.bool_]


def publishable_segments(report: Report, data: SurveyData, mask: Mask) -> tuple[GroupNps, ...]:
    """The segments of the report that can be published together; `mask` (N,) selects its responses.

    Segments of 1 to 4 people are suppressed. The rest of a dimension (its suppressed values and the responses without
    a value) is the whole minus the published values. If the rest is 1 to 4 people, the smallest published value is
    suppressed too. The same holds for any two of these groups of which one contains the other: their difference must
    not be 1 to 4 people.
    """
    if report.nps is None:
        return ()
    scored = mask & data.scored
    columns = {str(segment): column for column, segment in enumerate(data.segments)}
    members = {
        group.name: data.segmented[:, [columns[group.name]]].toarray().ravel().astype(bool) & scored
        for group in report.segments
        if not is_disclosive(group.nps.n)
    }
    while (name := _next_to_suppress(members, scored)) is not None:
        del members[name]
    return tuple(group for group in report.segments if group.name in members)


def _next_to_suppress(members: Mapping[str, Mask], scored: Mask) -> str | None:
    """A segment that discloses a small group beside the others, smaller segments first; None if none does.

    `members` maps each segment to its scored responses, `scored` are those of the whole wave: masks (N,).
    """
    names = sorted(members, key=lambda name: (int(members[name].sum()), name))
    dimensions: dict[str, list[str]] = {}
    for name in names:
        dimensions.setdefault(name.partition("=")[0], []).append(name)
    # Every group that a reader can compute, with the segment whose suppression hides it: each segment, and the rest
    # of each dimension, which its smallest segment hides.
    groups = [(members[name], name) for name in names]
    groups += [
        (scored & ~np.logical_or.reduce([members[name] for name in values]), values[0])
        for values in dimensions.values()
    ]
    for group, name in groups:
        if is_disclosive(int(group.sum())):
            return name
    for inner, name in groups:
        for outer, _ in groups:
            is_nested = inner.any() and not (inner & ~outer).any()
            if is_nested and is_disclosive(int((outer & ~inner).sum())):
                return name
    return None
