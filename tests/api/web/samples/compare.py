"""Two waves, two segments, and nothing to compare."""

from __future__ import annotations

from dataclasses import replace

from api.web.pages.compare.build import compare, nothing_yet
from api.web.pages.compare.choice import Chosen
from api.web.rendering import Web
from tests.builders.extreme_reports import EMPTY, HOSTILE, HOSTILE_TEXT, HUGE
from tests.builders.reports import FULL, RICH
from tests.builders.surveys import contrast_of, survey_of


def samples(web: Web) -> list[object]:
    """Of rich, huge and hostile reports, and the states without a comparison."""
    assert RICH.change is not None
    hostile = replace(
        RICH.change,
        before=HOSTILE_TEXT,
        causes=tuple(replace(cause, id="own", label=HOSTILE_TEXT) for cause in RICH.change.causes),
    )
    by_wave = Chosen(a="2026-Q1", b="2026-Q2")
    by_segment = Chosen(by="plan", a="free", b=HOSTILE_TEXT, wave="2026-Q2")
    waves = ["2026-Q1", "2026-Q2", HOSTILE_TEXT, "all"]
    shown = [
        compare(chosen, survey_of(report), waves, contrast_of(change), web)
        for report in (RICH, HUGE, HOSTILE)
        for chosen in (by_wave, by_segment)
        for change in (RICH.change, hostile, replace(RICH.change, causes=(), writing=None, rest=None, is_small=True))
    ]
    return [
        *shown,
        *(compare(Chosen(), survey_of(report), waves, None, web) for report in (FULL, EMPTY)),
        nothing_yet(),
    ]
