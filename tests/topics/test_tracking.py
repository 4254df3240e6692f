"""Topics keep their ids when feedback arrives, and what became of each is recorded."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np
import pytest

from models.arrays import Vectors
from pipelines.topics.clauses import ClauseSet
from pipelines.topics.tracking.grow import grow, is_due
from pipelines.topics.tracking.memberships import PreviousClustering
from pipelines.topics.tracking.refit import refit
from pipelines.topics.tracking.update import ClusteringUpdate
from saywhy.annotation import Polarity
from saywhy.errors import OtherModel
from saywhy.topic import ClauseKey, Fate, Membership
from tests.builders.topic_clauses import (
    FIRST,
    LATER,
    THEMES,
    CauseText,
    clause_set,
    clusters_of,
    key,
    stored,
    texts_about,
)

BEFORE = [text for cause in range(6) for text in texts_about(cause, 30)]


def grown(before: PreviousClustering, clauses: ClauseSet, *, locked: Sequence[str] = ()) -> ClusteringUpdate:
    """The update when topics grow."""
    return grow(before, clauses, code_frame=THEMES, model="m1", now=LATER, locked=locked)


def refitted(
    before: PreviousClustering, clauses: ClauseSet, *, model: str = "m1", locked: Sequence[str] = ()
) -> ClusteringUpdate:
    """The update when all clauses are clustered again."""
    return refit(before, clauses, code_frame=THEMES, model=model, now=LATER, locked=locked)


@pytest.fixture(scope="module")
def before() -> PreviousClustering:
    """Six topics of thirty clauses."""
    previous = stored(refit(None, clause_set(BEFORE), code_frame=THEMES, model="m1", now=FIRST))
    assert [cluster.size for cluster in previous.current] == [30] * 6
    return previous


def fates(update: ClusteringUpdate) -> dict[str, tuple[Fate, str | None]]:
    """What became of each cluster."""
    return {event.cluster: (event.fate, event.other) for event in update.lineage}


def cluster_of(previous: PreviousClustering, text: CauseText) -> str:
    """The cluster of one clause, "" for none."""
    return previous.memberships[key(text[0])].cluster or ""


def with_memberships(before: PreviousClustering, memberships: dict[ClauseKey, Membership]) -> PreviousClustering:
    """The same clusters with other members."""
    return PreviousClustering(before.fit, before.clusters, memberships)


def vectors_of(clauses: ClauseSet) -> Vectors:
    """The vector of each clause."""
    return clauses.distinct.vectors[clauses.distinct.row_of]


def test_new_clauses_go_to_known_topics(before: PreviousClustering) -> None:
    """Each is in the topic of its cause, known ones stay where they are, and the topics only grow."""
    new = [text for cause in range(6) for text in texts_about(cause, 6, 100)]
    after = stored(grown(before, clause_set(BEFORE + new)), before)
    for cause in range(6):
        assert clusters_of(after, texts_about(cause, 6, 100)) == clusters_of(before, texts_about(cause, 30))
    assert all(after.memberships[clause] == member for clause, member in before.memberships.items())
    for old, now in zip(before.clusters, after.clusters, strict=True):
        assert now == replace(old, size=36, size_before=30)


def test_nothing_new_changes_nothing(before: PreviousClustering) -> None:
    """A rerun on the same feedback leaves the same clusters and writes no membership."""
    update = grown(before, clause_set(BEFORE))
    assert update.memberships == ()
    assert update.lineage == ()
    assert stored(update, before) == before


def test_a_new_cause_emerges(before: PreviousClustering) -> None:
    """What fits no topic becomes one, which is marked, and nothing else does."""
    new = texts_about(20, 12) + texts_about(3, 4, 100)
    update = grown(before, clause_set(BEFORE + new))
    (emerging,) = [cluster for cluster in update.clusters if cluster.is_emerging]
    assert clusters_of(stored(update, before), texts_about(20, 12)) == {emerging.id}
    assert (emerging.size, emerging.size_before, emerging.found_at, emerging.theme) == (12, 0, LATER, "support")
    assert fates(update) == {emerging.id: (Fate.FOUND, None)}


def test_clauses_that_fit_nothing_are_in_no_topic(before: PreviousClustering) -> None:
    """Single clauses about causes of their own are neither forced into a topic nor made one."""
    new = [text for cause in range(20, 30) for text in texts_about(cause, 1)]
    update = grown(before, clause_set(BEFORE + new))
    assert clusters_of(stored(update, before), new) == {None}
    assert not any(cluster.is_emerging for cluster in update.clusters)


def test_praise_does_not_join_a_complaint(before: PreviousClustering) -> None:
    """Clauses of the opposite polarity of the nearest topic become a topic of their own."""
    praise = clause_set(texts_about(2, 20, 100), polarity=Polarity.POSITIVE)
    blame = clause_set(BEFORE)
    vectors = np.concatenate([vectors_of(blame), vectors_of(praise)])
    update = grown(before, ClauseSet.of([*blame.clauses, *praise.clauses], vectors))
    (emerging,) = [cluster for cluster in update.clusters if cluster.is_emerging]
    assert (emerging.polarity, emerging.size) == ("positive", 20)


def test_equal_texts_are_never_separated(before: PreviousClustering) -> None:
    """A new comment with the text of a known clause is in the same topic, whatever its vector."""
    known_text = texts_about(1, 1)[0]
    shouted = known_text[0].upper() + "!"
    clauses = [*clause_set(BEFORE).clauses, *clause_set([(shouted, 1)]).clauses]
    vectors = np.concatenate([clause_set([text]).distinct.vectors for text in [*BEFORE, (shouted, 30)]])
    after = stored(grown(before, ClauseSet.of(clauses, vectors)), before)
    assert cluster_of(after, (shouted, 30)) == cluster_of(before, known_text)


@pytest.mark.slow
def test_a_topic_without_members_is_retired_unless_it_is_locked(before: PreviousClustering) -> None:
    """When all comments of a topic are gone it ends, but not if people have decided what is in it."""
    gone = cluster_of(before, BEFORE[0])
    remaining = {clause: member for clause, member in before.memberships.items() if member.cluster != gone}
    without_members, left = with_memberships(before, remaining), clause_set([text for text in BEFORE if text[1] != 0])
    for step in (grown, refitted):
        update = step(without_members, left)
        assert fates(update)[gone] == (Fate.RETIRED, None)
        assert {cluster.id for cluster in update.clusters if cluster.ended_at} == {gone}
    for step in (grown, refitted):
        (locked,) = [cluster for cluster in step(without_members, left, locked=[gone]).clusters if cluster.id == gone]
        assert (locked.size, locked.ended_at) == (0, None)


@pytest.mark.slow
def test_a_refit_keeps_ids_names_and_dates(before: PreviousClustering) -> None:
    """Clustered again with a fifth more, every topic continues with its id, its label and its date."""
    new = [text for cause in range(6) for text in texts_about(cause, 6, 100)]
    update = refitted(before, clause_set(BEFORE + new))
    assert {cluster.id for cluster in update.clusters} == {cluster.id for cluster in before.clusters}
    assert set(fates(update).values()) == {(Fate.CONTINUED, cluster.id) for cluster in before.clusters}
    labels = {cluster.id: (cluster.label, cluster.found_at) for cluster in before.clusters}
    for cluster in update.clusters:
        assert (cluster.label, cluster.found_at) == labels[cluster.id]
        assert (cluster.size, cluster.size_before) == (36, 30)


@pytest.mark.slow
def test_a_refit_records_what_was_split(before: PreviousClustering) -> None:
    """Two causes that were one topic are two afterwards: one keeps the id, the other records where it is from."""
    whole, other = (cluster_of(before, texts_about(cause, 1)[0]) for cause in (0, 1))
    memberships = {
        clause: replace(member, cluster=whole) if member.cluster == other else member
        for clause, member in before.memberships.items()
    }
    clusters = tuple(cluster for cluster in before.clusters if cluster.id != other)
    update = refitted(
        PreviousClustering(before.fit, clusters, memberships), clause_set(BEFORE + texts_about(0, 5, 100))
    )
    assert fates(update)[whole] == (Fate.CONTINUED, whole)
    (split,) = [event for event in update.lineage if event.fate is Fate.SPLIT]
    assert (split.other, split.share) == (whole, 1.0)
    halves = [clusters_of(stored(update), texts_about(cause, 30)) for cause in (0, 1)]
    assert sorted(halves, key=repr) == sorted([{whole}, {split.cluster}], key=repr)


@pytest.mark.slow
def test_a_refit_records_what_was_merged(before: PreviousClustering) -> None:
    """Of two topics about one cause the larger continues, and the other records into which it was merged."""
    whole = cluster_of(before, BEFORE[0])
    (cluster,) = [cluster for cluster in before.clusters if cluster.id == whole]
    strays = {key(text) for text, _ in texts_about(0, 10)}
    memberships = {
        clause: replace(member, cluster="stray") if clause in strays else member
        for clause, member in before.memberships.items()
    }
    clusters = (*before.clusters, replace(cluster, id="stray", size=10))
    update = refitted(PreviousClustering(before.fit, clusters, memberships), clause_set(BEFORE))
    assert fates(update)["stray"] == (Fate.MERGED, whole)
    assert fates(update)[whole] == (Fate.CONTINUED, whole)
    (ended,) = [cluster for cluster in update.clusters if cluster.ended_at]
    assert ended.id == "stray"


@pytest.mark.slow
def test_a_locked_topic_keeps_its_members(before: PreviousClustering) -> None:
    """Also members that belong to another cause; and it gets new clauses that are near."""
    whole, other = (cluster_of(before, texts_about(cause, 1)[0]) for cause in (0, 1))
    strays = {key(text) for text, _ in texts_about(1, 5)}
    memberships = {
        clause: replace(member, cluster=whole) if clause in strays else member
        for clause, member in before.memberships.items()
    }
    clauses = clause_set(BEFORE + texts_about(0, 5, 100))
    after = stored(refitted(with_memberships(before, memberships), clauses, locked=[whole]))
    assert clusters_of(after, texts_about(0, 30) + texts_about(1, 5) + texts_about(0, 5, 100)) == {whole}
    assert clusters_of(after, texts_about(1, 25, 5)) == {other}


@pytest.mark.slow
def test_centroids_of_another_model_are_not_compared(before: PreviousClustering) -> None:
    """Growing on vectors of another model version is refused; a refit is due, and matches by members alone."""
    with pytest.raises(OtherModel, match=r"m1 .* m2"):
        grow(before, clause_set(BEFORE), code_frame=THEMES, model="m2", now=LATER)
    assert is_due(before, "m2", len(BEFORE))
    other_vectors = clause_set([(text, 5 - cause) for text, cause in BEFORE])
    update = refitted(before, other_vectors, model="m2")
    assert all(event.fate is Fate.CONTINUED for event in update.lineage)
    for cause in range(6):
        assert clusters_of(stored(update), texts_about(cause, 30)) == clusters_of(before, texts_about(cause, 30))
    assert update.fit.model == "m2"


@pytest.mark.slow
def test_topics_without_old_comments_are_matched_by_their_centroids(before: PreviousClustering) -> None:
    """When only new comments are left, a refit by the same model recognises the topics; by another it does not."""
    new = clause_set([text for cause in range(6) for text in texts_about(cause, 30, 100)])
    empty = with_memberships(before, {})
    assert {fate for fate, _ in fates(refitted(empty, new)).values()} == {Fate.CONTINUED}
    other = refitted(empty, new, model="m2")
    assert {fate for fate, _ in fates(other).values()} == {Fate.RETIRED, Fate.FOUND}


@pytest.mark.slow
def test_members_are_found_where_another_model_splits_comments_elsewhere(before: PreviousClustering) -> None:
    """A clause that overlaps a known one takes over its membership."""
    moved = {
        (content_hash, start, end - 3): replace(member, end=end - 3)
        for (content_hash, start, end), member in before.memberships.items()
    }
    update = refitted(with_memberships(before, moved), clause_set(BEFORE))
    assert all(event.fate is Fate.CONTINUED for event in update.lineage)


@pytest.mark.slow
@pytest.mark.parametrize("step", [grown, refitted])
def test_the_order_does_not_matter(before: PreviousClustering, step: object) -> None:
    """The same feedback in another order, known and new, leaves the same clusters, memberships and lineage."""
    texts = BEFORE + texts_about(20, 12) + texts_about(3, 9, 100) + texts_about(21, 1)
    shuffled = texts.copy()
    random.Random(3).shuffle(shuffled)
    assert callable(step)
    one, two = step(before, clause_set(texts)), step(before, clause_set(shuffled))
    assert sorted(one.memberships, key=attrgetter("key")) == sorted(two.memberships, key=attrgetter("key"))
    assert sorted(one.clusters, key=attrgetter("id")) == sorted(two.clusters, key=attrgetter("id"))
    assert one.lineage == two.lineage


def test_no_clauses_give_no_topics(before: PreviousClustering) -> None:
    """The previous topics are retired."""
    nothing = ClauseSet.of([], np.empty((0, 0), np.float32))
    assert refit(None, nothing, code_frame=THEMES, model="m1", now=FIRST).clusters == ()
    assert {event.fate for event in refitted(with_memberships(before, {}), nothing).lineage} == {Fate.RETIRED}


def test_a_refit_is_due_at_the_first_run_and_after_half_as_many_clauses_again(before: PreviousClustering) -> None:
    """180 clauses were clustered: 269 are too few, 270 are enough."""
    assert is_due(None, "m1", 0)
    assert not is_due(before, "m1", 269)
    assert is_due(before, "m1", 270)
