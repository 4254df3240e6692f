"""The tables beside the ranking: other measures, board, change, alerts, concentrations."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from pipelines.render import to_csv, to_html
from pipelines.render.context import Page
from pipelines.render.page import build_page
from pipelines.render.wording import Wording
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, load_code_frame
from saywhy.report import Report
from tests.builders.reports import FULL, RATED, RICH


def page(language: str = "en", report: Report = RICH) -> Page:
    """The page of a report."""
    return build_page(report, load_code_frame(), Wording(language))


def test_measures_are_side_by_side() -> None:
    """Recoverable, Shapley and leave-out points of each issue with their intervals; audited ones for a theme."""
    table = page().measures
    assert table is not None
    assert table.columns == ("Recoverable", "Shapley share", "Leave-out", "Audited")
    first, second = table.rows[:2]
    assert [(figure.value, figure.detail) for figure in first.figures] == [
        ("4.8", "3.3 to 6.3"),
        ("6.1", "4.0 to 8.2"),
        ("9.9", "7.2 to 12.6"),
        ("–", ""),
    ]
    assert second.figures[-1].value == "4.6"
    assert second.anchor == "detractors-2"
    unaudited = page(report=replace(RICH, issues=tuple(replace(issue, audited=None) for issue in RICH.issues)))
    assert unaudited.measures is not None
    assert "Audited" not in unaudited.measures.columns


def test_the_board_shows_its_order_and_quick_wins() -> None:
    """Points per day to the hundredth, days, and the badge of a quick win."""
    table = page("de").board
    assert table is not None
    assert [row.figures[0].value for row in table.rows] == ["2,42", "0,41", "0,06"]
    assert [row.figures[-1].value for row in table.rows] == ["2", "10", "40"]
    assert [bool(row.badges) for row in table.rows] == [True, False, False]


def test_a_change_shows_its_significance_and_its_parts() -> None:
    """The change with its interval and significance, each theme by frequency and severity, the mix, and new causes."""
    change = page().change
    assert change is not None
    assert change.title == "2026-Q1 → 2026-Q2: what changed"
    text = " ".join(change.sentences)
    assert "−7.8 points (−14.1 to −1.4); that is more than chance explains" in text
    assert "changes of 9.1 points or more" in text
    assert "mix of industry" in text
    assert "No longer named: 登录失败, Datenverlust beim Export." in text
    assert change.causes is not None
    assert len(change.causes.rows) + len(change.causes.more) == 10
    first = change.causes.rows[0]
    assert (first.name, first.kind, first.anchor) == ("Billing and contract", "Complaint", "detractors-2")
    assert [figure.value for figure in first.figures] == ["0% → 7%", "−2.1", "+0.1"]
    assert RICH.change is not None
    unsure = page(report=replace(RICH, change=replace(RICH.change, p_value=0.2))).change
    assert unsure is not None
    assert "may be chance" in unsure.sentences[0]


def test_causes_that_came_and_went_are_named_in_the_language_of_the_page() -> None:
    """A theme by its name, a topic by its label in that language, whether or not they are on the page."""
    assert RICH.change is not None
    issues = (replace(RICH.issues[0], labels={"de": "Unklare Rechnungen"}), *RICH.issues[1:])
    change = replace(RICH.change, new=("Invoices that nobody understands",), vanished=("Price and value", "登录失败"))
    alert = replace(RICH.alerts[0], kind="theme", id="price", label="Price and value")
    shown = page("de", replace(RICH, issues=issues, change=change, alerts=(alert,)))
    assert shown.change is not None
    assert shown.alerts is not None
    assert "Neu: Unklare Rechnungen." in shown.change.sentences
    assert "Nicht mehr genannt: Preis und Wert, 登录失败." in shown.change.sentences
    assert shown.alerts.alerts[0].text.startswith("„Preis und Wert“")


def test_alerts_show_the_rate_of_false_alarms() -> None:
    """Each alert with its rates, linked to its row if it has one, under the rate of false alarms."""
    panel = page().alerts
    assert panel is not None
    assert "5% at most" in panel.hint
    assert [alert.anchor for alert in panel.alerts] == ["detractors-1", None]
    assert "8% of the comments in 2026-Q2 rather than 2%" in panel.alerts[0].text


def test_concentrations_are_in_order_of_certainty() -> None:
    """The ratio with its interval and both rates; the highest lower end first."""
    table = page().concentrations
    assert table is not None
    assert [figure.value for figure in table.rows[0].figures] == ["retail", "4.1", "14%", "3%"]
    assert {row.figures[0].value for row in table.rows[:5]} == {"retail"}


def test_a_row_shows_people_and_revenue() -> None:
    """Share of the detractors or promoters, accounts, those leaving, revenue, lifetime value."""
    issue, delight = page().issues.tables[0].rows[1], page().delights.tables[0].rows[0]
    facts = {fact.title: fact.entries for fact in issue.facts}
    assert facts["People and revenue"] == (
        "24% of all detractors",
        "41 accounts",
        "6 leaving or at risk",
        "1.3M annual revenue",
        "5.3M lifetime value",
    )
    assert facts["By the audit"] == ("11% name it (8% to 14%); by the model 9%",)
    assert issue.audited == "audited 4.6 (2.6 to 6.5)"
    assert delight.facts[0].entries[0] == "24% of all promoters"


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_every_part_is_on_the_page_and_only_where_there_is_something(language: str) -> None:
    """A rich report has all parts in every language, a plain one none of them."""
    parts = (
        'id="alerts"',
        'id="board"',
        'id="change"',
        'id="fixes"',
        'id="concentrations"',
        Wording(language)["measures"],
    )
    rich, plain, rated = (to_html(report, load_code_frame(), language=language) for report in (RICH, FULL, RATED))
    for part in parts:
        assert part in rich
        assert part not in plain
        assert part not in rated


def test_the_csv_has_the_other_measures_too() -> None:
    """Each number in its own column; unknown ones are blank."""
    first, second, *_ = csv.DictReader(io.StringIO(to_csv(RICH).removeprefix("\ufeff")))
    assert (first["leave_out"], first["shapley_low"], first["audited_impact"]) == ("9.9", "4", "")
    assert (first["lifetime_value"], first["effort_days"], second["audited_rate"]) == ("5310000", "2", "0.11")
    plain = next(csv.DictReader(io.StringIO(to_csv(FULL).removeprefix("\ufeff"))))
    assert (plain["leave_out"], plain["lifetime_value"]) == ("", "")
