"""Audits: the corrected numbers are right although the model makes errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from models.arrays import Floats
from pipelines.annotate.columns import Annotations
from pipelines.causes.audited import Audits
from pipelines.impact.prediction_powered import prediction_powered
from pipelines.impact.recoverable import recoverable, with_influence
from pipelines.report.build import report_on
from pipelines.tabulate.tabulation import tabulate
from saywhy.annotation import Annotation, Polarity
from saywhy.audit import MIN_COMMENTS, AuditLabel
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Response, Score
from saywhy.note import Note
from saywhy.report import Report
from saywhy.topic import Assignment, Topic
from tests.builders.answers import NOW, annotate, response
from tests.builders.simulated_surveys import SimulatedSurvey

#: Estimates of K numbers and their standard errors.
WithErrors = tuple[Floats, Floats]


def predicted(named: sparse.csr_array, generator: np.random.Generator) -> sparse.csr_array:
    """What a model finds that misses a quarter of the mentions and has a false positive rate of 2 %."""
    truth = named.toarray()
    is_missed, is_false = (generator.random(truth.shape) < share for share in (0.25, 0.02))
    return sparse.csr_array((truth & ~is_missed) | is_false)


def simulated(survey: SimulatedSurvey, seed: int, audited: int) -> dict[str, WithErrors]:
    """Impacts and rates of the complaints of 3,000 responses: by the model, by the person, and with an audit."""
    generator = np.random.default_rng(seed)
    scores, *sides = survey.draw(3000, seed)
    truth = sparse.csr_array(sparse.hstack(sides, format="csr"))
    model = predicted(truth, generator)
    sample = generator.permutation(3000)[:audited]
    on_all = recoverable(scores, model)
    person = with_influence(scores[sample], truth[sample])
    by_model = with_influence(scores[sample], model[sample])
    impact, variance = prediction_powered(person, by_model, on_all.points, on_all.covariance.diagonal(), audited / 3000)
    model_rate = model.toarray().mean(axis=0)
    influences = [named[sample].toarray() - named[sample].toarray().mean(axis=0) for named in (truth, model)]
    rate, rate_variance = prediction_powered(
        (truth[sample].toarray().mean(axis=0), influences[0]),
        (model[sample].toarray().mean(axis=0), influences[1]),
        model_rate,
        model_rate * (1 - model_rate) / 3000,
        audited / 3000,
    )
    complaints = slice(len(survey.costs))
    return {
        "model": (on_all.points[complaints], np.sqrt(on_all.covariance.diagonal())[complaints]),
        "audited": (impact[complaints], np.sqrt(variance)[complaints]),
        "person": (person[0][complaints], np.sqrt((person[1] ** 2).sum(axis=0) / audited**2)[complaints]),
        "model rate": (model_rate[complaints], np.sqrt(model_rate * (1 - model_rate) / 3000)[complaints]),
        "audited rate": (rate[complaints], np.sqrt(rate_variance)[complaints]),
    }


@pytest.mark.slow
@pytest.mark.parametrize("audited", [200, pytest.param(400, marks=pytest.mark.exhaustive)])
def test_audited_numbers_are_unbiased_where_the_model_makes_errors(audited: int) -> None:
    """Over 80 surveys the audited points and rates have no significant bias, and 92 to 98 % of their intervals contain
    the truth; far fewer of the model's do. The intervals are narrower than those of the sample alone.
    """
    survey = SimulatedSurvey()
    truth, rates = survey.truth(), np.array(survey.blamed)
    runs = [simulated(survey, seed, audited) for seed in range(80)]
    estimates = {
        name: (np.array([run[name][0] for run in runs]), np.array([run[name][1] for run in runs])) for name in runs[0]
    }

    def bias(name: str, true_value: Floats) -> float:
        """The largest mean error, in its standard errors."""
        error = estimates[name][0] - true_value
        return float((np.abs(error.mean(axis=0)) / (error.std(axis=0) / np.sqrt(len(runs)))).max())

    def coverage(name: str, true_value: Floats) -> float:
        value, error = estimates[name]
        return float((np.abs(value - true_value) <= 1.96 * error).mean())

    assert bias("model", truth) > 10
    assert bias("model rate", rates) > 10
    assert bias("audited", truth) < 3.5
    assert bias("audited rate", rates) < 3.5
    assert coverage("model", truth) < 0.8
    assert coverage("model rate", rates) < 0.6
    assert 0.92 <= coverage("audited", truth) <= 0.98
    assert 0.92 <= coverage("audited rate", rates) <= 0.98
    assert estimates["audited"][1].mean() < 0.85 * estimates["person"][1].mean()
    assert estimates["audited rate"][1].mean() < 0.9 * estimates["person"][1].mean()


def surveyed(seed: int) -> tuple[list[Response], dict[str, Annotation], dict[str, list[AuditLabel]]]:
    """600 responses of which 450 have a comment: 150 blame the support, and the model misses a third of these."""
    generator = np.random.default_rng(seed)
    responses, annotations, labels = [], {}, {}
    for number in range(450):
        blames = number < 150
        score = int(generator.choice([2, 8, 10], p=[0.6, 0.2, 0.2] if blames else [0.2, 0.3, 0.5]))
        responses.append(response(number, score, f"{'slow' if blames else 'fine'} {number}"))
        comment = responses[-1].comment
        assert comment is not None
        spans = [(0, 4, "support", Polarity.NEGATIVE)] if blames and generator.random() < 2 / 3 else []
        annotations[comment.content_hash] = annotate(comment, spans)
        labels[comment.content_hash] = [AuditLabel("support", Polarity.NEGATIVE)] if blames else []
    silent = [response(number, int(generator.choice([8, 10]))) for number in range(450, 600)]
    return [*responses, *silent], annotations, labels


def audited_report(
    responses: Sequence[Response],
    annotations: Mapping[str, Annotation],
    audits: Audits,
    topics: Sequence[Topic] = (),
    assignments: Sequence[Assignment] = (),
) -> Report:
    """The report on all waves with these audits."""
    columns = Annotations.of(sorted(annotations.items()))
    data = tabulate(responses, columns, topics, assignments, load_code_frame())
    return report_on("all", data, "m", NOW, audits=audits)


def report_with(audited: int, seed: int = 1) -> Report:
    """The report on the survey of `surveyed` with the first comments of the sample audited."""
    responses, annotations, labels = surveyed(seed)
    return audited_report(responses, annotations, {key: labels[key] for key in sorted(labels)[:audited]})


def test_a_report_states_both_numbers() -> None:
    """The model found 22 % of 450 where the truth is 33 %: the audited rate shows it, and the recall is stated."""
    report = report_with(200)
    assert report.audit is not None
    assert (report.audit.comments, report.audit.missing, report.audit.precision) == (200, 0, 1)
    assert report.audit.recall == pytest.approx(2 / 3, abs=0.12)
    [issue] = report.issues
    audited = issue.audited
    assert audited is not None
    assert audited.impact is not None
    assert audited.model_rate == pytest.approx(issue.mentions / 450)
    assert audited.rate.low < 1 / 3 < audited.rate.high
    assert audited.rate.low > audited.model_rate
    assert audited.impact.value > issue.impact
    assert audited.impact.low < audited.impact.value < audited.impact.high
    assert {"audited"} == {note.key for note in report.notes if note.key in ("audited", "audit_small", "unaudited")}


def test_audited_praise_has_the_sign_of_the_ranking() -> None:
    """With scores and polarities reversed the same survey praises: what the theme adds is positive."""
    responses, annotations, labels = surveyed(2)
    reversed_scores = [replace(one, score=Score(10 - one.score.value)) for one in responses if one.score]
    praise = {
        key: replace(one, mentions=tuple(replace(mention, polarity=Polarity.POSITIVE) for mention in one.mentions))
        for key, one in annotations.items()
    }
    praised = {key: [AuditLabel("support", Polarity.POSITIVE)] if label else [] for key, label in labels.items()}
    [delight] = audited_report(reversed_scores, praise, praised).delights
    assert delight.audited is not None
    assert delight.audited.impact is not None
    assert delight.audited.impact.low > 0


def test_too_few_audited_comments_correct_nothing() -> None:
    """Below the minimum a note states both numbers; without an audit, a note states what errors of the model do."""
    report = report_with(MIN_COMMENTS - 1)
    assert report.issues[0].audited is None
    assert Note("audit_small", {"n": MIN_COMMENTS - 1, "least": MIN_COMMENTS}) in report.notes
    assert any(note.key == "unaudited" for note in report_with(0).notes)


def test_sampled_comments_without_labels_are_counted() -> None:
    """Comments that were skipped, or imported later, count as missing from the sample."""
    responses, annotations, labels = surveyed(1)
    labelled = {key: labels[key] for index, key in enumerate(sorted(labels)[:100]) if index % 5}
    audit = audited_report(responses, annotations, labelled).audit
    assert audit is not None
    assert (audit.comments, audit.missing) == (80, 20)


def test_where_the_model_makes_no_errors_the_audit_changes_nothing() -> None:
    """If the model finds what the person finds, the estimate is that of all responses, with nearly the same error."""
    scores, blamed, _ = SimulatedSurvey().draw(2000, 5)
    on_all, sample = recoverable(scores, blamed), np.arange(300)
    on_sample = with_influence(scores[sample], blamed[sample])
    value, variance = prediction_powered(on_sample, on_sample, on_all.points, on_all.covariance.diagonal(), 0.15)
    assert value == pytest.approx(on_all.points)
    assert np.sqrt(variance) == pytest.approx(np.sqrt(on_all.covariance.diagonal()), rel=0.15)


def test_responses_with_the_same_comment_count_as_one_draw() -> None:
    """The interval is wider if fifty responses share one comment than if they have fifty different ones."""
    responses, annotations, labels = surveyed(3)
    same = [response(1000 + number, 1, "slow 0") for number in range(50)]
    different = [response(1000 + number, 1, f"slow again {number}") for number in range(50)]
    widths = []
    for more in (same, different):
        all_annotations, all_labels = dict(annotations), dict(labels)
        for one in more:
            assert one.comment is not None
            all_annotations[one.comment.content_hash] = annotate(one.comment, [])
            all_labels[one.comment.content_hash] = [AuditLabel("support", Polarity.NEGATIVE)]
        audited = audited_report([*responses, *more], all_annotations, all_labels).issues[0].audited
        assert audited is not None
        widths.append(audited.rate.high - audited.rate.low)
    assert widths[0] > 1.3 * widths[1]


def test_a_theme_adopted_from_a_topic_is_not_audited() -> None:
    """It is not on the labelling sheet, so a comment without its label is no error of the model."""
    responses, annotations, labels = surveyed(1)
    topic = Topic("t1", "speed", "Slow", (), "negative", 100, b"", is_adopted=True)
    assignments = [
        Assignment(one.comment.content_hash, 0, 4, "t1", 0.9)
        for one in responses
        if one.comment and annotations[one.comment.content_hash].clauses
    ]
    report = audited_report(responses, annotations, labels, [topic], assignments)
    issues = {issue.id: issue for issue in report.issues}
    assert issues["support"].audited is not None
    assert (issues["speed"].kind, issues["speed"].audited) == ("theme", None)


def test_an_audit_of_a_survey_in_which_nothing_is_named() -> None:
    """Neither the model nor the person names any theme: the audit is counted, and there is nothing to correct."""
    responses = [response(number, number % 11, f"fine {number}") for number in range(80)]
    comments = [one.comment for one in responses if one.comment]
    annotations = {comment.content_hash: annotate(comment, []) for comment in comments}
    audit = audited_report(responses, annotations, {comment.content_hash: () for comment in comments}).audit
    assert audit is not None
    assert (audit.comments, audit.missing, audit.precision, audit.recall) == (80, 0, None, None)
