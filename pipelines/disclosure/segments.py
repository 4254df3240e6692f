"""Complementary suppression: which segments of a wave, or topics of a theme, can be published together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure.combinations import exposing_combination
from pipelines.disclosure.thresholds import is_disclosive
from pipelines.tabulate.survey_data import SurveyData
from saywhy.report import GroupNps, Report

Mask = NDArray[np.bool_]


def publishable_segments(report: Report, data: SurveyData, mask: Mask) -> tuple[GroupNps, ...]:
    """The segments of the report that can be published together; `mask` (N,) selects its responses.

    Segments of 1 to 4 people are suppressed, then the smallest segment of any combination with the wave and with other
    segments, of all dimensions, that may concern so few (`exposing_combination`).
    """
    if report.nps is None:
        return ()
    scored = mask & data.scored
    members = {
        group.name: scored_members(data, group.name) & scored
        for group in report.segments
        if not is_disclosive(group.nps.n)
    }
    shown = publishable_together(members, [scored])
    return tuple(group for group in report.segments if group.name in shown)


def publishable_together(members: Mapping[str, Mask], published: Sequence[Mask]) -> set[str]:
    """The names of the groups that can be published beside each other and what is `published` anyway: masks (N,).

    The smallest group of any combination that may concern fewer than five people is left out, until there is none.
    """
    names = sorted(members, key=lambda name: (int(members[name].sum()), name))
    while names:
        weights = exposing_combination(np.stack([*(members[name] for name in names), *published]))
        if weights is None:
            break
        involved = np.abs(weights[: len(names)]) > 1e-6
        del names[int(np.argmax(involved))]  # the smallest of all where only published groups are involved
    return {*names}


def scored_members(data: SurveyData, segment: str) -> Mask:
    """The scored responses of any wave in a segment: a mask (N,), False everywhere if no response is in it."""
    columns = [column for column, candidate in enumerate(data.segments) if str(candidate) == segment]
    inside: Mask = np.asarray(data.segmented[:, columns].sum(axis=1) > 0).ravel()
    return inside & data.scored
