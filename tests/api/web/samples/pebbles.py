"""Boards, and none."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from api.web.pages.pebbles.build import nothing_yet, pebbles
from api.web.rendering import Web
from pipelines.report.effort import with_efforts
from tests.builders.extreme_reports import EMPTY, HOSTILE, HUGE
from tests.builders.reports import FULL, RATED, RICH
from tests.builders.surveys import survey_of


def samples(web: Web) -> list[object]:
    """Of every kind of report, without efforts and with one for every second complaint."""
    rows: tuple[Literal["", "all"], ...] = ("", "all")
    shown = [
        pebbles(survey_of(with_efforts(report, efforts)), shown, web)
        for report in (FULL, RICH, RATED, EMPTY, HUGE, HOSTILE)
        for efforts in (
            {},
            {str(issue.key): 0.1 + 3.0**index % 9999 for index, issue in enumerate(report.issues) if index % 2 == 0},
        )
        for shown in rows
    ]
    viewer = replace(web, principal=replace(web.principal, scopes=frozenset()))
    return [*shown, pebbles(survey_of(RICH), "", viewer), pebbles(survey_of(FULL), "", viewer), nothing_yet()]
