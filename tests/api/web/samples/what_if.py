"""Nothing picked, some picked, and nothing to pick."""

from __future__ import annotations

from api.web.pages.what_if.build import FEWER, SHARES, Chosen, nothing_yet, what_if
from api.web.rendering import Web
from tests.builders.extreme_reports import EMPTY, HOSTILE, HOSTILE_TEXT, HUGE
from tests.builders.reports import FULL, RATED, RICH
from tests.builders.surveys import scenarios_of, survey_of


def samples(web: Web) -> list[object]:
    """Of every kind of report, for each share."""
    waves = ["2026-Q1", HOSTILE_TEXT, "all"]
    picked = [
        what_if(Chosen(causes, fewer, report.wave), survey_of(report), waves, scenarios_of(causes, SHARES), web)
        for report in (FULL, RICH, HUGE, HOSTILE)
        for causes in (tuple(str(issue.key) for issue in report.issues[:3]),)
        for fewer in FEWER
    ]
    unpicked = [what_if(Chosen(), survey_of(report), waves, (), web) for report in (RICH, RATED, EMPTY)]
    return [*picked, *unpicked, nothing_yet()]
