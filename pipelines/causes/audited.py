"""What the model's errors do to the numbers: estimates that take a person's reading of a random sample into account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.arrays import Floats
from pipelines.annotate.columns import VERDICT
from pipelines.causes.ranking import controls_of, measured_on
from pipelines.impact.nps import Z95
from pipelines.impact.prediction_powered import prediction_powered
from pipelines.impact.recoverable import recoverable, with_influence
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.audit import LEAST_COMMENTS, AuditLabel
from saywhy.estimate import Estimate
from saywhy.issue import Audited, Issue
from saywhy.report import Audit, Report

#: A cause that a person found in fewer responses of the sample has no points by it.
LEAST_MENTIONS = 5

Audits = Mapping[str, Sequence[AuditLabel]]
_SIDES = (Polarity.NEGATIVE, Polarity.POSITIVE)


def audit_report(report: Report, frame: SurveyData, rows: NDArray[np.bool_], audits: Audits) -> Report:
    """The report with what audited comments make of it, where there are enough; `rows` are its responses.

    The audited comments have to be a random sample (`saywhy.store.audits`). Only themes of the code frame: by nothing
    else are comments labelled.
    """
    base = measured_on(frame, rows)
    listed = sorted(set(frame.comment[base].tolist()))
    audited = [place for place in listed if frame.hashes[place] in audits]
    if not audited or not (frame.scored & base).any():
        return report
    last = max(frame.hashes[place] for place in audited)
    found = Audit(len(audited), sum(frame.hashes[place] <= last for place in listed) - len(audited), None, None)
    if len(audited) < LEAST_COMMENTS:
        return replace(report, audit=found)
    sides = _Sides(frame, base, audits, audited)
    right, by_model, by_person = sides.agreement()
    found = replace(
        found, precision=right / by_model if by_model else None, recall=right / by_person if by_person else None
    )
    estimates = _estimates(frame, base, sides, int((rows & frame.scored).sum()))
    return replace(
        report,
        audit=found,
        issues=tuple(_audited(issue, Polarity.NEGATIVE, estimates) for issue in report.issues),
        delights=tuple(_audited(issue, Polarity.POSITIVE, estimates) for issue in report.delights),
    )


def _audited(issue: Issue, side: Polarity, estimates: Mapping[tuple[Polarity, str], Audited]) -> Issue:
    return replace(issue, audited=estimates.get((side, issue.id))) if issue.kind == "theme" else issue


class _Sides:
    """Who names which theme on which side, by the model and by a person: columns are the blamed, then the praised."""

    def __init__(self, frame: SurveyData, base: NDArray[np.bool_], audits: Audits, audited: Sequence[int]) -> None:
        # A theme that people made of a topic is not on the sheet: that nobody marked it says nothing of it.
        themes = [place for place, cause in enumerate(frame.causes) if cause.is_coded]
        self.keys = [(side, frame.causes[theme].id) for side in _SIDES for theme in themes]
        by_model = [frame.named(side, base)[:, themes] for side in _SIDES]
        self.by_model = sparse.csr_array(sparse.hstack(by_model, format="csr", dtype=bool))
        comment = frame.comment[base]
        self.sample = np.flatnonzero(np.isin(comment, audited))  # places in the base
        _, self.comment = np.unique(comment[self.sample], return_inverse=True)
        column = {key: place for place, key in enumerate(self.keys)}
        read = {place: audits[frame.hashes[place]] for place in audited}
        cells = [
            (row, column[side, label.theme])
            for row, place in enumerate(comment[self.sample].tolist())
            for label in read[place]
            for side in _sides(label.polarity)
            if (side, label.theme) in column
        ]
        places = tuple(np.array(cells, dtype=np.intp).reshape(-1, 2).T)
        shape = (len(self.sample), len(self.keys))
        self.by_person = sparse.csr_array((np.ones(len(cells), dtype=np.int8), places), shape).astype(bool)

    def agreement(self) -> tuple[int, int, int]:
        """Mentions in the sample that both found, that the model found, that the person found."""
        model = self.by_model[self.sample]
        both = int(model.multiply(self.by_person).sum())
        return both, int(model.sum()), int(self.by_person.sum())


def _sides(polarity: Polarity) -> tuple[Polarity, ...]:
    return _SIDES if polarity is Polarity.MIXED else (polarity,) if polarity in _SIDES else ()


def _estimates(
    frame: SurveyData, base: NDArray[np.bool_], sides: _Sides, responses: int
) -> dict[tuple[Polarity, str], Audited]:
    """Rate and recoverable points of each theme and side that the model has found."""
    points, controls = frame.points[base], controls_of(frame, base)
    sample, share = sides.sample, len(sides.sample) / len(points)
    held = np.flatnonzero(np.asarray(sides.by_model.astype(np.int64).sum(axis=0)))
    if not len(held):
        return {}
    by_model, by_person = sides.by_model[:, held], sides.by_person[:, held]
    mentions = np.asarray(by_person.astype(np.int64).sum(axis=0))

    def by_comment(found: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Comments are what was drawn: the responses that share one move a number together."""
        summed = np.zeros((int(sides.comment.max()) + 1, found[1].shape[1]))
        np.add.at(summed, sides.comment, found[1])
        return found[0], summed * (len(summed) / len(sides.comment))

    def rates(named: sparse.csr_array) -> tuple[Floats, Floats]:
        dense = named.toarray().astype(np.float64)
        return dense.mean(axis=0), dense - dense.mean(axis=0)

    whole = np.asarray(by_model.astype(np.int64).sum(axis=0)) / len(points)
    person, model = by_comment(rates(by_person)), by_comment(rates(by_model[sample]))
    rate, variance = prediction_powered(person, model, whole, whole * (1 - whole) / len(points), share)
    # As in the adjusted Wald interval: where no error was seen, there may be some all the same.
    variance = variance + 1.5 / (len(person[1]) + 3) / len(person[1])
    margin = Z95 * np.sqrt(variance)

    won = recoverable(points, by_model, controls)
    own = controls[sample]
    person, model = (by_comment(with_influence(points[sample], named, own)) for named in (by_person, by_model[sample]))
    value, variance = prediction_powered(person, model, won.points, won.covariance.diagonal(), share)
    diluted = len(points) / responses
    variance = diluted**2 * variance + value**2 * diluted * (1 - diluted) / responses
    value, error = diluted * value, Z95 * np.sqrt(variance)
    found = {}
    for place, code in enumerate(held.tolist()):
        side, theme = sides.keys[code]
        sign = 1 if side is Polarity.NEGATIVE else -1
        ends = sorted((sign * (value[place] - error[place]), sign * (value[place] + error[place])))
        impact = Estimate(float(sign * value[place]), float(max(ends[0], -200)), float(min(ends[1], 200)))
        found[side, theme] = Audited(
            rate=Estimate(
                float(np.clip(rate[place], 0, 1)),
                float(np.clip(rate[place] - margin[place], 0, 1)),
                float(np.clip(rate[place] + margin[place], 0, 1)),
            ),
            model_rate=float(whole[place]),
            impact=impact if mentions[place] >= LEAST_MENTIONS and theme != VERDICT else None,
        )
    return found
