"""What a reader must know to read the numbers rightly. The sentences themselves are in pipelines/render/wording/."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.disclosure.suppression import SMALLEST_GROUP, SMALLEST_QUOTED
from saywhy.audit import LEAST_COMMENTS
from saywhy.report import Audit, Note, Report

#: Below so many scores, or mentions of a cause, an interval is too wide to tell much.
FEW_RESPONSES = 100
FEW_MENTIONS = 30


def notes(
    report: Report, *, base: int, unread: int, verdicts: int, dropped: Sequence[str], anonymous: bool = False
) -> tuple[Note, ...]:
    """The notes on a report. `base` counts the responses that the impact is measured on, `unread` the answers that no
    model has read, `verdicts` those that judge without a reason, `dropped` are the dimensions that are no segments.
    Where anonymity was promised (`anonymous`), the report is without what reveals few people.
    """
    return (
        *_on_the_scores(report),
        *_on_the_ranking(report, base),
        *_on_what_is_left_out(report, unread, verdicts, dropped),
        *_on_people(report, anonymous),
    )


def _on_the_scores(report: Report) -> Iterator[Note]:
    everyone, writers = report.nps, report.nps_with_comment
    if everyone is None:
        yield Note("no_nps")
    elif everyone.n < FEW_RESPONSES:
        yield Note("few_responses", {"n": everyone.n, "low": everyone.low, "high": everyone.high})
    if everyone and writers and everyone.n != writers.n:
        values = {"n": everyone.n, "score": everyone.score, "m": writers.n, "beside": writers.score}
        yield Note("two_bases", {**values})
    for rating in report.ratings:
        yield Note("rating", {"n": rating.n, "scale": rating.scale})


def _on_the_ranking(report: Report, base: int) -> Iterator[Note]:
    if not report.issues and not report.delights:
        return
    if not base:
        yield Note("no_impact")
        return
    yield Note("association", {"n": base})
    yield Note("order")
    yield _on_the_audit(report.audit)
    if report.issues and not any(issue.significant for issue in report.issues):
        yield Note("all_by_chance")
    few = sum(issue.mentions < FEW_MENTIONS for issue in report.issues)
    if few:
        yield Note("few_mentions", {"few": few, "n": len(report.issues), "least": FEW_MENTIONS})


def _on_the_audit(audit: Audit | None) -> Note:
    if audit is None:
        return Note("unaudited")
    if audit.precision is None or audit.recall is None:
        return Note("audit_small", {"n": audit.comments, "least": LEAST_COMMENTS})
    values = {"precision_rate": audit.precision, "recall_rate": audit.recall}
    return Note("audited", {"n": audit.comments, "missing": audit.missing, **values})


def _on_what_is_left_out(report: Report, unread: int, verdicts: int, dropped: Sequence[str]) -> Iterator[Note]:
    if verdicts:
        yield Note("verdicts", {"n": verdicts})
    if report.counts.non_answers:
        yield Note("non_answers", {"n": report.counts.non_answers})
    if unread:
        yield Note("unread", {"n": unread})
    if dropped:
        yield Note("dropped", {"names": tuple(dropped)})


def _on_people(report: Report, anonymous: bool) -> Iterator[Note]:
    if anonymous:
        yield Note("anonymous", {"group": SMALLEST_GROUP, "quoted": SMALLEST_QUOTED})
        return
    smallest = min((group.nps.n for group in report.segments), default=SMALLEST_GROUP)
    if smallest < SMALLEST_GROUP:
        yield Note("small_groups", {"n": SMALLEST_GROUP})
