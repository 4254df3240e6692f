"""The notes of a report: what a reader must know to read its numbers correctly.

A note is a key and values; the sentences are in `pipelines/render/wording/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.disclosure.thresholds import SMALLEST_GROUP, SMALLEST_QUOTED, is_disclosive
from pipelines.impact.estimates import FEW_MENTIONS
from saywhy.audit import MIN_COMMENTS
from saywhy.note import Note
from saywhy.report import Audit, Report

#: With fewer scored responses, a note says how wide the interval of the NPS is.
FEW_RESPONSES = 100


def notes(
    report: Report,
    *,
    base: int,
    unread: int,
    verdicts: int,
    dropped: Sequence[str],
    predictive: Sequence[str] = (),
    anonymous: bool = False,
) -> tuple[Note, ...]:
    """The notes on a report.

    `base` is the number of responses on which the impact is measured, `unread` that of the answers that no model has
    annotated, `verdicts` that of the comments that judge without giving a reason. `dropped` names the dimensions with
    too many values to be segments, `predictive` those that may be a consequence of the score
    (`pipelines.causes.predictive_segments`). `anonymous`: anonymity was promised, and small groups are hidden in the
    report.
    """
    return (
        *_score_notes(report),
        *_ranking_notes(report, base, anonymous),
        *([Note("predictive", {"names": tuple(predictive)})] if predictive and not anonymous else []),
        *(note for note in _exclusion_notes(report, unread, verdicts, dropped) if not (anonymous and _is_on_few(note))),
        *_privacy_notes(report, anonymous),
    )


def sampled(report: Report, responses: int) -> Note:
    """The note on a report that is of a sample of `responses`."""
    return Note("sampled", {"n": report.counts.responses, "total": responses})


def _score_notes(report: Report) -> Iterator[Note]:
    nps, with_comment = report.nps, report.nps_with_comment
    if nps is None:
        yield Note("no_nps")
    elif nps.n < FEW_RESPONSES:
        yield Note("few_responses", {"n": nps.n, "low": nps.low, "high": nps.high})
    if nps and with_comment and nps.n != with_comment.n:
        values = {"n": nps.n, "score": nps.score, "m": with_comment.n, "beside": with_comment.score}
        yield Note("two_bases", {**values})
    for rating in report.ratings:
        yield Note("rating", {"n": rating.n, "scale": rating.scale})


def _is_on_few(note: Note) -> bool:
    n = note.values.get("n")
    return isinstance(n, int) and is_disclosive(n)


def _ranking_notes(report: Report, base: int, anonymous: bool) -> Iterator[Note]:
    if not report.issues and not report.delights:
        return
    if not base:
        yield Note("no_impact")
        return
    with_comment = report.nps_with_comment.n if report.nps_with_comment else 0
    is_hidden = anonymous and (not with_comment or is_disclosive(with_comment - base))
    yield Note("association_hidden") if is_hidden else Note("association", {"n": base})
    yield Note("order")
    yield _audit_note(report.audit)
    if report.issues and not any(issue.significant for issue in report.issues):
        yield Note("all_by_chance")
    few = sum(issue.mentions < FEW_MENTIONS for issue in report.issues)
    if few:
        yield Note("few_mentions", {"few": few, "n": len(report.issues), "least": FEW_MENTIONS})


def _audit_note(audit: Audit | None) -> Note:
    if audit is None:
        return Note("unaudited")
    if audit.precision is None or audit.recall is None:
        return Note("audit_small", {"n": audit.comments, "least": MIN_COMMENTS})
    values = {"precision_rate": audit.precision, "recall_rate": audit.recall}
    return Note("audited", {"n": audit.comments, "missing": audit.missing, **values})


def _exclusion_notes(report: Report, unread: int, verdicts: int, dropped: Sequence[str]) -> Iterator[Note]:
    if verdicts:
        yield Note("verdicts", {"n": verdicts})
    if report.counts.non_answers:
        yield Note("non_answers", {"n": report.counts.non_answers})
    if unread:
        yield Note("unread", {"n": unread})
    if dropped:
        yield Note("dropped", {"names": tuple(dropped)})


def _privacy_notes(report: Report, anonymous: bool) -> Iterator[Note]:
    if anonymous:
        yield Note("anonymous", {"group": SMALLEST_GROUP, "quoted": SMALLEST_QUOTED})
        return
    smallest = min((group.nps.n for group in report.segments), default=SMALLEST_GROUP)
    if smallest < SMALLEST_GROUP:
        yield Note("small_groups", {"n": SMALLEST_GROUP})
