"""Computing the reports of an analysis: one per wave and one on all waves."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.annotate.classification import CommentAnnotator
from pipelines.annotate.columns import Annotations
from pipelines.causes.fixes import fix_outcomes
from pipelines.disclosure.release import ReleasePlan
from pipelines.report.effort import with_efforts
from pipelines.report.fixes import with_fixes
from pipelines.report.waves import anonymous_reports_on_waves, report_on_waves
from pipelines.tabulate.tabulation import tabulate
from saywhy import store
from saywhy.errors import NothingToAnalyse
from saywhy.publication import PublishedGroup
from saywhy.report import ALL_WAVES
from saywhy.run import Run
from saywhy.store import Connection, Engine
from service.drift import keep_look, look
from service.progress import Progress
from service.reports.reading import find_latest_report
from service.survey import keep_survey
from service.webhooks.events import tell_report_changes


def write_reports(
    engine: Engine,
    snapshot: Connection,
    workspace_id: int,
    annotator: CommentAnnotator,
    annotations: Annotations,
    plan: ReleasePlan | None,
    run: Run,
    progress: Progress,
) -> None:
    """Compute and keep a report for each wave and one on all waves, on the responses of the snapshot, or on those that
    the `plan` of an anonymous workspace selects.
    """
    responses = store.responses.load(snapshot, workspace_id)
    audits = store.audits.load(snapshot, workspace_id)
    with store.reading(engine) as connection:  # the topics were written after the snapshot
        now = datetime.now(UTC)  # later edits are not in these reports
        data = tabulate(
            plan.select(responses) if plan else responses,
            annotations,
            store.topics.load(connection, workspace_id),
            store.topics.assignments(connection, workspace_id),
            annotator.code_frame,
        )
        fixes = store.fixes.load(connection, workspace_id)
    drift = look(snapshot, workspace_id, data, annotations, annotator, now)
    model, groups = annotator.model, set[PublishedGroup]()

    def report_progress(done: int, total: int) -> None:
        progress("report", done, total)

    if plan is None:
        reports = report_on_waves(data, model, now, audits=audits, progress=report_progress)
        reports = [with_fixes(report, fix_outcomes(data, report.wave, fixes.values())) for report in reports]
    else:  # an anonymous workspace has no fixes
        reports, known = anonymous_reports_on_waves(data, model, now, plan, progress=report_progress)
        groups = known.stored(plan.positions) - {*plan.groups}
    with engine.begin() as connection:
        before = find_latest_report(connection, workspace_id, ALL_WAVES)
        efforts, marked = store.efforts.load(connection, workspace_id), store.fixes.load(connection, workspace_id)
        for report in reports:
            if plan is None and marked != fixes:  # people marked or removed some meanwhile
                report = with_fixes(report, fix_outcomes(data, report.wave, marked.values()))
            store.reports.save(connection, workspace_id, run.id, with_efforts(report, efforts))
        if plan is None:
            # Nobody is of another wave any more. What was published stays: later publications count on it.
            store.reports.keep_waves(connection, workspace_id, {report.wave for report in reports})
            keep_survey(connection, workspace_id, model, data, store.workspaces.revision(snapshot, workspace_id))
        store.published_groups.add(connection, workspace_id, groups)
        tell_report_changes(connection, workspace_id, before, annotator.code_frame)
        keep_look(connection, workspace_id, drift)
    progress("report", len(reports), len(reports))


def release_plan(connection: Connection, workspace_id: int) -> ReleasePlan | None:
    """What may be published this time; None if the workspace did not promise anonymity.

    Raises `NothingToAnalyse` if all responses wait for others.
    """
    if not store.workspaces.is_anonymous(connection, workspace_id):
        return None
    responses = store.responses.load(connection, workspace_id)
    history = store.reports.history(connection, workspace_id)
    plan = ReleasePlan.of(responses, history, store.published_groups.load(connection, workspace_id))
    if not plan.selected.any():
        raise NothingToAnalyse("no wave of this anonymous workspace has five responses with a score yet")
    return plan
