"""Fixes against the feedback before and after them: periods, states, and points recovered."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from pipelines.causes.analysis import Analysis
from pipelines.causes.fixes import check_fix, fix_outcomes
from pipelines.causes.scenarios import scenarios
from pipelines.tabulate.survey_data import SurveyData
from saywhy.errors import InvalidInput, NotFound, WaveNotFound
from saywhy.estimate import Estimate
from saywhy.feedback import Customer, Response
from saywhy.fix import Fix, FixOutcome, FixState
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES
from tests.builders.answers import response
from tests.builders.fixed_survey import SUPPORT_BY_WAVE, responses, survey
from tests.builders.simulated_data import survey_data
from tests.builders.simulated_surveys import SimulatedSurvey

SUPPORT, PRICE = "theme:support", "theme:price"


def outcome(fix: Fix, answers: list[Response] | None = None, wave: str = ALL_WAVES) -> FixOutcome:
    """The one outcome of a fix."""
    [only] = fix_outcomes(survey(answers or responses()), wave, [fix])
    return only


def cost(data: SurveyData, mask: NDArray[np.bool_]) -> Estimate:
    """What complaints about support cost in these responses."""
    return scenarios(Analysis.of(data, mask), [[CauseKey.parse(SUPPORT)]], [1.0])[0].gain


def test_a_cause_that_is_named_less_is_verified_and_its_points_are_recovered() -> None:
    """Rates by hand; the points are those that the reports of both periods state, subtracted."""
    fixed = outcome(Fix(SUPPORT, wave="W2"))
    assert (fixed.before.mentions, fixed.before.responses) == (SUPPORT_BY_WAVE["W1"], 60)
    assert (fixed.after.mentions, fixed.after.responses) == (SUPPORT_BY_WAVE["W2"] + SUPPORT_BY_WAVE["W3"], 120)
    assert (fixed.state, fixed.target) == (FixState.VERIFIED, SUPPORT_BY_WAVE["W1"] / 60 / 2)
    data, recovered = survey(responses()), fixed.recovered
    before, after = (cost(data, mask) for mask in (data.wave < 1, data.wave > 0))
    assert recovered is not None
    assert recovered.value == pytest.approx(before.value - after.value)
    error = math.hypot(before.high - before.value, after.high - after.value)
    assert recovered.high - recovered.value == pytest.approx(error)
    assert recovered.low > 0


def test_that_nobody_names_a_cause_is_uncertain_too() -> None:
    """After 30 responses that do not name it, it may still be named: the interval is wider than that of the cost."""
    quiet = [response(5000 + number, 8, f"as expected {number}", "W2") for number in range(30)]
    fixed = outcome(Fix(SUPPORT, wave="W2"), [*responses(("W1",)), *quiet])
    data, recovered = survey(responses(("W1",))), fixed.recovered
    before = cost(data, data.wave >= 0)
    assert recovered is not None
    assert fixed.after.mentions == 0
    assert recovered.value == pytest.approx(before.value)
    assert recovered.high - recovered.value > 1.01 * (before.high - before.value)


def test_a_cause_that_is_named_as_before_has_regressed() -> None:
    """It is named by a fifth, before and after, so more than half as often."""
    fixed = outcome(Fix(PRICE, wave="W2"))
    assert fixed.state is FixState.REGRESSED
    assert fixed.above_target is not None
    assert fixed.above_target >= 0.95
    assert fixed.recovered is not None
    assert fixed.recovered.low < 0 < fixed.recovered.high


def test_a_target_of_ones_own_decides() -> None:
    """The same rates are verified against 35 %, and regressed against 5 %."""
    assert outcome(Fix(PRICE, wave="W2", target=0.35)).state is FixState.VERIFIED
    assert outcome(Fix(PRICE, wave="W2", target=0.05)).state is FixState.REGRESSED


def test_by_date_as_by_wave() -> None:
    """A date between two waves parts them as the later wave does; an answer of that day is after the fix."""
    by_wave, by_date = outcome(Fix(SUPPORT, wave="W2")), outcome(Fix(SUPPORT, date=date(2026, 4, 10)))
    assert replace(by_date, wave="W2", date=None) == by_wave
    assert outcome(Fix(SUPPORT, date=date(2026, 4, 11))).after.responses == 60


def test_answers_of_unknown_date_or_wave_are_neither() -> None:
    """They are counted as unknown, and change neither rate; without a comment they are not counted."""
    unknown = [response(9000 + number, 3, f"slow support {number}") for number in range(7)]
    unknown.append(response(9900, 9))
    answers = [*responses(), *(replace(answer, wave=None) for answer in unknown)]
    for fix in (Fix(SUPPORT, wave="W2"), Fix(SUPPORT, date=date(2026, 4, 1))):
        fixed = outcome(fix, answers)
        assert fixed.unknown == 7
        assert replace(fixed, unknown=0) == outcome(fix)


def test_comments_that_are_not_read_yet_wait() -> None:
    """Responses that were imported since the last analysis change nothing."""
    data = survey([*responses(), *(response(9000 + n, 0, f"unread {n}", "W3") for n in range(50))])
    unread = np.isin(data.comment, np.flatnonzero(["unread" in comment.verbatim for comment in data.comments]))
    waiting = replace(data, annotated=data.annotated & ~unread)
    assert fix_outcomes(waiting, ALL_WAVES, [Fix(SUPPORT, wave="W2")]) == (outcome(Fix(SUPPORT, wave="W2")),)


def test_the_report_on_a_wave_knows_the_waves_up_to_it() -> None:
    """The fix is in the reports from its first wave on, each with the responses until then."""
    data, fix = survey(responses()), Fix(SUPPORT, wave="W2")
    by_wave = {wave: fix_outcomes(data, wave, [fix]) for wave in ("W1", "W2", "W3", "W4")}
    assert (by_wave["W1"], by_wave["W4"]) == ((), ())
    assert [by_wave[wave][0].after.responses for wave in ("W2", "W3")] == [60, 120]
    assert fix_outcomes(data, "W1", [Fix(SUPPORT, date=date(2026, 4, 1))]) == ()


def test_a_date_in_the_future_is_watched() -> None:
    """Nothing is known after it: no rate, no points, and how many responses are needed."""
    fixed = outcome(Fix(SUPPORT, date=date(2031, 1, 1)))
    assert (fixed.state, fixed.after.responses, fixed.after.rate, fixed.recovered) == (FixState.WATCHING, 0, None, None)
    assert fixed.needed is not None
    assert fixed.needed >= 10


def test_few_responses_have_no_points() -> None:
    """With fewer than 20 scored comments in a period no points are stated; the rate is judged."""
    answers = [answer for answer in responses() if answer.wave == "W1" or int(answer.external_id) % 1000 < 19]
    fixed = outcome(Fix(SUPPORT, wave="W3", target=0.5), [answer for answer in answers if answer.wave != "W2"])
    assert (fixed.after.responses, fixed.recovered) == (19, None)
    assert fixed.state is FixState.VERIFIED


def test_a_survey_without_scores_has_states_and_no_points() -> None:
    """Rates need no score."""
    fixed = outcome(Fix(SUPPORT, wave="W2"), [replace(answer, score=None) for answer in responses()])
    assert (fixed.state, fixed.recovered) == (FixState.VERIFIED, None)


def test_customers_who_answer_again_and_again_decide_less() -> None:
    """Where a few customers gave all answers, each the same, the interval of the rate is wider."""
    answers = [
        replace(answer, customer=Customer(id=str(int(answer.external_id) % 1000 // 12))) for answer in responses()
    ]
    fix = Fix(PRICE, wave="W2", target=0.12)
    repeated, independent = outcome(fix, answers), outcome(fix)
    assert independent.after.rate is not None
    assert repeated.after.rate is not None
    assert repeated.after.rate.value == independent.after.rate.value
    assert repeated.after.rate.high > independent.after.rate.high + 0.03


def test_the_order_and_what_is_left_out() -> None:
    """Regressed ones first, then watched, then verified; causes and waves that are no longer there are left out."""
    data = survey(responses())
    fixes = [
        Fix(SUPPORT, wave="W2"),
        Fix(PRICE, wave="W2"),
        Fix("theme:delivery", wave="W2"),
        Fix("topic:merged", wave="W2"),
        Fix("theme:staff", wave="W9"),
    ]
    states = [(fixed.cause, fixed.state) for fixed in fix_outcomes(data, ALL_WAVES, fixes)]
    assert states == [
        (PRICE, FixState.REGRESSED),
        ("theme:delivery", FixState.WATCHING),
        (SUPPORT, FixState.VERIFIED),
    ]


@pytest.mark.parametrize(
    ("fix", "error", "message"),
    [
        (Fix("topic:merged", wave="W2"), NotFound, "topic:merged is no longer there"),
        (Fix(SUPPORT, wave="W9"), WaveNotFound, "'W9'; there are: W1, W2, W3"),
        (Fix(SUPPORT, wave="W1"), InvalidInput, "before wave 'W1'.*later start or give a target"),
        (Fix(SUPPORT, date=date(2020, 1, 1)), InvalidInput, "before 2020-01-01"),
        (Fix("theme:delivery", wave="W2"), InvalidInput, "before wave 'W2' complains of theme:delivery"),
    ],
)
def test_a_fix_that_can_be_compared_with_nothing_is_refused(fix: Fix, error: type[Exception], message: str) -> None:
    """The error says what is missing; with a target of its own, a fix needs no earlier feedback."""
    with pytest.raises(error, match=message):
        check_fix(fix, survey(responses()))
    if error is InvalidInput:
        check_fix(replace(fix, target=0.1), survey(responses()))


def test_without_waves_or_dates_the_other_is_named() -> None:
    """A survey without waves needs a date, one without dates a wave."""
    without_dates = survey(responses(dated=False))
    without_waves = survey([replace(answer, wave=None) for answer in responses()])
    with pytest.raises(InvalidInput, match="no response has a date, so give the wave"):
        check_fix(Fix(SUPPORT, date=date(2026, 4, 1)), without_dates)
    with pytest.raises(WaveNotFound, match="no response has a wave, so give a date"):
        check_fix(Fix(SUPPORT, wave="W2"), without_waves)
    for data, fix in (
        (without_dates, Fix(SUPPORT, wave="W2")),
        (without_waves, Fix(SUPPORT, date=date(2026, 4, 1))),
    ):
        check_fix(fix, data)
        assert fix_outcomes(data, ALL_WAVES, [fix])[0].state is FixState.VERIFIED


@pytest.mark.parametrize("start", [{}, {"wave": "W2", "date": date(2026, 4, 1)}])
def test_a_fix_has_either_a_wave_or_a_date(start: dict[str, object]) -> None:
    """Neither and both are errors."""
    with pytest.raises(InvalidInput, match="give one of the two"):
        Fix(SUPPORT, **start)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", [0.0, 1.0, -0.1, 5.0, float("nan")])
def test_a_target_is_a_rate(target: float) -> None:
    """0 can never be verified and 1 never missed; a percentage is not a rate."""
    with pytest.raises(InvalidInput, match="not between 0 and 1"):
        Fix(SUPPORT, wave="W2", target=target)


def test_times_are_compared_in_utc() -> None:
    """The date begins at midnight UTC; an answer a second before is before the fix."""
    midnight = datetime(2026, 4, 1, tzinfo=UTC)
    answers = [
        *responses(("W1",)),
        response(1, 2, "slow support late", "W2", answered_at=midnight),
        response(2, 2, "slow support early", "W2", answered_at=midnight.replace(minute=1)),
        response(3, 2, "slow support before", "W2", answered_at=datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)),
    ]
    assert outcome(Fix(SUPPORT, date=date(2026, 4, 1)), answers).after.responses == 2


@pytest.mark.slow
@pytest.mark.parametrize("remains", [1.0, 0.4, 1e-9])
def test_the_interval_of_recovered_points_contains_the_truth(remains: float) -> None:
    """In at least 88 of 100 simulated surveys, whether nothing was recovered, a part, or all."""
    before = SimulatedSurvey()
    after = replace(before, blamed=(before.blamed[0] * remains, *before.blamed[1:]))
    truth = before.truth(200_000)[0] - after.truth(200_000)[0]
    covered = 0
    for seed in range(100):
        drawn = [before.draw(300, seed), after.draw(120, 1000 + seed)]
        scores = np.concatenate([drawn_scores for drawn_scores, _, _ in drawn])
        blamed = np.vstack([named.toarray() for _, named, _ in drawn])
        praised = np.pad(np.vstack([named.toarray() for _, _, named in drawn]), ((0, 0), (0, 5)))
        data = survey_data(scores, blamed, praised, np.repeat([0, 1], [300, 120]))
        recovered = fix_outcomes(data, ALL_WAVES, [Fix("theme:cause 0", wave="W2")])[0].recovered
        assert recovered is not None
        covered += recovered.low <= truth <= recovered.high
    assert covered >= 88
