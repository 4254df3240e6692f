"""Attacks on all publications of an anonymous survey together: people join, topics are edited, the survey is published
again. No sum or difference of what was published, at any time, concerns one to four people.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipelines.annotate.columns import Annotations
from pipelines.disclosure.release import ReleasePlan
from pipelines.report.waves import anonymous_reports_on_waves
from pipelines.tabulate.tabulation import tabulate
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment, Response, Scale, Score, Segment
from saywhy.publication import PublishedGroup
from saywhy.report import ALL_WAVES, Report
from saywhy.topic import Assignment, Topic
from tests.builders.answers import NOW, annotate_by_words
from tests.builders.linear_attack import isolated

#: Positions of responses in the survey.
People = frozenset[int]

#: A topic of support, which people call by words: its id → the words.
Topics = dict[str, tuple[str, ...]]


@dataclass
class Survey:
    """An anonymous survey: who answered, in order, and what was published of it, oldest first."""

    responses: list[Response] = field(default_factory=list)
    publications: list[dict[str, Report]] = field(default_factory=list)
    groups: set[PublishedGroup] = field(default_factory=set)
    scores: set[People] = field(default_factory=set)  # the groups of which the publications tell the scores
    languages: set[People] = field(default_factory=set)
    causes: set[People] = field(default_factory=set)

    def join(self, count: int, *words: str, silent: bool = False, **more: object) -> None:
        """So many people answer alike: with these words in their comment, and perhaps in segments."""
        wave, language = str(more.pop("wave", "W1")), str(more.pop("language", "en"))
        scale = Scale(str(more.pop("scale", Scale.NPS)))
        for _ in range(count):
            number = len(self.responses)
            comment = None if silent else Comment(f"{' '.join(words)} as I see it {number}", language)
            segments = tuple(Segment(dimension, str(value)) for dimension, value in more.items())
            score = Score(number % 5 + 1, scale)
            self.responses.append(Response("hr", str(number), score, comment, None, wave, segments))

    def publish(self, topics: Topics | None = None, adopted: str | None = None) -> dict[str, Report]:
        """Publish the survey again with these topics, one of which may be adopted as a theme."""
        history: dict[str, list[Report]] = {}
        for publication in reversed(self.publications):
            for wave, report in publication.items():
                history.setdefault(wave, []).append(report)
        plan = ReleasePlan.of(self.responses, history, self.groups)
        comments = [response.comment for response in self.responses if response.comment]
        words = {"slow": ("support", Polarity.NEGATIVE)}
        annotations = {comment.content_hash: annotate_by_words(comment, words) for comment in comments}
        topics = topics or {}
        kept = [
            Topic(
                key, "mine" if key == adopted else "support", key, (key,), "negative", 9, b"", is_adopted=key == adopted
            )
            for key in topics
        ]
        assigned = [
            Assignment(comment.content_hash, 0, 4, key, 0.9)
            for comment in comments
            for key, called in topics.items()
            if set(called) & set(comment.verbatim.split())
        ]
        columns = Annotations.of(annotations.items())
        data = tabulate(plan.select(self.responses), columns, kept, assigned, load_code_frame())
        reports, known = anonymous_reports_on_waves(data, "m", NOW, plan, progress=lambda *_: None)
        self.groups |= known.stored(plan.positions)
        self.publications.append({report.wave: report for report in reports})
        self._learn(topics, adopted)
        return self.publications[-1]

    def _learn(self, topics: Topics, adopted: str | None) -> None:
        """What an insider, who knows what everybody answered, knows of the groups in the latest publication."""
        publication = self.publications[-1]
        released = {
            wave: [at for at, entry in enumerate(self.responses) if entry.wave == wave][: report.counts.responses]
            for wave, report in publication.items()
            if wave != ALL_WAVES
        }
        for wave, report in publication.items():
            people = released[wave] if wave != ALL_WAVES else sorted(at for some in released.values() for at in some)
            scored = self._where(people, lambda entry: entry.score is not None and entry.score.group is not None)
            wrote = self._where(scored, lambda entry: entry.comment is not None)
            everyone = {scored} if report.nps else set()
            everyone |= {wrote} if report.nps_with_comment else set()
            self.scores |= everyone
            for group in report.segments:
                inside = self._where(scored, lambda entry, name=group.name: name in map(str, entry.segments))
                self.scores |= {inside} if len(inside) == group.nps.n else set()  # else as published before
            for rating in report.ratings:
                self.scores.add(self._where(people, lambda entry: entry.score is not None and not entry.score.group))
                assert rating.n == len(people) - len(scored)
            answers = self._where(people, lambda entry: entry.comment is not None)
            self.languages.add(answers)
            for language, count in report.languages:
                speakers = self._where(answers, lambda entry, code=language: entry.comment.language == code)
                self.languages |= {speakers} if len(speakers) == count else set()
            self.causes |= everyone
            for issue in (*report.issues, *report.delights):
                called = _words_of(issue.key.id, topics, adopted)
                named = self._where(wrote, lambda entry, called=called: called & {*entry.comment.verbatim.split()})
                assert len(named) == issue.mentions, issue.id
                self.causes.add(named)

    def _where(self, people: Iterable[int], holds: Callable[[Any], object]) -> People:
        return frozenset(at for at in people if holds(self.responses[at]))

    def leaks(self) -> dict[str, list[int]]:
        """The sizes of the sets of one to four people of whom the scores, languages or causes together tell something."""
        return {
            name: sizes
            for name, groups in (("scores", self.scores), ("languages", self.languages), ("causes", self.causes))
            if (sizes := isolated(self._masks(groups)))
        }

    def _masks(self, groups: Iterable[People]) -> list[NDArray[np.bool_]]:
        return [np.isin(np.arange(len(self.responses)), [*people]) for people in groups]


def _words_of(cause: str, topics: Topics, adopted: str | None) -> set[str]:
    """The words by which people name a cause: a theme is named by the words of its topics too."""
    if cause == "mine":
        return set(topics[str(adopted)])
    if cause != "support":
        return set(topics[cause])
    return {"slow", *(word for key, called in topics.items() if key != adopted for word in called)}


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
    for count, more in ((10, {"team": "a"}), (10, {"team": "b"}), (10, {})):
        survey.join(count, site="X", **more)
    survey.join(20, site="Y", team="d")
    before = survey.publish()["W1"]
    for count, more in ((5, {"team": "a"}), (5, {"team": "b"}), (2, {})):
        survey.join(count, site="X", **more)
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


MERGED: Topics = {"hotline": ("hotline", "chat")}
APART: Topics = {"hotline": ("hotline",), "chat": ("chat",)}


def complaints(both: int) -> Survey:
    """Ten people each name the hotline, the chat, only that the support is slow, and something else; `both` name both."""
    survey = Survey()
    for words in (("hotline",), ("chat",), ("slow",), ("fine",), ("fine",)):
        survey.join(10, *words)
    survey.join(both, "hotline", "chat")
    return survey


@pytest.mark.parametrize("first", [APART, MERGED], ids=["merge", "undo"])
def test_a_merge_does_not_tell_who_named_both(first: Topics) -> None:
    """Two topics together are less than their sum by those who named both. A merge, and one that is undone, is not shown
    if these are two people, and is if they are five.
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
    """A topic that was adopted as a theme while ten people joined, two of whom name it, would be two more than the topic."""
    survey = complaints(0)
    assert shown(survey.publish(APART)["W1"])["hotline"] == 10
    survey.join(2, "hotline")
    survey.join(8, "fine")
    assert "mine" not in shown(survey.publish(APART, adopted="hotline")["W1"])
    survey.join(5, "hotline")
    survey.join(5, "fine")
    assert shown(survey.publish(APART, adopted="hotline")["W1"])["mine"] == 17
    assert survey.leaks() == {}


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


def random_survey(draw: random.Random) -> Survey:
    """A survey of nested segments and complaints that grows and is edited between five publications."""
    survey = Survey()
    for _ in range(5):
        for _ in range(draw.randint(2, 7)):
            words = [word for word in ("hotline", "chat", "slow") if draw.random() < 0.3]
            site = draw.choice("XXY")
            more = {"site": site} | ({"team": site + draw.choice("aabc")} if draw.random() < 0.8 else {})
            survey.join(
                draw.choice([1, 2, 3, 5, 8, 13]),
                *words,
                silent=draw.random() < 0.2,
                wave=draw.choice(["W1", "W1", "W2"]),
                **more,
            )
        survey.publish(draw.choice([APART, APART, MERGED]), draw.choice([None, None, "hotline"]))
    return survey


@pytest.mark.parametrize("seed", range(30))
def test_random_histories_disclose_no_small_group(seed: int) -> None:
    """Whatever joins and edits there are, the attack on all five publications together finds nobody."""
    survey = random_survey(random.Random(seed))
    assert survey.leaks() == {}
    assert any(report.issues for report in survey.publications[0].values())


def test_the_attack_succeeds_without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """If reports are compared by their numbers alone, most histories give up small groups: the attack itself works."""
    monkeypatch.setattr("pipelines.disclosure.groups.KnownGroups.related", lambda self, kind, _: self.rows[kind][:0])
    leaks = [random_survey(random.Random(seed)).leaks() for seed in range(10)]
    assert sum(map(bool, leaks)) > 5
