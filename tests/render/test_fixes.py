"""The table of what was fixed: states, rates and points, in four languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.render.context import FigureTable
from pipelines.render.page import build_page
from pipelines.render.wording import Wording
from saywhy.code_frame import load_code_frame
from saywhy.fix import FixOutcome, FixState, MentionRate
from tests.builders.reports import REGRESSED, RICH


def table(language: str = "en", *outcomes: FixOutcome) -> FigureTable:
    """The table of the full report, or of these outcomes."""
    report = replace(RICH, fixes=outcomes or RICH.fixes)
    fixes = build_page(report, load_code_frame(), Wording(language)).fixes
    assert fixes is not None
    return fixes


def texts(language: str, outcome: FixOutcome) -> list[tuple[str, str]]:
    """The figures of one outcome."""
    return [(figure.value, figure.detail) for figure in table(language, outcome).rows[0].figures]


def test_a_row_has_state_rates_responses_and_points() -> None:
    """Each with its detail: certainty, target, answers that count as neither, interval."""
    assert texts("en", RICH.fixes[0]) == [
        ("Regressed", "97% sure that it is above the target"),
        ("10% → 12%", "target 5%"),
        ("640 → 702", ""),
        ("–", ""),
    ]
    assert texts("en", RICH.fixes[2]) == [
        ("Verified", ">99% sure that it is below the target"),
        ("10% → <1%", "target 5%"),
        ("640 → 300", "12 more of unknown date or wave count as neither"),
        ("+2.4", "+1.1 to +3.7"),
    ]


@pytest.mark.parametrize(
    ("language", "names", "starts"),
    [
        ("en", ["Billing and contract", "Customer support", "登录失败"], ["2026-Q2", "May 3, 2026"]),
        ("de", ["Abrechnung und Vertrag", "Kundensupport", "Anmeldung schlägt fehl"], ["2026-Q2", "03.05.2026"]),
        ("zh-Hant", ["帳單與合約", "客戶支援", "登录失败"], ["2026-Q2", "2026年5月3日"]),
    ],
)
def test_causes_and_days_are_in_the_language_of_the_page(language: str, names: list[str], starts: list[str]) -> None:
    """Also of causes that are no longer among the issues of the report; those that are have a link."""
    rows = table(language).rows
    assert [row.name for row in rows] == names
    assert [row.anchor for row in rows] == ["detractors-2", None, None]
    assert (starts[0] in rows[0].kind, starts[1] in rows[2].kind) == (True, True)


def test_a_watched_fix_says_what_is_needed() -> None:
    """How many responses, also of a cause that nobody names; that the target is too close; that there is none."""
    watched = replace(REGRESSED, state=FixState.WATCHING, above_target=0.5, needed=1)
    silent = replace(watched, needed=1234, after=MentionRate(0, 0, None))
    assert texts("en", watched)[0] == (
        "Watching",
        "decided after about 1 more response with a comment, if the share stays",
    )
    assert texts("de", silent)[:2] == [
        ("Beobachtet", "entschieden nach etwa 1.234 weiteren Antworten mit Kommentar, wenn niemand es nennt"),
        ("10\xa0% → –", "Ziel 5\xa0%"),
    ]
    assert texts("zh-Hans", replace(watched, needed=None))[0] == ("观察中", "与目标过于接近，无法判定")
    without = replace(watched, target=None, above_target=None, needed=None)
    assert texts("en", without)[:2] == [
        ("Watching", "nobody named it before, so there is no target"),
        ("10% → 12%", ""),
    ]


def test_a_report_without_fixes_has_no_table() -> None:
    """The section is left out."""
    assert build_page(replace(RICH, fixes=()), load_code_frame(), Wording("en")).fixes is None
