"""Maps, and none."""

from __future__ import annotations

from api.web.pages.cause_map.build import cause_map, nothing_yet
from api.web.rendering import Web
from tests.builders.extreme_reports import EMPTY, HOSTILE, HUGE
from tests.builders.reports import FULL, RICH
from tests.builders.surveys import mapped, survey_of


def samples(web: Web) -> list[object]:
    """Of every kind of report."""
    shown = [
        cause_map(survey_of(report), mapped(report), [str(issue.key) for issue in report.issues[:chosen]], web)
        for report in (FULL, RICH, EMPTY, HUGE, HOSTILE)
        for chosen in (0, 5)
    ]
    return [*shown, nothing_yet()]
