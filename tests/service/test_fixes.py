"""Fixes of a workspace: marked, shown in its reports at once and after the next analysis, listed and removed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.errors import Conflict, NotFound, WaveNotFound, WorkspaceNotFound
from saywhy.fix import Fix, FixState
from saywhy.store import Engine
from saywhy.topic import EditKind
from service.fixes import MarkedFix, list_fixes, mark_fixed, remove_fix
from service.reports.reading import read_report
from tests.builders.fixed_survey import analysed, responses
from tests.builders.reports import FULL

CODE_FRAME = load_code_frame()
SUPPORT = "theme:support"


def mark(engine: Engine, fix: Fix) -> MarkedFix:
    """Mark a cause of the default workspace as fixed."""
    return mark_fixed(engine, "default", CODE_FRAME, fix, by="Ada")


def reported(engine: Engine, wave: str = "all") -> dict[str, FixState]:
    """The states of the fixes in the latest report on a wave."""
    return {outcome.cause: outcome.state for outcome in read_report(engine, "default", wave).fixes}


def test_a_fix_is_in_the_reports_at_once(engine: Engine) -> None:
    """On all waves and on those since the fix, without another analysis; the label names the cause in any case."""
    analysed(engine, responses())
    before = read_report(engine, "default", "all")
    marked = mark(engine, Fix("customer SUPPORT", wave="W2"))
    assert marked.fix == Fix(SUPPORT, wave="W2")
    assert marked.outcome is not None
    marked_report = read_report(engine, "default", "all")
    assert marked_report == replace(before, fixes=(marked.outcome,), findings=marked_report.findings)
    finding = next(finding for finding in marked_report.findings if finding.key == "fix_verified")
    assert finding.values == {
        "issue": SUPPORT,
        "wave": "W2",
        "rate": marked.outcome.after.mentions / 120,
        "target_rate": 0.2,
    }
    assert [reported(engine, wave) for wave in ("W1", "W2", "W3")] == [
        {},
        {SUPPORT: FixState.VERIFIED},
        {SUPPORT: FixState.VERIFIED},
    ]


def test_later_feedback_changes_the_outcome(sqlite_engine: Engine) -> None:
    """The next analysis compares again, and annotates only what is new."""
    analysed(sqlite_engine, responses(("W1",)))
    marked = mark(sqlite_engine, Fix(SUPPORT, date=date(2026, 2, 1)))
    assert marked.outcome is not None
    assert (marked.outcome.state, marked.outcome.after.responses) == (FixState.WATCHING, 0)
    assert analysed(sqlite_engine, responses()).annotated == 120
    assert reported(sqlite_engine) == {SUPPORT: FixState.VERIFIED}
    [listed] = list_fixes(sqlite_engine, "default")
    assert listed.outcome == read_report(sqlite_engine, "default", "all").fixes[0]


def test_marked_twice_is_marked_once(survey_engine: Engine) -> None:
    """The later mark replaces the earlier one, in the store and in all reports; others stay."""
    mark(survey_engine, Fix("price", wave="W2"))
    mark(survey_engine, Fix(SUPPORT, wave="W2"))
    mark(survey_engine, Fix(SUPPORT, wave="W3", target=0.2))
    assert [marked.fix for marked in list_fixes(survey_engine, "default")] == [
        Fix("theme:price", wave="W2"),
        Fix(SUPPORT, wave="W3", target=0.2),
    ]
    assert [set(reported(survey_engine, wave)) for wave in ("W2", "W3")] == [
        {"theme:price"},
        {"theme:price", SUPPORT},
    ]


@pytest.mark.slow
def test_a_removed_fix_is_gone(sqlite_engine: Engine) -> None:
    """By any of its names, from the list and all reports, also after the next analysis; it cannot be removed twice."""
    analysed(sqlite_engine, responses(("W1", "W2")))
    for name in ("support", "Customer support"):
        mark(sqlite_engine, Fix(SUPPORT, wave="W2"))
        assert remove_fix(sqlite_engine, "default", name, by="Ada") == SUPPORT
    mark(sqlite_engine, Fix(SUPPORT, wave="W2"))
    findings = read_report(sqlite_engine, "default", "all").findings
    assert "fix_verified" in {finding.key for finding in findings}
    assert remove_fix(sqlite_engine, "default", SUPPORT, by="Ada") == SUPPORT
    findings = read_report(sqlite_engine, "default", "all").findings
    assert "fix_verified" not in {finding.key for finding in findings}
    assert list_fixes(sqlite_engine, "default") == []
    assert [reported(sqlite_engine, wave) for wave in ("W2", "all")] == [{}, {}]
    analysed(sqlite_engine, responses())
    assert reported(sqlite_engine) == {}
    with pytest.raises(NotFound, match="is not marked as fixed; marked are: none at all"):
        remove_fix(sqlite_engine, "default", SUPPORT, by="Ada")


@pytest.mark.slow
def test_a_renamed_topic_stays_fixed_and_one_that_is_gone_is_listed(survey_engine: Engine) -> None:
    """A fix belongs to the id of its cause, like an effort: a new name changes nothing. While its topic is ignored (or
    merged into another) it is listed without an outcome, and is in no report.
    """
    topic = next(issue for issue in read_report(survey_engine, "default", "all").issues if issue.kind == "topic")
    mark(survey_engine, Fix(str(topic.key), wave="W2", target=0.5))

    def edit(kind: EditKind, **arguments: str) -> int:
        with survey_engine.begin() as connection:
            workspace_id = store.workspaces.find(connection, "default")
            now = datetime.now(UTC)
            return store.topic_edits.add(
                connection, workspace_id, kind, topic.id, arguments, author="Ada", note=None, at=now
            ).id

    edit(EditKind.RENAME, name="Waiting for an answer")
    analysed(survey_engine, responses())
    [fixed] = read_report(survey_engine, "default", "all").fixes
    assert (fixed.cause, fixed.label) == (str(topic.key), "Waiting for an answer")
    edit(EditKind.IGNORE)
    analysed(survey_engine, responses())
    assert reported(survey_engine) == {}
    assert list_fixes(survey_engine, "default") == [MarkedFix(Fix(str(topic.key), wave="W2", target=0.5), None)]


@pytest.mark.slow
def test_a_fix_marked_meanwhile_is_in_the_reports(sqlite_engine: Engine) -> None:
    """Whoever marks a cause while reports are computed does not wait for another analysis."""
    analysed(sqlite_engine, responses(("W1", "W2")))

    def mark_meanwhile(stage: str, done: int, _: int) -> None:
        if (stage, done) == ("report", 0):
            mark(sqlite_engine, Fix(SUPPORT, wave="W2"))

    analysed(sqlite_engine, responses(), mark_meanwhile)
    assert [reported(sqlite_engine, wave) for wave in ("W3", "all")] == [{SUPPORT: FixState.VERIFIED}] * 2


def test_what_is_refused(sqlite_engine: Engine) -> None:
    """Unknown workspaces, causes and waves; nothing is kept of them. Before the first analysis there is no cause."""
    with pytest.raises(WorkspaceNotFound):
        mark(sqlite_engine, Fix(SUPPORT, wave="W2"))
    with sqlite_engine.begin() as connection:
        store.workspaces.ensure(connection, "default")
    with pytest.raises(WaveNotFound, match="nothing has been analysed yet"):
        mark(sqlite_engine, Fix(SUPPORT, wave="W2"))
    analysed(sqlite_engine, responses())
    with pytest.raises(NotFound, match="'parking'"):
        mark(sqlite_engine, Fix("parking", wave="W2"))
    with pytest.raises(WaveNotFound, match="there are: W1, W2, W3"):
        mark(sqlite_engine, Fix(SUPPORT, wave="W9"))
    assert list_fixes(sqlite_engine, "default") == []


def test_an_anonymous_workspace_has_no_fixes(sqlite_engine: Engine) -> None:
    """Marking is refused, whether or not the cause is there; what a report would have of fixes is not published."""
    with sqlite_engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, "hr")
        store.workspaces.promise_anonymity(connection, workspace_id)
        run = store.runs.start(connection, workspace_id, "test-1")
        store.reports.save(connection, workspace_id, run.id, replace(FULL, wave="all"))
    for cause in ("theme:billing", "theme:parking"):
        with pytest.raises(Conflict, match="promised anonymity: there are no fixes"):
            mark_fixed(sqlite_engine, "hr", CODE_FRAME, Fix(cause, wave="2026-Q2"), by="Ada")
    assert list_fixes(sqlite_engine, "hr") == []
