"""Corrects numbers of themes for the model's errors, by comments of a random sample that a person has labelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from models.arrays import Floats
from pipelines.causes.analysis import SIDES, Analysis
from pipelines.impact.adjusted_wald import added_variance
from pipelines.impact.nps import MAX_CHANGE, Z95, bounded_estimate
from pipelines.impact.prediction_powered import prediction_powered
from pipelines.impact.recoverable import recoverable, with_influence
from saywhy.annotation import Polarity
from saywhy.audit import MIN_COMMENTS, AuditLabel
from saywhy.code_frame import VERDICT
from saywhy.estimate import Estimate
from saywhy.issue import AuditedEstimates, Issue
from saywhy.report import Audit, Report

#: An audited impact is stated only if the person labelled the cause in at least this many responses of the sample.
MIN_LABELLED_MENTIONS = 5

#: The labels of audited comments, by content hash.
Audits = Mapping[str, Sequence[AuditLabel]]

#: A theme on one side: blamed or praised.
_Side = tuple[Polarity, str]

#: An estimate of K numbers, (K,), and the influence of each unit of the sample on it, (n, K).
_Influences = tuple[Floats, Floats]


def audit_report(report: Report, analysis: Analysis, audits: Audits) -> Report:
    """The report with precision and recall of the model, and with audited numbers for its themes.

    The audited comments have to be a random sample (`saywhy.store.audits`). With fewer than `MIN_COMMENTS` of them
    only their number is stated. Only themes of the code frame are corrected: people can label with no other themes.
    """
    hashes = analysis.data.hashes
    comments = sorted(set(analysis.data.comment[analysis.base].tolist()))
    audited = [comment for comment in comments if hashes[comment] in audits]
    if not audited or not analysis.is_scored:
        return report
    # The sample is the comments with the smallest hashes, so it reaches up to the largest audited one.
    last = max(hashes[comment] for comment in audited)
    sampled = sum(hashes[comment] <= last for comment in comments)
    audit = Audit(len(audited), sampled - len(audited), None, None)
    if len(audited) < MIN_COMMENTS:
        return replace(report, audit=audit)
    sample = _LabelledSample(analysis, audits, audited)
    agreed, by_model, by_person = sample.agreement()
    audit = replace(
        audit,
        precision=agreed / by_model if by_model else None,
        recall=agreed / by_person if by_person else None,
    )
    corrected = _corrected(analysis, sample)
    return replace(
        report,
        audit=audit,
        issues=tuple(_with_audited(issue, Polarity.NEGATIVE, corrected) for issue in report.issues),
        delights=tuple(_with_audited(issue, Polarity.POSITIVE, corrected) for issue in report.delights),
    )


def _with_audited(issue: Issue, polarity: Polarity, corrected: Mapping[_Side, AuditedEstimates]) -> Issue:
    return replace(issue, audited=corrected.get((polarity, issue.id))) if issue.kind == "theme" else issue


class _LabelledSample:
    """Indicator matrices response × (polarity, theme): by the model on the base, by the person on the sample."""

    def __init__(self, analysis: Analysis, audits: Audits, audited: Sequence[int]) -> None:
        data = analysis.data
        # A theme that people made of a topic is not on the labelling sheet: no label does not mean no mention.
        themes = [index for index, cause in enumerate(data.causes) if cause.is_coded]
        self.keys: list[_Side] = [(polarity, data.causes[theme].id) for polarity in SIDES for theme in themes]
        by_model = [analysis.named[polarity][:, themes] for polarity in SIDES]
        self.by_model = sparse.csr_array(sparse.hstack(by_model, format="csr", dtype=bool))
        comment = data.comment[analysis.base]
        self.rows = np.flatnonzero(np.isin(comment, audited))  # of the base
        _, self.comment = np.unique(comment[self.rows], return_inverse=True)  # index of each row's comment
        column = {key: index for index, key in enumerate(self.keys)}
        cells = [
            (row, column[polarity, label.theme])
            for row, audited_comment in enumerate(comment[self.rows].tolist())
            for label in audits[data.hashes[audited_comment]]
            for polarity in _sides(label.polarity)
            if (polarity, label.theme) in column
        ]
        indices = tuple(np.array(cells, dtype=np.intp).reshape(-1, 2).T)
        shape = (len(self.rows), len(self.keys))
        self.by_person = sparse.csr_array((np.ones(len(cells), dtype=np.int8), indices), shape).astype(bool)

    def agreement(self) -> tuple[int, int, int]:
        """Mentions in the sample: by both, by the model, by the person."""
        by_model = self.by_model[self.rows]
        both = int(by_model.multiply(self.by_person).sum())
        return both, int(by_model.sum()), int(self.by_person.sum())

    def by_comment(self, estimate: _Influences) -> _Influences:
        """The influences summed by comment: comments were sampled, and several responses may share one."""
        value, influence = estimate
        summed = np.zeros((int(self.comment.max()) + 1, influence.shape[1]))
        np.add.at(summed, self.comment, influence)
        return value, summed * (len(summed) / len(self.comment))


def _sides(polarity: Polarity) -> tuple[Polarity, ...]:
    return SIDES if polarity is Polarity.MIXED else (polarity,) if polarity in SIDES else ()


def _corrected(analysis: Analysis, sample: _LabelledSample) -> dict[_Side, AuditedEstimates]:
    """The audited numbers of each theme and side that the model found."""
    columns = np.flatnonzero(_mentions(sample.by_model))
    if not len(columns):
        return {}
    by_model, by_person = sample.by_model[:, columns], sample.by_person[:, columns]
    rates, model_rate = _rates(sample, by_model, by_person)
    points = _recoverable_points(analysis, sample, by_model, by_person)
    mentions = _mentions(by_person)
    corrected = {}
    for index, column in enumerate(columns.tolist()):
        polarity, theme = sample.keys[column]
        is_stated = mentions[index] >= MIN_LABELLED_MENTIONS and theme != VERDICT
        corrected[polarity, theme] = AuditedEstimates(
            rate=rates[index],
            model_rate=float(model_rate[index]),
            impact=_impact(points[0][index], points[1][index], polarity) if is_stated else None,
        )
    return corrected


def _rates(
    sample: _LabelledSample, by_model: sparse.csr_array, by_person: sparse.csr_array
) -> tuple[list[Estimate], Floats]:
    """The share of responses that name each column, prediction-powered, and the same by the model alone (K,)."""
    base = by_model.shape[0]
    model_rate = _mentions(by_model) / base
    person, model = (sample.by_comment(_mean(named)) for named in (by_person, by_model[sample.rows]))
    share = len(sample.rows) / base
    rate, variance = prediction_powered(person, model, model_rate, model_rate * (1 - model_rate) / base, share)
    # As in the adjusted-Wald interval: the variance stays positive where the sample shows no error of the model.
    variance = variance + added_variance(len(person[1]))
    margin = Z95 * np.sqrt(variance)
    value, low, high = (np.clip(end, 0, 1).tolist() for end in (rate, rate - margin, rate + margin))
    return [Estimate(*ends) for ends in zip(value, low, high, strict=True)], model_rate


def _recoverable_points(
    analysis: Analysis, sample: _LabelledSample, by_model: sparse.csr_array, by_person: sparse.csr_array
) -> tuple[Floats, Floats]:
    """The recoverable points of each column, prediction-powered, and the margin of their interval: (K,), (K,)."""
    # Without controls: a sample of a few dozen comments has too few of each segment.
    scores, rows = analysis.scores, sample.rows
    share = len(rows) / len(scores)
    on_all = recoverable(scores, by_model, customer=analysis.customer)
    person, model = (sample.by_comment(with_influence(scores[rows], named)) for named in (by_person, by_model[rows]))
    value, variance = prediction_powered(person, model, on_all.points, on_all.covariance.diagonal(), share)
    # Responses without a comment dilute the points; their share is itself estimated.
    responses = analysis.responses
    dilution = len(scores) / responses
    variance = dilution**2 * variance + value**2 * dilution * (1 - dilution) / responses
    return dilution * value, Z95 * np.sqrt(variance)


def _impact(value: float, margin: float, polarity: Polarity) -> Estimate:
    """As in the ranking: what a complaint costs, what praise adds."""
    sign = 1 if polarity is Polarity.NEGATIVE else -1
    return bounded_estimate(float(sign * value), float(margin), MAX_CHANGE)


def _mean(named: sparse.csr_array) -> _Influences:
    dense = named.toarray().astype(np.float64)
    return dense.mean(axis=0), dense - dense.mean(axis=0)


def _mentions(named: sparse.csr_array) -> Floats:
    return np.asarray(named.astype(np.int64).sum(axis=0))
