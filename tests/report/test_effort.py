"""Efforts: set by people, stored, and set against the recoverable points of a cause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.render.html import to_html
from pipelines.report.effort import find_cause, parse_effort, with_efforts
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.errors import InvalidInput, NotFound
from saywhy.store import Connection, Engine
from service.efforts import set_effort
from tests.builders.reports import FULL

#: Issues of `FULL` whose intervals start at 3.31, 2.4 and 1.1 points.
INVOICES, BILLING, SYNC = "topic:topic-17", "theme:billing", "topic:topic-4"


def test_the_board_is_ordered_by_the_lower_end_of_points_per_day() -> None:
    """2.4 points in a day come before 3.31 in two; 1.1 in forty days are last; without an effort, not on it."""
    report = with_efforts(FULL, {INVOICES: 2.0, BILLING: 1.0, SYNC: 40.0})
    assert report.board == (BILLING, INVOICES, SYNC)
    first = report.issues[0]
    assert first.points_per_day is not None
    assert (first.effort_days, first.points_per_day.value, first.points_per_day.low) == (2, 4.83 / 2, 3.31 / 2)
    assert [issue.id for issue in report.issues] == [issue.id for issue in FULL.issues]
    assert with_efforts(report, {}) == replace(FULL, board=())


def test_a_quick_win_is_small_and_significant() -> None:
    """Neither a small effort on an insignificant issue nor a large effort on a significant one is a quick win."""
    report = with_efforts(FULL, {INVOICES: 2.0, SYNC: 40.0, "theme:usability": 1.0})
    assert [issue.id for issue in report.issues if issue.is_pebble] == ["topic-17"]
    assert "Quick win" in to_html(report, load_code_frame())


@pytest.mark.parametrize(
    ("effort", "expected"), [("S", 2), ("m", 10), ("L", 40), ("3", 3), ("0.5", 0.5), ("2,5", 2.5), ("none", None)]
)
def test_efforts_are_sizes_or_days(effort: str, expected: float | None) -> None:
    """Sizes in upper and lower case, days with decimal point or comma, and none."""
    assert parse_effort(effort) == expected


@pytest.mark.parametrize("effort", ["XL", "", "0", "5e-324", "0.009", "-1", "nan", "inf", "1e9", "two"])
def test_other_efforts_are_refused(effort: str) -> None:
    """The error quotes the input and lists what is accepted."""
    with pytest.raises(InvalidInput, match=r"S, M, L, a number of days from 0\.01"):
        parse_effort(effort)


def test_a_cause_is_found_by_any_of_its_names() -> None:
    """By key, id, or label in any case; the error for an unknown name lists the first issues."""
    for name in (INVOICES, "topic-17", "invoices that nobody UNDERSTANDS"):
        assert find_cause(FULL, name) == INVOICES
    with pytest.raises(NotFound, match=r"'parking'.*topic:topic-17"):
        find_cause(FULL, "parking")


def test_efforts_are_stored_changed_and_deleted(connection: Connection, workspace_id: int) -> None:
    """The latest effort of each cause is stored, separately for each workspace."""
    store.efforts.put(connection, workspace_id, INVOICES, 2.0)
    store.efforts.put(connection, workspace_id, INVOICES, 3.0)
    store.efforts.put(connection, workspace_id, SYNC, 10.0)
    store.efforts.put(connection, workspace_id, SYNC, None)
    assert store.efforts.load(connection, workspace_id) == {INVOICES: 3.0}
    assert store.efforts.load(connection, store.workspaces.ensure(connection, "other")) == {}


def test_setting_an_effort_changes_the_stored_reports(sqlite_engine: Engine) -> None:
    """Without another analysis, on all waves and on each; deleting the effort restores them."""
    reports = (FULL, replace(FULL, wave="all"))
    with sqlite_engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, "acme")
        run = store.runs.start(connection, workspace_id, "m")
        for report in reports:
            store.reports.save(connection, workspace_id, run.id, report)
    cause, changed = set_effort(sqlite_engine, "acme", "billing", "S", by="Ada")
    assert (cause, changed.board) == (BILLING, (BILLING,))
    with store.reading(sqlite_engine) as connection:
        for report in reports:
            assert store.reports.latest(connection, workspace_id, report.wave).issues[1].effort_days == 2
    assert set_effort(sqlite_engine, "acme", "billing", "none", by="Ada")[1] == reports[1]
