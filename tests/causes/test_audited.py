"""Audits: estimates that are right where the model is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from models.arrays import Floats
from pipelines.annotate.columns import Annotations
from pipelines.impact.prediction_powered import prediction_powered
from pipelines.impact.recoverable import recoverable, with_influence
from pipelines.report.build import report_on
from pipelines.tabulate.survey_data import tabulate
from saywhy.annotation import Annotation, Polarity
from saywhy.audit import LEAST_COMMENTS, AuditLabel
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Response, Score
from saywhy.report import Note, Report
from saywhy.topic import Assignment, Topic
from tests.builders.answers import NOW, annotate, response
from tests.builders.surveys import Planted


def as_read(named: sparse.csr_array, generator: np.random.Generator) -> sparse.csr_array:
    """What a model makes of it that misses a quarter of the mentions and finds one where there is none in 2 of 100."""
    marks = named.toarray()
    missed, imagined = (generator.random(marks.shape) < share for share in (0.25, 0.02))
    return sparse.csr_array((marks & ~missed) | imagined)


def simulated(planted: Planted, seed: int, audited: int) -> dict[str, tuple[Floats, Floats]]:
    """Impacts, then rates, with their errors, of the complaints of 3,000 responses: by the model, and with an audit."""
    generator = np.random.default_rng(seed)
    points, *sides = planted.draw(3000, seed)
    truth = sparse.csr_array(sparse.hstack(sides, format="csr"))
    model = as_read(truth, generator)
    sample = generator.permutation(3000)[:audited]
    won = recoverable(points, model)
    person = with_influence(points[sample], truth[sample])
    machine = with_influence(points[sample], model[sample])
    impact, variance = prediction_powered(person, machine, won.points, won.covariance.diagonal(), audited / 3000)
    plain = model.toarray().mean(axis=0)
    labels = [named[sample].toarray() - named[sample].toarray().mean(axis=0) for named in (truth, model)]
    rate, rate_variance = prediction_powered(
        (truth[sample].toarray().mean(axis=0), labels[0]),
        (model[sample].toarray().mean(axis=0), labels[1]),
        plain,
        plain * (1 - plain) / 3000,
        audited / 3000,
    )
    costs = slice(len(planted.costs))
    return {
        "model": (won.points[costs], np.sqrt(won.covariance.diagonal())[costs]),
        "audited": (impact[costs], np.sqrt(variance)[costs]),
        "person": (person[0][costs], np.sqrt((person[1] ** 2).sum(axis=0) / audited**2)[costs]),
        "model rate": (plain[costs], np.sqrt(plain * (1 - plain) / 3000)[costs]),
        "audited rate": (rate[costs], np.sqrt(rate_variance)[costs]),
    }


@pytest.mark.slow
@pytest.mark.parametrize("audited", [200, 400])
def test_audited_numbers_are_right_where_the_model_is_not(audited: int) -> None:
    """Over 80 surveys the audited points and rates miss the truth by nothing that is no accident, and 92 to 98 % of
    their intervals hold it; the model's own hold it in far fewer cases. They are narrower than those of the sample.
    """
    planted = Planted()
    truth, rates = planted.truth(), np.array(planted.blamed)
    runs = [simulated(planted, seed, audited) for seed in range(80)]
    found = {
        name: (np.array([run[name][0] for run in runs]), np.array([run[name][1] for run in runs])) for name in runs[0]
    }

    def bias(name: str, goal: Floats) -> float:
        """The largest of the mean misses, in its own standard errors."""
        miss = found[name][0] - goal
        return float((np.abs(miss.mean(axis=0)) / (miss.std(axis=0) / np.sqrt(len(runs)))).max())

    def held(name: str, goal: Floats) -> float:
        value, error = found[name]
        return float((np.abs(value - goal) <= 1.96 * error).mean())

    assert bias("model", truth) > 10
    assert bias("model rate", rates) > 10
    assert bias("audited", truth) < 3.5
    assert bias("audited rate", rates) < 3.5
    assert held("model", truth) < 0.8
    assert held("model rate", rates) < 0.6
    assert 0.92 <= held("audited", truth) <= 0.98
    assert 0.92 <= held("audited rate", rates) <= 0.98
    assert found["audited"][1].mean() < 0.85 * found["person"][1].mean()
    assert found["audited rate"][1].mean() < 0.9 * found["person"][1].mean()


def surveyed(seed: int) -> tuple[list[Response], dict[str, Annotation], dict[str, list[AuditLabel]]]:
    """600 responses of which 450 wrote: 150 blame the support, and the model misses a third of these."""
    draw = np.random.default_rng(seed)
    responses, annotations, audits = [], {}, {}
    for number in range(450):
        blames = number < 150
        score = int(draw.choice([2, 8, 10], p=[0.6, 0.2, 0.2] if blames else [0.2, 0.3, 0.5]))
        responses.append(response(number, score, f"{'slow' if blames else 'fine'} {number}"))
        comment = responses[-1].comment
        assert comment is not None
        found = [(0, 4, "support", Polarity.NEGATIVE)] if blames and draw.random() < 2 / 3 else []
        annotations[comment.content_hash] = annotate(comment, found)
        audits[comment.content_hash] = [AuditLabel("support", Polarity.NEGATIVE)] if blames else []
    silent = [response(number, int(draw.choice([8, 10]))) for number in range(450, 600)]
    return [*responses, *silent], annotations, audits


def report_with(audited: int, seed: int = 1) -> Report:
    """The report on that survey where the first comments of the sample are audited."""
    responses, annotations, audits = surveyed(seed)
    data = tabulate(responses, Annotations.of(sorted(annotations.items())), (), (), load_code_frame())
    labels = {key: audits[key] for key in sorted(audits)[:audited]}
    return report_on("all", data, "m", NOW, audits=labels)


def test_a_report_states_both_numbers() -> None:
    """The model found 22 % of 450 where there are 33 %; the audit says so, and what the model is worth."""
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


def test_praise_is_audited_with_its_own_sign() -> None:
    """Turned round, the same survey praises: what it adds is positive, as in the plain ranking."""
    responses, annotations, audits = surveyed(2)
    turned = [replace(one, score=Score(10 - one.score.value)) for one in responses if one.score]
    praise = {
        key: replace(one, mentions=tuple(replace(found, polarity=Polarity.POSITIVE) for found in one.mentions))
        for key, one in annotations.items()
    }
    labels = {key: [AuditLabel("support", Polarity.POSITIVE)] if found else [] for key, found in audits.items()}
    data = tabulate(turned, Annotations.of(sorted(praise.items())), (), (), load_code_frame())
    [delight] = report_on("all", data, "m", NOW, audits=labels).delights
    assert delight.audited is not None
    assert delight.audited.impact is not None
    assert delight.audited.impact.low > 0


def test_of_a_few_comments_nothing_is_made() -> None:
    """Below the least there is a note with both numbers; without an audit, the note on what errors do."""
    report = report_with(LEAST_COMMENTS - 1)
    assert report.issues[0].audited is None
    assert Note("audit_small", {"n": LEAST_COMMENTS - 1, "least": LEAST_COMMENTS}) in report.notes
    assert any(note.key == "unaudited" for note in report_with(0).notes)


def test_comments_that_were_left_out_are_counted() -> None:
    """Who skips comments, or imports new ones, is told how many of the sample are still to be read."""
    responses, annotations, audits = surveyed(1)
    data = tabulate(responses, Annotations.of(sorted(annotations.items())), (), (), load_code_frame())
    labels = {key: audits[key] for place, key in enumerate(sorted(audits)[:100]) if place % 5}
    audit = report_on("all", data, "m", NOW, audits=labels).audit
    assert audit is not None
    assert (audit.comments, audit.missing) == (80, 20)


def test_where_the_model_errs_nowhere_the_audit_changes_nothing() -> None:
    """With a model that reads as a person does, the estimate is that of all responses, hardly less sure."""
    points, blamed, _ = Planted().draw(2000, 5)
    won, sample = recoverable(points, blamed), np.arange(300)
    found = with_influence(points[sample], blamed[sample])
    value, variance = prediction_powered(found, found, won.points, won.covariance.diagonal(), 0.15)
    assert value == pytest.approx(won.points)
    assert np.sqrt(variance) == pytest.approx(np.sqrt(won.covariance.diagonal()), rel=0.15)


def test_comments_that_several_wrote_count_together() -> None:
    """A comment that fifty wrote is one draw: the interval is wider than of fifty different ones."""
    responses, annotations, audits = surveyed(3)
    alike = [response(1000 + number, 1, "slow 0") for number in range(50)]
    apart = [response(1000 + number, 1, f"slow again {number}") for number in range(50)]
    wide = []
    for more in (alike, apart):
        known, labels = dict(annotations), dict(audits)
        for one in more:
            assert one.comment is not None
            known[one.comment.content_hash] = annotate(one.comment, [])
            labels[one.comment.content_hash] = [AuditLabel("support", Polarity.NEGATIVE)]
        data = tabulate([*responses, *more], Annotations.of(sorted(known.items())), (), (), load_code_frame())
        audited = report_on("all", data, "m", NOW, audits=labels).issues[0].audited
        assert audited is not None
        wide.append(audited.rate.high - audited.rate.low)
    assert wide[0] > 1.3 * wide[1]


def test_a_theme_that_people_made_is_not_audited() -> None:
    """A theme adopted from a topic is not on the sheet, so that nobody's leaving it blank is held against the model."""
    responses, annotations, audits = surveyed(1)
    topic = Topic("t1", "speed", "Slow", (), "negative", 100, b"", is_adopted=True)
    assigned = [
        Assignment(one.comment.content_hash, 0, 4, "t1", 0.9)
        for one in responses
        if one.comment and annotations[one.comment.content_hash].clauses
    ]
    data = tabulate(responses, Annotations.of(sorted(annotations.items())), [topic], assigned, load_code_frame())
    found = {issue.id: issue for issue in report_on("all", data, "m", NOW, audits=audits).issues}
    assert found["support"].audited is not None
    assert (found["speed"].kind, found["speed"].audited) == ("theme", None)


def test_an_audit_of_a_survey_in_which_nothing_is_named() -> None:
    """Neither the model nor the person names any theme: the audit is counted, and there is nothing to correct."""
    responses = [response(number, number % 11, f"fine {number}") for number in range(80)]
    comments = [one.comment for one in responses if one.comment]
    annotations = Annotations.of(sorted((one.content_hash, annotate(one, [])) for one in comments))
    data = tabulate(responses, annotations, (), (), load_code_frame())
    audit = report_on("all", data, "m", NOW, audits={one.content_hash: () for one in comments}).audit
    assert audit is not None
    assert (audit.comments, audit.missing, audit.precision, audit.recall) == (80, 0, None, None)
