"""What subscribers are told of. Each function is called in the transaction of what it tells of, and records nothing if
nobody has subscribed to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.clean.personal_data import mask
from saywhy import store
from saywhy.annotation import Annotation, Polarity
from saywhy.code_frame import CodeFrame
from saywhy.customer import CustomerAlert
from saywhy.drift import Drift
from saywhy.feedback import Response, Scale
from saywhy.fix import FixOutcome, FixState
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES, Alert, Report
from saywhy.run import Run
from saywhy.store import Connection
from saywhy.store.cases import CaseFilter
from saywhy.webhook import EventType, NewEvent
from saywhy.webhook_data import (
    AccountData,
    CauseData,
    ComplaintData,
    DetractorData,
    DriftData,
    FixData,
    NpsData,
    PraiseData,
    ReportData,
)
from service.reports.reading import find_latest_report
from service.webhooks.outbox import as_json, subscribers, tell

#: Older answers are history, which imports bring in thousands: nobody is told of them.
MAX_AGE = timedelta(days=30)

#: Longest comment of a message, in characters.
LONGEST_COMMENT = 1000

#: The theme of the code frame that is about employees.
STAFF = "staff"

#: Causes of a report that a message names.
CAUSES = 3


def tell_new_detractors(
    connection: Connection, workspace_id: int, keys: Collection[tuple[str, str]], now: datetime | None = None
) -> None:
    """Tell of the responses with these (source, external id), which are detractors from now on."""
    endpoints = subscribers(connection, workspace_id, EventType.NEW_DETRACTOR) if keys else []
    if not endpoints:
        return
    ids = store.response_ids.of_keys(connection, workspace_id, keys)
    cases = store.cases.page(connection, workspace_id, CaseFilter(responses=ids), len(ids))
    case_of = {case.response_id: case.id for case in cases}
    events = [
        NewEvent(
            EventType.NEW_DETRACTOR,
            as_json(DetractorData(**_members(response), case=case_of.get(response_id))),
            _personal(response),
            response_id,
        )
        for response_id, response in _recent(connection, workspace_id, ids, now)
    ]
    tell(connection, workspace_id, events, endpoints)


def tell_praise(
    connection: Connection,
    workspace_id: int,
    model: str,
    annotations: Mapping[str, Annotation],
    now: datetime | None = None,
) -> None:
    """Tell of comments that praise employees, by content hash, which were just annotated for the first time."""
    praising = [
        content_hash
        for content_hash, annotation in annotations.items()
        if any(label.theme == STAFF and label.polarity is Polarity.POSITIVE for label in annotation.themes)
    ]
    endpoints = subscribers(connection, workspace_id, EventType.STAFF_PRAISED) if praising else []
    if not endpoints:
        return
    known = store.annotations.with_another_model(connection, workspace_id, model, praising)
    ids = store.response_ids.of_comments(connection, workspace_id, set(praising) - known)
    events = [
        NewEvent(
            EventType.STAFF_PRAISED,
            as_json(PraiseData(**_members(response))),
            (_personal(response) or {}) | {"comment": _comment(response, show_staff_names=True)},
            response_id,
        )
        for response_id, response in _recent(connection, workspace_id, ids, now)
    ]
    tell(connection, workspace_id, events, endpoints)


def tell_turned(connection: Connection, workspace_id: int, alerts: Collection[CustomerAlert]) -> None:
    """Tell of accounts that turned from one band to another."""
    endpoints = subscribers(connection, workspace_id, EventType.ACCOUNT_TURNED) if alerts else []
    if not endpoints:
        return
    companies = store.customers.companies(connection, workspace_id, {alert.account for alert in alerts})
    events = [
        NewEvent(
            EventType.ACCOUNT_TURNED,
            as_json(
                AccountData(
                    account=alert.account if alert.account in companies else None,
                    before=alert.before,
                    after=alert.after,
                    health=alert.health,
                    is_worse=alert.is_worse,
                )
            ),
            None if alert.account in companies else {"account": alert.account},
            account=alert.account,
        )
        for alert in alerts
    ]
    tell(connection, workspace_id, events, endpoints)


def tell_report_changes(
    connection: Connection, workspace_id: int, before: Report | None, code_frame: CodeFrame
) -> None:
    """Tell which alerts and regressed fixes the latest report on all waves has, and the one before it had not."""
    after = find_latest_report(connection, workspace_id, ALL_WAVES)
    if after is None:
        return
    if endpoints := subscribers(connection, workspace_id, EventType.COMPLAINT_RISING):
        known = {(alert.wave, alert.key) for alert in before.alerts} if before else set()
        new = [alert for alert in after.alerts if (alert.wave, alert.key) not in known]
        data = (as_json(_complaint(alert, _labels(alert.key, after, code_frame))) for alert in new)
        tell(connection, workspace_id, [NewEvent(EventType.COMPLAINT_RISING, each) for each in data], endpoints)
    if endpoints := subscribers(connection, workspace_id, EventType.FIX_REGRESSED):
        regressed = {*map(_start, _regressed(before))} if before else set()
        fixes = [
            as_json(_fix(outcome, _labels(CauseKey.parse(outcome.cause), after, code_frame) or outcome.labels))
            for outcome in _regressed(after)
            if _start(outcome) not in regressed
        ]
        tell(connection, workspace_id, [NewEvent(EventType.FIX_REGRESSED, each) for each in fixes], endpoints)


def tell_finished(connection: Connection, workspace_id: int, run: Run, code_frame: CodeFrame) -> None:
    """Tell that the reports of a run are there."""
    endpoints = subscribers(connection, workspace_id, EventType.REPORT_FINISHED)
    report = find_latest_report(connection, workspace_id, ALL_WAVES) if endpoints else None
    if report is None:
        return
    data = ReportData(
        run=run.id,
        waves=tuple(wave for wave in store.reports.waves(connection, workspace_id) if wave != ALL_WAVES),
        responses=report.counts.responses,
        nps=NpsData(report.nps.score, report.nps.low, report.nps.high, report.nps.n) if report.nps else None,
        causes=tuple(
            CauseData(
                str(issue.key), issue.label, issue.impact, issue.low, issue.high, issue.mentions,
                _labels(issue.key, report, code_frame),
            )
            for issue in report.issues[:CAUSES]
            if report.nps
        ),
    )  # fmt: skip
    tell(connection, workspace_id, [NewEvent(EventType.REPORT_FINISHED, as_json(data))], endpoints)


def tell_drift(connection: Connection, workspace_id: int, before: Drift | None, drift: Drift) -> None:
    """Tell what has drifted, and had not in the look before at the same wave."""
    known = before.drifted if before is not None and before.wave == drift.wave else frozenset()
    new = [each.aspect for each in drift.aspects if each.aspect in drift.drifted - known]
    endpoints = subscribers(connection, workspace_id, EventType.DRIFT_FOUND) if new else []
    data = DriftData(tuple(new), drift.model, drift.wave, drift.since)
    if endpoints:
        tell(connection, workspace_id, [NewEvent(EventType.DRIFT_FOUND, as_json(data))], endpoints)


def _recent(
    connection: Connection, workspace_id: int, ids: Collection[int], now: datetime | None
) -> Iterator[tuple[int, Response]]:
    """The responses with their ids, but for those that were answered long ago."""
    since = (now or datetime.now(UTC)) - MAX_AGE
    ordered = sorted(ids)
    for response_id, response in zip(ordered, store.responses.by_id(connection, workspace_id, ordered), strict=True):
        if response.answered_at is None or response.answered_at >= since:
            yield response_id, response


def _members(response: Response) -> dict[str, Any]:
    """The members of `ResponseData`, without personal data."""
    score = response.score
    return {
        "source": response.source,
        "response": response.external_id,
        "score": score.value if score and score.scale is Scale.NPS else None,
        "comment": _comment(response),
        "wave": response.wave,
        "answered_at": response.answered_at,
        "account": (response.customer and response.customer.account) or None,
    }


def _comment(response: Response, *, show_staff_names: bool = False) -> str | None:
    """The comment as it is shown, cut if it is long."""
    if response.comment is None:
        return None
    text, _ = mask(response.comment.verbatim, show_staff_names=show_staff_names)
    return text if len(text) <= LONGEST_COMMENT else text[:LONGEST_COMMENT] + "…"


def _personal(response: Response) -> dict[str, Any] | None:
    customer = response.customer and response.customer.id
    return {"customer": customer} if customer else None


def _complaint(alert: Alert, labels: dict[str, str]) -> ComplaintData:
    return ComplaintData(
        cause=str(alert.key),
        label=alert.label,
        wave=alert.wave,
        rate=alert.rate,
        expected=alert.expected,
        mentions=alert.mentions,
        p_value=alert.p_value,
        labels=labels,
    )


def _fix(outcome: FixOutcome, labels: dict[str, str]) -> FixData:
    assert outcome.after.rate is not None  # it has regressed, so there are both
    assert outcome.target is not None
    return FixData(
        outcome.cause, outcome.label, outcome.wave, outcome.date, outcome.after.rate.value, outcome.target, labels
    )


def _regressed(report: Report) -> list[FixOutcome]:
    return [outcome for outcome in report.fixes if outcome.state is FixState.REGRESSED]


def _start(outcome: FixOutcome) -> tuple[str, str | None, str | None]:
    """Tells fixes apart: a cause may be fixed again."""
    return outcome.cause, outcome.wave, outcome.date


def _labels(cause: CauseKey, report: Report, code_frame: CodeFrame) -> dict[str, str]:
    """How a cause is called, by language, as far as that is known."""
    if cause.kind == "theme" and cause.id in code_frame.ids:
        return dict(code_frame[cause.id].names)
    return next((issue.labels for issue in (*report.issues, *report.delights) if issue.key == cause), {})
