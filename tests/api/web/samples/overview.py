"""The overview of several reports, and of none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from api.web.pages.overview.build import empty_overview, overview
from api.web.rendering import Web
from saywhy.code_frame import load_code_frame
from saywhy.report import Report
from saywhy.saved_view import SavedView
from saywhy.view_filters import Filters
from saywhy.wave_note import WaveNote
from service.workspaces import WorkspaceStatus
from tests.builders.extreme_reports import EMPTY, HOSTILE, HOSTILE_TEXT, HUGE
from tests.builders.reports import FULL, RATED, RICH

NOW = datetime(2026, 5, 4, tzinfo=UTC)

FILTERS = (
    Filters(),
    Filters(group="promoters", sort="name", rows="all"),
    Filters(group="passives", sort="revenue"),
    Filters(mark="regressed", sort="mentions"),
    Filters(segment="region=Nowhere", voice="de", sort="people"),
)


def samples(web: Web) -> list[object]:
    """Every kind of report with every filter, with notes and views, and the states before there is a report."""
    shown = [of(report, filters, web) for report in (FULL, RICH, RATED, EMPTY, HUGE, HOSTILE) for filters in FILTERS]
    states = [
        WorkspaceStatus(responses, is_analysing) for responses, is_analysing in ((0, False), (1, False), (1, True))
    ]
    return [*shown, *(empty_overview(state, web) for state in states)]


def of(report: Report, filters: Filters, web: Web) -> object:
    """The overview of a report with two notes, one of them hostile, and two views."""
    filters = replace(filters, wave=report.wave)
    waves = [group.name for group in report.waves]
    notes = [WaveNote(wave, text, "Eda", NOW, 7) for wave in waves[:1] for text in ("Release 3.2", HOSTILE_TEXT[:200])]
    views = [SavedView(name, "/?mark=new", "Eda", NOW, 8) for name in ("New", HOSTILE_TEXT[:60])]
    return overview(report, [*waves, "all"], notes, views, filters, load_code_frame(), web)
