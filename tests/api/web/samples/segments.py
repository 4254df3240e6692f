"""Heat maps, and none."""

from __future__ import annotations

from api.web.pages.segments.build import Chosen, nothing_yet, segments
from api.web.rendering import Web
from tests.builders.extreme_reports import EMPTY, HOSTILE, HOSTILE_TEXT, HUGE
from tests.builders.reports import FULL, RICH
from tests.builders.surveys import heat_map_of, survey_of


def samples(web: Web) -> list[object]:
    """Of every kind of report, the first rows and all."""
    waves = ["2026-Q1", HOSTILE_TEXT, "all"]
    shown = [
        segments(Chosen(wave=report.wave, rows=rows), survey_of(report), waves, heat_map_of(report), web)
        for report in (FULL, RICH, EMPTY, HUGE, HOSTILE)
        for rows in ("", "all")
    ]
    return [*shown, nothing_yet()]
