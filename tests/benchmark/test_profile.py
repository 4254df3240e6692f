"""The numbers of a group of responses, from its report or from the responses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipelines.annotate.columns import Annotations
from pipelines.benchmark.profile import Profile
from pipelines.report.build import report_on
from pipelines.tabulate.survey_data import SurveyData
from pipelines.tabulate.tabulation import tabulate
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Response, Scale
from tests.builders.answers import NOW, SLOW, annotate_by_words, response
from tests.builders.reports import RATED, RICH
from tests.builders.waves import wave


def tabulated(responses: list[Response]) -> SurveyData:
    """The responses as columns, with the themes of `SLOW`."""
    comments = [entry.comment for entry in responses if entry.comment]
    annotations = {comment.content_hash: annotate_by_words(comment, SLOW) for comment in comments}
    return tabulate(responses, Annotations.of(annotations.items()), (), (), load_code_frame())


def test_the_profile_of_responses_is_that_of_their_report() -> None:
    """Computed or read from the report on the wave, all numbers are the same, also where customers answered twice."""
    data = tabulated([*wave("W1", (20, 5)), *wave("W2", (40, 3), start=1000, praise=9)])
    data = replace(data, account=(np.arange(len(data.wave)) // 2).astype(np.int32), revenue=np.zeros(200))
    data = replace(data, lifetime_value=np.zeros(200))
    survey, report = (report_on(name, data, "m", NOW) for name in ("all", "W2"))
    of_report = Profile.of_report(report, survey, "W2", is_anonymous=False)
    of_responses = Profile.of_responses(data, data.wave == 1, "m", "W2")
    assert of_report == replace(of_responses, ranked_in_survey=of_report.ranked_in_survey)
    assert of_report.ranked_in_survey == {key for _, key in of_report.causes}
    assert {key.id: entry.mentions for (_, key), entry in of_report.causes.items()} == {"support": 43, "staff": 9}
    assert of_report.with_comment == 122
    assert of_report.design_effect > 1


def test_only_who_could_name_a_cause_is_counted() -> None:
    """A score and a comment, or a comment alone where nobody has a score; the profile of few counts as theirs."""
    responses = [response(1, 2, "slow"), response(2, 9), response(3, None, "slow"), response(4, None, "fine")]
    data = tabulated(responses)
    everybody, unscored = np.ones(4, dtype=bool), np.array([False, False, True, True])
    assert data.base_of(everybody).tolist() == [True, False, False, False]
    assert data.base_of(unscored).tolist() == [False, False, True, True]
    assert data.base_of(~everybody).tolist() == [False] * 4
    for mask, n in ((everybody, 1), (unscored, 2)):
        assert Profile.of_responses(data, mask, "m", "all").with_comment == n


def test_reviews_without_scores_have_no_points() -> None:
    """Mentions are counted among all responses with an answer; there is neither NPS nor points."""
    responses = [
        response(number, 2, f"slow support {number}" if number < 6 else text, scale=Scale.FIVE)
        for number, text in enumerate(["as expected"] * 10 + [None] * 4)
    ]
    data = tabulated(responses)
    report = report_on("all", data, "m", NOW)
    of_report = Profile.of_report(report, report, "all", is_anonymous=False)
    of_responses = Profile.of_responses(data, np.ones(14, dtype=bool), "m", "all")
    for profile in (of_report, of_responses):
        assert (profile.nps, profile.with_comment, profile.design_effect) == (None, 10, 1.0)
        assert [(entry.mentions, entry.points) for entry in profile.causes.values()] == [(6, None)]


def test_the_number_of_comments_may_be_unknown() -> None:
    """A report with NPS that hides how many wrote a comment gives no base; without any NPS all answers are the base."""
    hidden = replace(RICH, nps_with_comment=None)
    assert Profile.of_report(hidden, hidden, "W", is_anonymous=True).with_comment is None
    answers = RATED.counts.comments - RATED.counts.non_answers
    assert Profile.of_report(RATED, RATED, "W", is_anonymous=False).with_comment == answers
