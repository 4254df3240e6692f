"""An anonymous survey that is published again and again, and what an insider knows of all its publications."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.annotate.columns import Annotations
from pipelines.disclosure.release import ReleasePlan
from pipelines.report.waves import anonymous_reports_on_waves, report_on_waves
from pipelines.tabulate.tabulation import tabulate
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment, Response, Scale, Score, Segment
from saywhy.publication import PublishedGroup
from saywhy.report import ALL_WAVES, Report
from saywhy.topic import Assignment, Topic
from tests.builders.answers import NOW, annotate_by_words
from tests.builders.linear_attack import isolated_sets

#: Whether something holds of a response.
Holds = Callable[[Any], object]

#: Positions of responses in the survey.
People = frozenset[int]

#: Causes of which it is known how they overlap: a theme and its topics, a topic and the theme that it was adopted as.
FAMILIES = (("support", "hotline", "chat", "phone"), ("mine", "hotline"))

#: A topic of support, which people call by words: its id → the words.
Topics = dict[str, tuple[str, ...]]

MERGED: Topics = {"hotline": ("hotline", "chat")}
APART: Topics = {"hotline": ("hotline",), "chat": ("chat",)}

#: Nothing is hidden; each publication is protected as if it were the first; it is compared with all earlier ones too.
Protection = Literal["none", "alone", "together"]


@dataclass
class Survey:
    """An anonymous survey: who answered, in order, and what was published of it, oldest first."""

    protection: Protection = "together"
    responses: list[Response] = field(default_factory=list)
    publications: list[dict[str, Report]] = field(default_factory=list)
    groups: set[PublishedGroup] = field(default_factory=set)
    scores: set[People] = field(default_factory=set)  # the groups of which the publications tell the scores
    languages: set[People] = field(default_factory=set)
    causes: dict[str, set[People]] = field(default_factory=dict)  # by the family of causes that are parts of another

    def join(
        self,
        count: int,
        *words: str,
        silent: bool = False,
        wave: str = "W1",
        language: str = "en",
        scale: Scale = Scale.NPS,
        at: str = "",
    ) -> None:
        """So many people answer alike: with these words in their comment, and `at` segments like `site=X team=a`."""
        for _ in range(count):
            number = len(self.responses)
            comment = None if silent else Comment(f"{' '.join(words)} as I see it {number}", language)
            segments = tuple(Segment(*segment.split("=")) for segment in at.split())
            score = Score(number % 5 + 1, scale)
            self.responses.append(Response("hr", str(number), score, comment, None, wave, segments))

    def publish(self, topics: Topics | None = None, adopted: str | None = None) -> dict[str, Report]:
        """Publish the survey again with these topics, one of which may be adopted as a theme."""
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
        reports = self._reports(Annotations.of(annotations.items()), kept, assigned)
        self.publications.append({report.wave: report for report in reports})
        self._learn(topics, adopted)
        return self.publications[-1]

    def _reports(self, annotations: Annotations, topics: list[Topic], assigned: list[Assignment]) -> list[Report]:
        """What is published today, under the protection of this survey."""
        if self.protection == "none":
            data = tabulate(self.responses, annotations, topics, assigned, load_code_frame())
            return report_on_waves(data, "m", NOW, progress=lambda *_: None)
        history: dict[str, list[Report]] = {}
        for publication in reversed(self.publications if self.protection == "together" else []):
            for wave, report in publication.items():
                history.setdefault(wave, []).append(report)
        plan = ReleasePlan.of(self.responses, history, self.groups)
        data = tabulate(plan.select(self.responses), annotations, topics, assigned, load_code_frame())
        reports, known = anonymous_reports_on_waves(data, "m", NOW, plan, progress=lambda *_: None)
        if self.protection == "together":
            self.groups |= known.stored(plan.positions)
        return reports

    def _learn(self, topics: Topics, adopted: str | None) -> None:
        """What an insider, who knows what everybody answered, knows of the groups in the latest publication."""
        publication = self.publications[-1]
        released = {
            wave: [at for at, entry in enumerate(self.responses) if entry.wave == wave][: report.counts.responses]
            for wave, report in publication.items()
            if wave != ALL_WAVES
        }
        released[ALL_WAVES] = [at for people in released.values() for at in people]
        for wave, report in publication.items():
            scored = self._where(released[wave], lambda entry: entry.score.group is not None)
            wrote = self._where(scored, lambda entry: entry.comment is not None)
            everyone = {scored} if report.nps else set()
            everyone |= {wrote} if report.nps_with_comment else set()
            self.scores |= everyone | {frozenset(released[wave]) - scored for _ in report.ratings}
            inside = {group.name: self._where(scored, _is_in(group.name)) for group in report.segments}
            # Where the size is another one, the table stayed as it was published before.
            self.scores |= {inside[group.name] for group in report.segments if len(inside[group.name]) == group.nps.n}
            answers = self._where(released[wave], lambda entry: entry.comment is not None)
            spoken = {language: self._where(answers, _is_written_in(language)) for language, _ in report.languages}
            self.languages |= {answers, *(spoken[key] for key, n in report.languages if len(spoken[key]) == n)}
            for issue in report.issues:
                named = self._where(wrote, _has_word(_words_of(issue.id, topics, adopted)))
                assert len(named) == issue.mentions, issue.id
                for family in FAMILIES:
                    if issue.id in family:
                        self.causes.setdefault(" ".join(family), set()).update({named, *everyone})

    def _where(self, people: Iterable[int], holds: Holds) -> People:
        return frozenset(at for at in people if holds(self.responses[at]))

    def leaks(self) -> dict[str, list[int]]:
        """The sizes of the sets of one to four people of whom all scores, languages or causes tell something."""
        sizes = {name: [*isolated_sets(masks)] for name, masks in self._masks()}
        return {name: few for name, few in sizes.items() if few}

    def has_leak(self) -> bool:
        """Whether there is any such set."""
        return any(True for _, masks in self._masks() for _ in isolated_sets(masks))

    def _masks(self) -> Iterator[tuple[str, list[NDArray[np.bool_]]]]:
        everyone = np.arange(len(self.responses))
        for name, groups in {"scores": self.scores, "languages": self.languages, **self.causes}.items():
            if groups:
                yield name, [np.isin(everyone, [*people]) for people in groups]


def _is_in(segment: str) -> Holds:
    return lambda entry: segment in map(str, entry.segments)


def _is_written_in(language: str) -> Holds:
    return lambda entry: entry.comment.language == language


def _has_word(words: set[str]) -> Holds:
    return lambda entry: words & {*entry.comment.verbatim.split()}


def _words_of(cause: str, topics: Topics, adopted: str | None) -> set[str]:
    """The words by which people name a cause: a theme is named by the words of its topics too."""
    if cause == "mine":
        return set(topics[str(adopted)])
    if cause != "support":
        return set(topics[cause])
    return {"slow", *(word for key, called in topics.items() if key != adopted for word in called)}


def random_survey(draw: random.Random, protection: Protection = "together") -> Survey:
    """A survey of nested segments and complaints that grows and is edited between five publications."""
    survey = Survey(protection)
    survey.join(8, "slow", at="site=X team=Xa")
    for _ in range(5):
        for _ in range(draw.randint(2, 7)):
            count, wave, is_silent = (
                draw.choice([1, 2, 3, 5, 8, 13]),
                draw.choice(["W1", "W1", "W2"]),
                draw.random() < 0.2,
            )
            words = [word for word in ("hotline", "chat", "slow") if draw.random() < 0.3]
            site = draw.choice("XXY")
            at = f"site={site}" + (f" team={site}{draw.choice('aabc')}" if draw.random() < 0.8 else "")
            survey.join(count, *words, silent=is_silent, wave=wave, at=at)
        survey.publish(draw.choice([APART, APART, MERGED]), draw.choice([None, None, "hotline"]))
    return survey
