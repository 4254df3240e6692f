"""Clauses that name a cause of the library, and the topics that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.arrays import NONE, Vectors
from pipelines.topics.clauses import ClauseText
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.library import (
    KEEP_SHARE,
    MIN_PROBABILITY,
    MIN_SECOND_PROBABILITY,
    LibraryMatch,
    match_library,
    with_library,
    without_library,
)
from pipelines.topics.tracking.memberships import PreviousClustering
from pipelines.topics.tracking.update import ClusteringUpdate
from saywhy.annotation import Polarity
from saywhy.code_frame import LibraryCause
from saywhy.topic import ClusteringFit, Fate
from tests.builders.topic_clauses import FIRST, LATER, key, stored

NAMES = {"en": "Late", "de": "Verspätet", "zh-Hans": "晚到", "zh-Hant": "晚到"}
LATE = LibraryCause("delivery.late", "delivery", "negative", NAMES, NAMES)
RUDE = LibraryCause("staff.rude", "staff", "negative", NAMES, NAMES)
KIND = LibraryCause("staff.praise_kind", "staff", "positive", NAMES, NAMES)
LIBRARY = (LATE, RUDE, KIND)


def clause(text: str, polarity: Polarity = Polarity.NEGATIVE) -> ClauseText:
    """A clause that is a whole comment."""
    return ClauseText(*key(text), text, "delivery", polarity, "en")


def answer(*rows: tuple[float, ...]) -> Callable[[Vectors], Vectors]:
    """A head that gives these probabilities of the causes; the rest is that of no cause."""
    p = np.array(rows, np.float32)
    return lambda _: np.concatenate([p, 1 - p.sum(axis=1, keepdims=True)], axis=1)


def vectors(count: int) -> Vectors:
    """Different unit vectors."""
    return np.eye(8, dtype=np.float32)[:count]


def empty_update() -> ClusteringUpdate:
    """What clustering leaves if all clauses are in the library."""
    centring = LanguageCentring(["en"] * 8).fit(vectors(8))
    return ClusteringUpdate(ClusteringFit("m", FIRST, 0, *centring.means()), (), (), ())


def updated(
    clauses: list[ClauseText],
    causes: list[int],
    previous: PreviousClustering | None = None,
    second: list[int] | None = None,
    **options: object,
) -> ClusteringUpdate:
    """The update if the clauses name these causes (indices into `LIBRARY`), and these second ones."""
    seconds = np.array(second or [NONE] * len(causes))
    match = LibraryMatch(
        tuple(LIBRARY),
        np.array(causes),
        np.full(len(causes), 0.8, np.float32),
        seconds,
        np.where(seconds == NONE, 0, 0.2).astype(np.float32),
    )
    return with_library(
        empty_update(), clauses, vectors(len(clauses)), match, previous, LATER,
        is_refit=previous is None, **options,  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_most_probable_cause_is_named_if_it_is_probable_enough() -> None:
    """Below the limit a clause names no cause, however much more probable one is than the others."""
    low = MIN_PROBABILITY - 0.01
    match = match_library(
        [clause("a"), clause("b")], vectors(2), LIBRARY, answer((0.2, 0.7, 0), (low, 0, 0)), previous=None
    )
    assert match.cause.tolist() == [1, NONE]
    assert match.confidence[0] == pytest.approx(0.7)


def test_a_clause_does_not_name_a_cause_of_the_opposite_polarity() -> None:
    """A complaint is no praise and praise no complaint; a neutral clause may be either."""
    clauses = [clause(text, polarity) for text, polarity in zip("abc", list(Polarity)[:3], strict=True)]
    assert [c.polarity.value for c in clauses] == ["negative", "neutral", "positive"]
    of_praise = match_library(clauses, vectors(3), LIBRARY, answer(*[(0, 0, 0.9)] * 3), previous=None)
    assert of_praise.cause.tolist() == [NONE, 2, 2]
    of_complaint = match_library(clauses, vectors(3), LIBRARY, answer(*[(0.9, 0, 0)] * 3), previous=None)
    assert of_complaint.cause.tolist() == [0, 0, NONE]


def test_a_clause_keeps_its_cause_through_small_shifts() -> None:
    """Down to the lower limit the previous cause stays, unless another has become much more probable."""
    clauses = [clause("a"), clause("b"), clause("c")]
    before = stored(updated(clauses, [0, 0, 0]))
    lowest = KEEP_SHARE * MIN_PROBABILITY
    much_more = lowest + 0.02 + MIN_PROBABILITY + 0.01
    rows = (lowest + 0.02, lowest + 0.1, 0), (lowest + 0.02, much_more, 0), (lowest - 0.02, 0.0, 0)
    match = match_library(clauses, vectors(3), LIBRARY, answer(*rows), before)
    assert match.cause.tolist() == [0, 1, NONE]
    both = stored(updated(clauses, [0, 0, 0], second=[1, 1, 1]))
    lowest = KEEP_SHARE * MIN_SECOND_PROBABILITY
    seconds = (0.8, lowest + 0.01, 0), (0.8, lowest - 0.01, 0), (lowest, 0.8, 0)
    match = match_library(clauses, vectors(3), LIBRARY, answer(*seconds), both)
    assert (match.cause.tolist(), match.second.tolist()) == ([0, 0, 1], [1, NONE, NONE])


def test_a_clause_names_a_second_cause_that_is_probable_enough() -> None:
    """The second most probable cause is named too from its own limit on, but never without a first."""
    low = MIN_SECOND_PROBABILITY - 0.01
    rows = (0.6, 0.3, 0), (0.6, low, 0), (MIN_PROBABILITY - 0.01, MIN_PROBABILITY - 0.02, 0)
    clauses = [clause("a"), clause("b"), clause("c")]
    match = match_library(clauses, vectors(3), LIBRARY, answer(*rows), previous=None)
    assert (match.cause.tolist(), match.second.tolist()) == ([0, 0, NONE], [1, NONE, NONE])
    assert match.second_confidence.tolist() == pytest.approx([0.3, 0, 0])


def test_a_second_cause_counts_in_its_cluster() -> None:
    """A clause that names two causes is in both clusters, and its membership names both."""
    update = updated([clause("a"), clause("b")], [0, 1], second=[1, NONE])
    assert {cluster.id: cluster.size for cluster in update.clusters} == {LATE.id: 1, RUDE.id: 2}
    assert [(m.cluster, m.second) for m in update.memberships] == [(LATE.id, RUDE.id), (RUDE.id, None)]


def test_clauses_that_people_keep_together_stay_out_of_the_library() -> None:
    """A clause of a locked topic that was discovered does not move to a library cause; one of another topic does."""
    clauses = [clause("a"), clause("b")]
    before = stored(updated(clauses, [0, 0]))
    members = enumerate(before.memberships.values())
    of_people = {member.key: replace(member, cluster=f"own-{number}") for number, member in members}
    previous = PreviousClustering(before.fit, (), of_people)
    names_late = answer((0.9, 0, 0), (0.9, 0, 0))
    match = match_library(clauses, vectors(2), LIBRARY, names_late, previous, locked=["own-0"])
    assert sorted(match.cause.tolist()) == [NONE, 0]


def test_causes_become_clusters_with_the_names_that_people_wrote() -> None:
    """Id, theme, polarity and names are those of the library; unnamed causes have no cluster."""
    update = updated([clause("a"), clause("b"), clause("c")], [0, 0, NONE])
    (cluster,) = update.clusters
    assert (cluster.id, cluster.theme, cluster.polarity, cluster.size) == ("delivery.late", "delivery", "negative", 2)
    assert (cluster.label, cluster.labels, cluster.stability) == ("Late", NAMES, None)
    assert [member.cluster for member in update.memberships] == ["delivery.late"] * 2


def test_a_cluster_remembers_what_it_had_before() -> None:
    """Day of discovery and size before stay; without new clauses only changed memberships are written."""
    first = [clause("a"), clause("b")]
    before = stored(updated(first, [0, 0]))
    grown = updated([*first, clause("c")], [0, 0, 0], before)
    assert [(c.size, c.size_before, c.found_at) for c in grown.clusters] == [(3, 2, LATER)]
    assert [member.content_hash for member in grown.memberships] == [key("c")[0]]
    again = updated([*first, clause("c")], [0, 0, 0], stored(grown, before))
    assert again.memberships == ()
    assert [(c.size, c.size_before) for c in again.clusters] == [(3, 2)]
    elsewhere = updated([*first, clause("c"), clause("d")], [0, 0, 0, 1], stored(grown, before))
    assert [(c.id, c.size, c.size_before) for c in elsewhere.clusters] == [(LATE.id, 3, 3), (RUDE.id, 1, 0)]


def test_a_cause_that_nobody_names_any_more_ends_and_comes_back() -> None:
    """Without clauses it ends, unless people have pinned it; with the next clause it is there again."""
    one = [clause("a")]
    before = stored(updated(one, [0]))
    ended = updated(one, [NONE], before)
    assert [cluster.ended_at for cluster in ended.clusters] == [LATER]
    assert [event.fate for event in ended.lineage] == [Fate.RETIRED]
    assert [c.ended_at for c in updated(one, [NONE], before, lasting=["delivery.late"]).clusters] == [None]
    back = updated(one, [0], stored(ended, before))
    assert [(cluster.id, cluster.ended_at) for cluster in back.clusters] == [("delivery.late", None)]
    assert [event.fate for event in back.lineage] == [Fate.FOUND]


def test_discovery_does_not_see_the_library() -> None:
    """Clusters of the library and their clauses are left out of what clustering continues."""
    before = stored(updated([clause("a")], [0]))
    discovered = without_library(before, LIBRARY)
    assert (discovered.clusters, dict(discovered.memberships)) == ((), {})
