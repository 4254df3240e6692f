"""The wall of praise of several reports, and of none."""

from __future__ import annotations

from dataclasses import replace

from api.web.pages.praise.build import wall
from api.web.rendering import Web
from saywhy.code_frame import load_code_frame
from saywhy.issue import Quote
from tests.builders.extreme_reports import EMPTY, HOSTILE, HUGE
from tests.builders.reports import FULL, RICH


def samples(web: Web) -> list[object]:
    """One has a quote that praises an employee."""
    quote = Quote("Thanks to [staff name], all went well.", 0, 22, "en", 10, "2026-Q1")
    praised = replace(RICH, delights=tuple(replace(issue, quotes=(quote, *issue.quotes)) for issue in RICH.delights))
    reports = (praised, FULL, EMPTY, HUGE, HOSTILE, None)
    return [wall(report, ["2026-Q1", "all"] if report else [], load_code_frame(), web) for report in reports]
