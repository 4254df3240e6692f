"""Attacks on all publications of an anonymous survey together: people join, topics are edited, the survey is published
again. No sum or difference of what was published, at any time, concerns one to four people.
"""

from __future__ import annotations

import random

import pytest

from pipelines.disclosure.groups import KnownGroups
from saywhy.feedback import Scale
from saywhy.report import Report
from tests.builders.published_survey import APART, MERGED, Survey, Topics, random_survey


def shown(report: Report) -> dict[str, int]:
    """The mentions of each complaint that the report shows."""
    return {issue.id: issue.mentions for issue in report.issues}


def teams(report: Report) -> dict[str, int]:
    """The size of each segment that the report shows."""
    return {group.name: group.nps.n for group in report.segments}


def test_newcomers_in_no_team_are_not_the_rest() -> None:
    """Of twelve newcomers at a site, five join each of two teams and two join none: the site minus the teams would be
    these two. The table stays as it was published.
    """
    survey = Survey()
    for count, at in ((10, "site=X team=a"), (10, "site=X team=b"), (10, "site=X"), (20, "site=Y team=d")):
        survey.join(count, at=at)
    before = survey.publish()["W1"]
    for count, at in ((5, "site=X team=a"), (5, "site=X team=b"), (2, "site=X")):
        survey.join(count, at=at)
    after = survey.publish()["W1"]
    assert survey.leaks() == {}
    assert {"site=X", "team=a", "team=b"} <= teams(before).keys()
    assert (after.counts.responses, teams(after)) == (62, teams(before))


def test_few_silent_newcomers_are_not_the_rest() -> None:
    """Of ten newcomers two write nothing: the score of all minus that of those who wrote would be theirs."""
    survey = Survey()
    survey.join(40)
    survey.join(20, silent=True)
    assert survey.publish()["W1"].nps_with_comment
    survey.join(8)
    survey.join(2, silent=True)
    assert survey.publish()["W1"].nps_with_comment is None
    survey.join(10)
    survey.join(3, silent=True)
    assert survey.publish()["W1"].nps_with_comment  # with the two, five of the newcomers are silent
    assert survey.leaks() == {}


def test_few_ratings_of_newcomers_are_not_published() -> None:
    """Beside ten newcomers with a score, and ten with a rating on another scale, three ratings more are not shown."""
    survey = Survey()
    survey.join(40)
    survey.join(10, scale=Scale.FIVE)
    assert [rating.n for rating in survey.publish()["W1"].ratings] == [10]
    survey.join(10)
    survey.join(3, scale=Scale.FIVE)
    assert survey.publish()["W1"].ratings == ()
    survey.join(10)
    survey.join(2, scale=Scale.FIVE)
    assert [rating.n for rating in survey.publish()["W1"].ratings] == [15]
    assert survey.leaks() == {}


def test_newcomers_of_a_hidden_language_are_not_the_rest() -> None:
    """Five newcomers write English, five German, and one Italian, of which there are too few to be shown."""
    survey = Survey()
    for language, count in (("en", 20), ("de", 10), ("it", 3), ("fr", 3)):
        survey.join(count, language=language)
    before = survey.publish()["W1"].languages
    assert before == (("en", 20), ("de", 10))
    for language, count in (("en", 5), ("de", 5), ("it", 1)):
        survey.join(count, language=language)
    assert survey.publish()["W1"].languages == before
    assert survey.leaks() == {}


def complaints(both: int) -> Survey:
    """Ten people each name the hotline, the chat and the slow support; twenty others none; `both` name two topics."""
    survey = Survey()
    for words in (("hotline",), ("chat",), ("slow",), ("fine",), ("fine",)):
        survey.join(10, *words)
    survey.join(both, "hotline", "chat")
    return survey


@pytest.mark.parametrize("first", [APART, MERGED], ids=["merge", "undo"])
def test_a_merge_does_not_tell_who_named_both(first: Topics) -> None:
    """Two topics together are less than their sum by those who named both. A merge, and one that is undone, is not
    shown if these are two people, and is if they are five.
    """
    second = MERGED if first is APART else APART
    for both in (2, 5):
        survey = complaints(both)
        before, after = (shown(survey.publish(topics)["W1"]) for topics in (first, second))
        assert survey.leaks() == {}
        assert before.keys() == {"support", *first}
        assert (after.keys() == {"support", *second}) == (both == 5)
        assert "support" in after


def test_an_adopted_topic_is_compared_with_the_topic() -> None:
    """A topic that is adopted as a theme while ten people join, two of whom name it, is two more than the topic."""
    survey = complaints(0)
    assert shown(survey.publish(APART)["W1"])["hotline"] == 10
    survey.join(2, "hotline")
    survey.join(8, "fine")
    assert "mine" not in shown(survey.publish(APART, adopted="hotline")["W1"])
    survey.join(5, "hotline")
    survey.join(5, "fine")
    assert shown(survey.publish(APART, adopted="hotline")["W1"])["mine"] == 17
    assert survey.leaks() == {}


def test_an_adoption_does_not_tell_who_names_both() -> None:
    """A theme is less than before by the topic that was adopted, but for those who name it and its rest."""
    for both in (2, 5):
        survey = complaints(0)
        survey.join(both, "hotline", "slow")
        assert "support" in shown(survey.publish(APART)["W1"])
        after = shown(survey.publish(APART, adopted="hotline")["W1"])
        assert survey.leaks() == {}
        assert ("support" in after) == (both == 5)
        assert after["mine"] == 10 + both


def test_a_topic_that_is_found_again_is_compared_with_the_earlier_one() -> None:
    """A topic that ended, and another one of the same people but for two, differ by these two, whatever their ids."""
    survey = complaints(0)
    survey.join(2, "queue")
    assert "hotline" in shown(survey.publish({"hotline": ("hotline", "queue")})["W1"])
    assert "phone" not in shown(survey.publish({"phone": ("hotline",)})["W1"])
    assert survey.leaks() == {}


def test_a_topic_hidden_in_a_wave_is_hidden_in_all_waves() -> None:
    """Two people more name a topic in one wave, ten in the other: all waves minus the other would be the two."""
    survey = complaints(0)
    for words in (("hotline",), ("chat",), ("fine",), ("slow",)):
        survey.join(10, *words, wave="W2")
    survey.publish(APART)
    survey.join(2, "hotline")
    survey.join(8, "fine")
    survey.join(10, "hotline", wave="W2")
    after = survey.publish(APART)
    assert [shown(after[wave]).get("hotline") for wave in ("W1", "W2", "all")] == [None, 20, None]
    assert survey.leaks() == {}


def test_publishing_the_same_again_hides_nothing() -> None:
    """Without newcomers and edits everything stays, however many times it is published; a rename changes no group."""
    survey = complaints(5)
    first = survey.publish(APART)
    assert len(first["W1"].issues) == 3
    for _ in range(3):
        assert survey.publish(APART) == first
    assert survey.leaks() == {}


HISTORIES = [
    *range(6),
    *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(6, 9)),
    *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(9, 40)),
]


@pytest.mark.slow
@pytest.mark.parametrize("seed", HISTORIES)
def test_random_histories_disclose_no_small_group(seed: int) -> None:
    """Whatever joins and edits there are, the attack on all five publications together finds nobody."""
    survey = random_survey(random.Random(seed))
    assert survey.leaks() == {}
    assert any(report.issues for publication in survey.publications for report in publication.values())


@pytest.mark.slow
def test_the_attack_succeeds_without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """If reports are compared by their numbers alone, most histories give up small groups: the attack itself works."""
    monkeypatch.setattr(
        "pipelines.disclosure.release.ReleasePlan.known", lambda _, data: KnownGroups.none(len(data.wave))
    )
    leaks = [random_survey(random.Random(seed)).leaks() for seed in range(3)]
    assert sum(map(bool, leaks)) > 1
