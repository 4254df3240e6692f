"""Parts of large library causes: what becomes one, and how it stays the same from wave to wave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from models.arrays import NONE, Vectors, unit
from pipelines.topics.clauses import ClauseText
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.clustering.phrase_parts import PhraseCounts, find_phrase_parts
from pipelines.topics.library import LibraryMatch, with_library, without_library
from pipelines.topics.library_parts import LibraryParts, divide_library
from pipelines.topics.tracking.memberships import PreviousClustering
from pipelines.topics.tracking.update import ClusteringUpdate
from saywhy.annotation import Polarity
from saywhy.code_frame import CodeFrame, LibraryCause
from saywhy.topic import Cluster, ClusteringFit, Fate
from tests.builders.topic_clauses import FIRST, LATER, THEMES, around, key, stored

NAMES = {"en": "A function is missing"}
MISSING = LibraryCause("features.missing_function", "features", "negative", NAMES, NAMES)
RUDE = LibraryCause("staff.rude", "staff", "negative", NAMES, NAMES)
NOWHERE = PhraseCounts.of(())

#: Said by each person differently, but for what is missing; 0 stands for a cause without parts.
THINGS = {1: "dark theme", 2: "undo button", 3: "offline access"}


def wishes(*numbers: int, start: int = 0) -> list[tuple[str, int]]:
    """For each number a clause about that thing, or about something that nobody else misses."""
    return [
        (f"wanted{row} {THINGS.get(number, f'gadget{row}')} since{row}", number)
        for row, number in enumerate(numbers, start)
    ]


def vectors_of(texts: Sequence[tuple[str, int]]) -> Vectors:
    """Clauses about one thing are near each other, others lie apart; all have the direction of the cause in common."""
    directions = [number or 10 + row % 25 for row, (_, number) in enumerate(texts)]
    return unit(around([0], 0) + 0.5 * around(directions, 1)).astype(np.float32)


def parts_of(texts: Sequence[tuple[str, int]], elsewhere: PhraseCounts = NOWHERE) -> list[set[int]]:
    """The things that the clauses of each part are about."""
    vectors, languages = vectors_of(texts), ["en"] * len(texts)
    centred = LanguageCentring(languages).fit(vectors).transform(vectors)
    parts = find_phrase_parts([text for text, _ in texts], languages, centred, elsewhere, min_stability=0.6)
    things = np.array([number for _, number in texts])
    return [set(things[parts.labels == part].tolist()) for part in range(len(parts.stability))]


def divided(
    texts: Sequence[tuple[str, int]],
    previous: PreviousClustering | None = None,
    *,
    cause: LibraryCause = MISSING,
    locked: Sequence[str] = (),
) -> tuple[LibraryParts, PreviousClustering]:
    """The parts of a cause that all texts name, and what the store returns then."""
    clauses = [ClauseText(*key(text), text, cause.theme, Polarity.NEGATIVE, "en") for text, _ in texts]
    vectors, count = vectors_of(texts), len(texts)
    sure = np.full(count, 0.9, np.float32)
    match = LibraryMatch((cause,), np.zeros(count, np.int64), sure, np.full(count, NONE), np.zeros_like(sure))
    fit = ClusteringFit("m", FIRST, 0, *LanguageCentring(["en"] * count).fit(vectors).means())
    now = LATER if previous else FIRST
    parts = divide_library(
        clauses, vectors, match, previous, fit, code_frame=CodeFrame(THEMES.themes, (cause,)), now=now, responses={},
        locked=locked,
    )  # fmt: skip
    update = with_library(
        ClusteringUpdate(fit, parts.clusters, (), parts.lineage), clauses, vectors, match, previous, now,
        is_refit=previous is None, part_of=parts.part_of,
    )  # fmt: skip
    return parts, stored(update, previous)


def sizes(clusters: Sequence[Cluster]) -> dict[str, int]:
    """The size of each part that is there, by its label."""
    return {part.label: part.size for part in clusters if part.parent and not part.ended_at}


def test_a_part_is_what_many_clauses_say_is_missing() -> None:
    """Each thing that enough people name is a part of its own; what each names alone is in none."""
    assert sorted(map(sorted, parts_of(wishes(*[1] * 15, *[2] * 15, *[0] * 40)))) == [[1], [2]]


@pytest.mark.parametrize("numbers", [[0] * 60, [*[1] * 5, *[0] * 60], [1] * 60])
def test_a_cause_that_does_not_divide_has_no_parts(numbers: list[int]) -> None:
    """There is no part where each clause is about something else, where too few agree, and where all do."""
    assert parts_of(wishes(*numbers)) == []


def test_what_the_whole_survey_says_leads_no_part() -> None:
    """A phrase that is as frequent in other causes tells nothing about this one."""
    texts = wishes(*[1] * 15, *[0] * 40)
    assert parts_of(texts) == [{1}]
    assert parts_of(texts, PhraseCounts.of([("the dark theme is lovely", "en")] * 100)) == []


def test_words_without_likeness_are_no_part() -> None:
    """Clauses that share a word but lie apart are about different things."""
    texts = wishes(*[0] * 60)
    share_a_word = [(f"{text} monday" if row % 4 == 0 else text, 0) for row, (text, _) in enumerate(texts)]
    assert parts_of(share_a_word) == []


def test_parts_are_clusters_below_their_cause() -> None:
    """A part has the theme and polarity of its cause, a label from its keyphrases, and clauses of the cause."""
    parts, after = divided(wishes(*[1] * 15, *[2] * 12, *[0] * 40))
    assert sizes(parts.clusters) == {"Dark theme": 15, "Undo button": 12}
    assert {(part.parent, part.theme, part.polarity) for part in parts.clusters} == {
        (MISSING.id, "features", "negative")
    }
    (cause,) = after.current
    assert (cause.id, cause.size) == (MISSING.id, 67)
    in_parts = [member for member in after.memberships.values() if member.part]
    assert len(in_parts) == 27
    assert {member.cluster for member in in_parts} == {MISSING.id}
    assert {(event.fate, event.other) for event in parts.lineage} == {(Fate.SPLIT, MISSING.id)}


def test_only_causes_that_name_a_class_of_things_have_parts() -> None:
    """Complaints about rude staff are not divided by the words in which they come."""
    parts, _ = divided(wishes(*[1] * 15, *[2] * 15, *[0] * 40), cause=RUDE)
    assert parts == LibraryParts()


def test_a_small_cause_is_not_divided() -> None:
    """So few clauses are read as fast as their parts."""
    assert divided(wishes(*[1] * 15, *[2] * 15))[0].clusters == ()


def test_a_part_keeps_its_id_and_label_when_feedback_arrives() -> None:
    """New clauses join the parts that they belong to; a thing that has become frequent is a further part."""
    first = wishes(*[1] * 15, *[2] * 12, *[0] * 40)
    before, after = divided(first)
    renamed = {part.id: replace(part, label=f"{part.label}!") for part in before.clusters}
    previous = PreviousClustering(
        after.fit, tuple(renamed.get(part.id, part) for part in after.clusters), after.memberships
    )
    now, _ = divided([*first, *wishes(*[1] * 4, *[3] * 14, start=100)], previous)
    assert sizes(now.clusters) == {"Dark theme!": 19, "Undo button!": 12, "Offline access": 14}
    assert {part.id for part in before.clusters} < {part.id for part in now.clusters}
    assert [(event.fate, event.other) for event in now.lineage] == [(Fate.SPLIT, MISSING.id)]
    assert {part.label: part.size_before for part in now.clusters}["Dark theme!"] == 15


def test_the_same_clauses_keep_their_parts() -> None:
    """A second analysis of the same feedback changes nothing."""
    texts = wishes(*[1] * 15, *[2] * 12, *[0] * 40)
    before, after = divided(texts)
    again, _ = divided(texts[::-1], after)
    assert (sizes(again.clusters), dict(again.part_of)) == (sizes(before.clusters), dict(before.part_of))
    assert again.lineage == ()


def test_a_part_that_is_not_said_any_more_ends() -> None:
    """Its history says that it has gone back into its cause."""
    _, after = divided(wishes(*[1] * 15, *[2] * 12, *[0] * 40))
    now, _ = divided(wishes(*[1] * 15, *[0] * 55), after)
    assert sizes(now.clusters) == {"Dark theme": 15}
    (ended,) = (part for part in now.clusters if part.ended_at)
    assert (ended.label, ended.size) == ("Undo button", 0)
    assert [(event.fate, event.cluster, event.other) for event in now.lineage] == [(Fate.MERGED, ended.id, MISSING.id)]


def test_people_decide_what_is_in_the_parts_of_a_locked_cause() -> None:
    """Its parts keep their clauses, also when there are too few for a part, and no new parts come."""
    _, after = divided(wishes(*[1] * 15, *[2] * 12, *[0] * 40))
    texts = [*wishes(*[1] * 15, *[2] * 5), *wishes(*[3] * 14, *[0] * 40, start=100)]
    now, _ = divided(texts, after, locked=[MISSING.id])
    assert sizes(now.clusters) == {"Dark theme": 15, "Undo button": 5}


def test_discovery_does_not_see_parts_of_the_library() -> None:
    """Clustering the rest neither continues nor ends them."""
    _, after = divided(wishes(*[1] * 15, *[2] * 12, *[0] * 40))
    assert without_library(after, [MISSING]).clusters == ()
