"""Fixes: causes that people mark as fixed, and what the feedback since then says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipelines.causes.fixes import check_fix, fix_outcomes
from pipelines.report.effort import find_cause
from pipelines.report.fixes import with_fixes
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import NotFound
from saywhy.fix import Fix, FixOutcome
from saywhy.handling import HandlingField
from saywhy.report import ALL_WAVES, Report
from saywhy.store import Connection, Engine
from service.anonymity import Withheld, refuse
from service.cause_changes import keep_change
from service.reports.reading import find_latest_report, latest_report
from service.survey import load_survey
from service.topics.validation import single_line
from service.webhooks.events import tell_report_changes
from service.workspaces import reading, writing


@dataclass(frozen=True, slots=True)
class MarkedFix:
    """A fix and its outcome on all waves; None if its cause or its wave is no longer there."""

    fix: Fix
    outcome: FixOutcome | None


def mark_fixed(
    engine: Engine, workspace: str, code_frame: CodeFrame, fix: Fix, *, by: str, undoes: int | None = None
) -> MarkedFix:
    """Mark a cause as fixed, in place of an earlier fix of it, and say so in the latest report of every wave.

    `fix.cause` is a name as in `pipelines.report.effort.find_cause`; `by` is who marks it, and `undoes` the change that
    this takes back. Raises `WorkspaceNotFound`, `NotFound`,
    `WaveNotFound` and `InvalidInput`, and `Conflict` for an anonymous workspace: the difference of two groups by date
    could be the answers of single people.
    """
    # Computed before the transaction that writes: other writers would wait for it.
    with reading(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.FIXES)
        report = latest_report(connection, workspace_id, ALL_WAVES)
        release = single_line(fix.release, "the release") if fix.release else None
        fix = replace(fix, cause=find_cause(report, fix.cause), release=release)
        data = load_survey(connection, workspace_id, report.model, code_frame)
        check_fix(fix, data)
        outcome_on = {
            wave: outcome
            for wave in store.reports.waves(connection, workspace_id)
            for outcome in fix_outcomes(data, wave, [fix])
        }
    with writing(engine, workspace) as (connection, workspace_id):
        earlier = store.fixes.load(connection, workspace_id).get(fix.cause)
        store.fixes.put(connection, workspace_id, fix)
        _keep_change(connection, workspace_id, fix.cause, earlier, fix, by=by, undoes=undoes)
        before = find_latest_report(connection, workspace_id, ALL_WAVES)
        _amend_reports(connection, workspace_id, fix.cause, outcome_on)
        tell_report_changes(connection, workspace_id, before, code_frame)
    return MarkedFix(fix, outcome_on[ALL_WAVES])


def list_fixes(engine: Engine, workspace: str) -> list[MarkedFix]:
    """All fixes, in the order of the report on all waves, then those whose cause or wave is no longer there.

    Raises `WorkspaceNotFound`.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        fixes = store.fixes.load(connection, workspace_id)
        report = find_latest_report(connection, workspace_id, ALL_WAVES)
    outcomes = [outcome for outcome in report.fixes if outcome.cause in fixes] if report else []
    reported = {outcome.cause for outcome in outcomes}
    marked = [MarkedFix(fixes[outcome.cause], outcome) for outcome in outcomes]
    return marked + [MarkedFix(fix, None) for cause, fix in fixes.items() if cause not in reported]


def remove_fix(engine: Engine, workspace: str, name: str, *, by: str, undoes: int | None = None) -> str:
    """Remove a fix, also from the latest reports; what was fixed is named by key, id or label. Returns the key.

    `by` and `undoes` as in `mark_fixed`.

    Raises `WorkspaceNotFound` and `NotFound`.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        fixes = store.fixes.load(connection, workspace_id)
        cause = _find(fixes, find_latest_report(connection, workspace_id, ALL_WAVES), name)
        store.fixes.delete(connection, workspace_id, cause)
        _keep_change(connection, workspace_id, cause, fixes[cause], None, by=by, undoes=undoes)
        _amend_reports(connection, workspace_id, cause, {})
        return cause


def _keep_change(
    connection: Connection,
    workspace_id: int,
    cause: str,
    before: Fix | None,
    after: Fix | None,
    *,
    by: str,
    undoes: int | None,
) -> None:
    values = (fix and fix.as_json() for fix in (before, after))
    keep_change(connection, workspace_id, cause, HandlingField.FIX, *values, by=by, undoes=undoes)


def _amend_reports(connection: Connection, workspace_id: int, cause: str, outcome_on: Mapping[str, FixOutcome]) -> None:
    """Replace what the latest report of every wave says of the fix of a cause, by wave; nothing where there is none."""
    for wave in store.reports.waves(connection, workspace_id):
        report = store.reports.latest(connection, workspace_id, wave)
        outcomes = [outcome for outcome in report.fixes if outcome.cause != cause]
        outcomes += [outcome_on[wave]] if wave in outcome_on else []
        store.reports.amend(connection, workspace_id, with_fixes(report, outcomes))


def _find(fixes: Mapping[str, Fix], report: Report | None, name: str) -> str:
    """The key of the fixed cause with that key, id or label, in any case of letters. Raises `NotFound`."""
    folded = name.casefold()
    labels = {outcome.cause: outcome.label for outcome in report.fixes} if report else {}
    for cause in fixes:
        if folded in (cause.casefold(), cause.partition(":")[2].casefold(), labels.get(cause, cause).casefold()):
            return cause
    marked = ", ".join(fixes) or "none at all"
    raise NotFound(f"{name!r} is not marked as fixed; marked are: {marked}")
