"""Efforts: set by people, kept, and weighed against the points that a cause would give back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.render.html import to_html
from pipelines.report.effort import cause_of, days, weigh
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.errors import InvalidInput, NotFound
from saywhy.store import Connection, Engine
from service.efforts import set_effort
from tests.builders.reports import FULL

#: Costs at least 3.31 and 2.4 points, and 1.1.
INVOICES, BILLING, SYNC = "topic:topic-17", "theme:billing", "topic:topic-4"


def test_the_board_goes_by_sure_points_per_day() -> None:
    """2.4 points in a day come before 3.31 in two; 1.1 in forty days are last; without an effort, not on it."""
    found = weigh(FULL, {INVOICES: 2.0, BILLING: 1.0, SYNC: 40.0})
    assert found.board == (BILLING, INVOICES, SYNC)
    first = found.issues[0]
    assert first.points_per_day is not None
    assert (first.effort_days, first.points_per_day.value, first.points_per_day.low) == (2, 4.83 / 2, 3.31 / 2)
    assert [issue.id for issue in found.issues] == [issue.id for issue in FULL.issues]
    assert weigh(found, {}) == replace(FULL, board=())


def test_a_pebble_is_small_and_sure() -> None:
    """A small effort on what may be chance is none, nor is a large effort on what is sure."""
    found = weigh(FULL, {INVOICES: 2.0, SYNC: 40.0, "theme:usability": 1.0})
    assert [issue.id for issue in found.issues if issue.is_pebble] == ["topic-17"]
    assert "Pebble" in to_html(found, load_code_frame())


@pytest.mark.parametrize(
    ("effort", "expected"), [("S", 2), ("m", 10), ("L", 40), ("3", 3), ("0.5", 0.5), ("2,5", 2.5), ("none", None)]
)
def test_efforts_are_sizes_or_days(effort: str, expected: float | None) -> None:
    """Sizes in either case, days with point or comma, and nothing."""
    assert days(effort) == expected


@pytest.mark.parametrize("effort", ["XL", "", "0", "-1", "nan", "inf", "1e9", "two"])
def test_other_efforts_are_refused(effort: str) -> None:
    """The error says what was given and what there is."""
    with pytest.raises(InvalidInput, match="S, M, L, a number of days above 0"):
        days(effort)


def test_a_cause_is_found_by_any_of_its_names() -> None:
    """By kind and id, id, or label in any case; an unknown one is refused with those that there are."""
    for name in (INVOICES, "topic-17", "invoices that nobody UNDERSTANDS"):
        assert cause_of(FULL, name) == INVOICES
    with pytest.raises(NotFound, match=r"'parking'.*topic:topic-17"):
        cause_of(FULL, "parking")


def test_efforts_are_kept_and_changed_and_taken_away(connection: Connection, workspace: int) -> None:
    """One effort a cause, the latest, in its own workspace."""
    store.efforts.put(connection, workspace, INVOICES, 2.0)
    store.efforts.put(connection, workspace, INVOICES, 3.0)
    store.efforts.put(connection, workspace, SYNC, 10.0)
    store.efforts.put(connection, workspace, SYNC, None)
    assert store.efforts.load(connection, workspace) == {INVOICES: 3.0}
    assert store.efforts.load(connection, store.workspaces.ensure(connection, "other")) == {}


def test_setting_an_effort_changes_the_reports_there_are(sqlite_engine: Engine) -> None:
    """Without another analysis, on all waves and on each; taking it away restores them."""
    reports = (FULL, replace(FULL, wave="all"))
    with sqlite_engine.begin() as connection:
        place = store.workspaces.ensure(connection, "acme")
        run = store.runs.start(connection, place, "m")
        for report in reports:
            store.reports.save(connection, place, run.id, report)
    cause, found = set_effort(sqlite_engine, "acme", "billing", "S")
    assert (cause, found.board) == (BILLING, (BILLING,))
    with store.reading(sqlite_engine) as connection:
        for report in reports:
            assert store.reports.latest(connection, place, report.wave).issues[1].effort_days == 2
    assert set_effort(sqlite_engine, "acme", "billing", "none")[1] == reports[1]
