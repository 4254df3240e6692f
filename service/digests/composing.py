"""The job of a digest: what its view shows of the latest report goes into the outbox."""

from __future__ import annotations

from models.registry import code_frame
from pipelines.render.digest import digest_data
from pipelines.report.staff_names import hide_staff_names
from saywhy import store
from saywhy.digest import Digest, DigestOutcome
from saywhy.job import Values
from saywhy.report import Report
from saywhy.store import Connection
from saywhy.view_filters import Filters
from saywhy.webhook import EventType, NewEvent
from service.code_frames import chosen_code_frame
from service.handling import causes_aside
from service.job_kinds import DigestArguments, RunningJob
from service.reports.reading import find_latest_report
from service.webhooks.outbox import as_json, tell

#: Why nothing was sent, for whoever looks at the job.
_REASONS = {
    DigestOutcome.NOTHING_NEW: "nothing was sent: there is no report newer than the last digest",
    DigestOutcome.NO_REPORT: "nothing was sent: the wave of the view has no report",
    DigestOutcome.NO_RECIPIENT: "nothing was sent: all recipients of the digest are disabled or were removed",
}


def compose(job: RunningJob, arguments: DigestArguments) -> None:
    """Record the digest for its endpoints, unless there is nothing new; the job says which.

    What it tells is read and recorded in one transaction, which nobody who deletes responses can come between. Raises
    `DigestNotFound` if it was removed meanwhile, and `InvalidInput` if its view cannot be read (any more).
    """
    frame = chosen_code_frame(job.engine, job.workspace, code_frame(job.models.registry))
    aside = causes_aside(job.engine, job.workspace)
    with job.engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, job.workspace)
        store.workspaces.lock(connection, workspace_id)
        digest = store.digests.find(connection, workspace_id, arguments.digest)
        filters = Filters.of_address(digest.view.address)
        report = find_latest_report(connection, workspace_id, filters.wave)
        endpoints = _enabled(connection, workspace_id, digest)
        outcome = _outcome(digest, report, endpoints, is_test=arguments.is_test)
        event_id = None
        if report is not None and outcome.is_sent:
            data = digest_data(digest, filters, hide_staff_names(report), frame, aside=aside, is_test=arguments.is_test)
            [event_id] = tell(connection, workspace_id, [NewEvent(EventType.DIGEST, as_json(data))], endpoints)
        _record(connection, workspace_id, digest, report, outcome, event_id)
        result: Values = {
            "digest": digest.id,
            "outcome": outcome,
            "report": report and report.generated_at,
            "messages": len(endpoints) if outcome.is_sent else 0,
        }
        job.succeed(connection, result, _REASONS.get(outcome))


def _enabled(connection: Connection, workspace_id: int, digest: Digest) -> list[int]:
    """The endpoints of the digest to which anything is sent."""
    endpoints = store.webhooks.load(connection, workspace_id)
    return [endpoint.id for endpoint in endpoints if endpoint.id in digest.endpoints and endpoint.is_enabled]


def _outcome(digest: Digest, report: Report | None, endpoints: list[int], *, is_test: bool) -> DigestOutcome:
    if report is None:
        return DigestOutcome.NO_REPORT
    if not endpoints:
        return DigestOutcome.NO_RECIPIENT
    if is_test:
        return DigestOutcome.TEST
    is_new = digest.report is None or report.generated_at > digest.report
    return DigestOutcome.SENT if is_new else DigestOutcome.NOTHING_NEW


def _record(
    connection: Connection,
    workspace_id: int,
    digest: Digest,
    report: Report | None,
    outcome: DigestOutcome,
    event_id: str | None,
) -> None:
    """Remember what came of it; of what was not sent, the messages of the last time stay known."""
    values = {"last_at": store.jobs.clock(connection), "last_outcome": outcome}
    if event_id is not None:
        values["event_id"] = event_id
    if report is not None and outcome is DigestOutcome.SENT:
        values["report"] = report.generated_at
    store.digests.change(connection, workspace_id, digest.id, values)
