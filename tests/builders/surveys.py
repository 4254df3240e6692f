"""Surveys as pages get them, of reports, and what is computed of their responses."""

from __future__ import annotations

import numpy as np
from sqlalchemy import create_engine

from api.web.surveys import Survey
from models.arrays import pack
from pipelines.render import to_json
from saywhy.cause_map import MappedCause
from saywhy.code_frame import load_code_frame
from saywhy.contrast import Contrast
from saywhy.estimate import Estimate, Nps
from saywhy.heat_map import HeatCell, HeatMap, HeatRow
from saywhy.report import Change, GroupNps, Report
from saywhy.scenario import Scenario
from service.reports.reading import StoredReport


def survey_of(report: Report) -> Survey:
    """The survey of a report, whose store nobody asks."""
    stored = StoredReport(to_json(report), is_anonymous=False)
    return Survey(create_engine("sqlite://"), "default", report.wave, stored, load_code_frame())


def contrast_of(change: Change, before: float = 2.0) -> Contrast:
    """Two groups of 400 with that change between them."""

    def nps(score: float) -> Nps:
        return Nps(score, score - 9, score + 9, 400, 150, 120, 130)

    return Contrast(
        GroupNps(change.before, nps(before)), GroupNps(change.after, nps(before + change.nps.value)), change
    )


def heat_map_of(report: Report) -> HeatMap:
    """Every complaint of a report in every segment, with ratios from 0.4 to 2.5 in turn, and one that is not known."""
    names = [group.name for group in report.segments]
    ratios = [None, *(Estimate(value, value / 2, value * 2) for value in (0.4, 0.6, 0.75, 1.0, 1.3, 1.7, 2.5))]
    cells = [
        HeatCell(12 if ratio else 0, 0.21, 0.084, ratio, is_elevated=bool(ratio and ratio.value > 2))
        for ratio in ratios
    ]
    rows = tuple(
        HeatRow(issue.key, tuple(cells[(row + column) % len(cells)] for column in range(len(names))))
        for row, issue in enumerate(report.issues)
    )
    return HeatMap(report.wave, tuple(names), tuple(80 + 7 * index for index in range(len(names))), rows)


def mapped(report: Report) -> tuple[MappedCause, ...]:
    """The complaints of a report with vectors in all directions, each second one as discovered and not ranked."""
    vectors = np.random.default_rng(3).normal(size=(len(report.issues), 8)).astype(np.float32)
    return tuple(
        MappedCause(
            key=issue.key,
            label=issue.label,
            theme=issue.theme,
            detractors=issue.detractors,
            mentions=issue.mentions,
            vector=pack(vector),
            is_ranked=index % 2 == 0,
            is_discovered=index % 2 == 1,
            labels=issue.labels,
            impact=issue.impact if index % 2 == 0 else None,
        )
        for index, (issue, vector) in enumerate(zip(report.issues, vectors, strict=True))
    )


def scenarios_of(causes: tuple[str, ...], shares: tuple[float, ...]) -> tuple[Scenario, ...]:
    """Four points for all of them together, from an NPS of 2."""
    return tuple(
        Scenario(
            causes, share, 61, *(Estimate(at + 4 * share, at + 3 * share - 1, at + 5 * share + 1) for at in (0, 2))
        )
        for share in shares
    )
