"""Topics keep their id when feedback arrives, and what became of each is recorded."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipelines.topics.clauses import ClauseSet
from pipelines.topics.tracking.grow import grow, is_due
from pipelines.topics.tracking.members import PreviousClustering
from pipelines.topics.tracking.refit import refit
from pipelines.topics.tracking.update import ClusteringUpdate
from saywhy.annotation import Polarity
from saywhy.errors import OtherModel
from saywhy.topic import Cluster, Fate, Membership
from tests.builders.topic_clauses import FIRST, LATER, THEMES, Said, clusters_of, key, known, material, said

BEFORE = [clause for cause in range(6) for clause in said(cause, 30)]


def first(clauses: Sequence[Said] = BEFORE) -> PreviousClustering:
    """The state after all of these were clustered together."""
    return known(refit(None, material(clauses), themes=THEMES, model="m1", now=FIRST))


def further(before: PreviousClustering, found: ClauseSet) -> ClusteringUpdate:
    """What growing makes of them."""
    return grow(before, found, themes=THEMES, model="m1", now=LATER)


def again(
    before: PreviousClustering, found: ClauseSet, *, model: str = "m1", held: Sequence[str] = ()
) -> ClusteringUpdate:
    """What clustering all together again makes of them."""
    return refit(before, found, themes=THEMES, model=model, now=LATER, held=held)


@pytest.fixture(scope="module")
def before() -> PreviousClustering:
    """Six topics of thirty clauses."""
    found = first()
    assert [cluster.size for cluster in found.standing] == [30] * 6
    return found


def fates(grown: ClusteringUpdate) -> dict[str, tuple[Fate, str | None]]:
    """What became of each cluster."""
    return {event.cluster: (event.fate, event.other) for event in grown.lineage}


def test_new_clauses_go_to_known_topics(before: PreviousClustering) -> None:
    """Each is in the topic of its cause, known ones stay where they are, and the topics only grow."""
    new = [clause for cause in range(6) for clause in said(cause, 6, 100)]
    found = known(further(before, material(BEFORE + new)), before)
    for cause in range(6):
        assert clusters_of(found, said(cause, 6, 100)) == clusters_of(before, said(cause, 30))
    assert all(found.members[span] == member for span, member in before.members.items())
    for old, now in zip(before.clusters, found.clusters, strict=True):
        assert now == replace(old, size=36, size_before=30)


def test_nothing_new_changes_nothing(before: PreviousClustering) -> None:
    """A rerun on the same feedback leaves the same clusters and writes no member."""
    grown = further(before, material(BEFORE))
    assert grown.members == ()
    assert grown.lineage == ()
    assert known(grown, before) == before


def test_a_new_cause_emerges(before: PreviousClustering) -> None:
    """What fits no topic becomes one, which is marked, and nothing else does."""
    new = said(20, 12) + said(3, 4, 100)
    grown = further(before, material(BEFORE + new))
    (born,) = [cluster for cluster in grown.clusters if cluster.is_emerging]
    assert clusters_of(known(grown, before), said(20, 12)) == {born.id}
    assert (born.size, born.size_before, born.found_at, born.theme) == (12, 0, LATER, "support")
    assert fates(grown) == {born.id: (Fate.FOUND, None)}


def test_what_fits_nothing_is_in_no_topic(before: PreviousClustering) -> None:
    """Single clauses about causes of their own are neither forced into a topic nor made one."""
    new = [clause for cause in range(20, 30) for clause in said(cause, 1)]
    grown = further(before, material(BEFORE + new))
    assert clusters_of(known(grown, before), new) == {None}
    assert not any(cluster.is_emerging for cluster in grown.clusters)


def test_praise_does_not_join_a_complaint(before: PreviousClustering) -> None:
    """Clauses that feel the opposite of the nearest topic become a topic of their own."""
    praise = material(said(2, 20, 100), polarity=Polarity.POSITIVE)
    blame = material(BEFORE)
    both = ClauseSet.of(
        [*blame.units, *praise.units],
        np.concatenate([found.distinct.vectors[found.distinct.place] for found in (blame, praise)]),
    )
    grown = further(before, both)
    (born,) = [cluster for cluster in grown.clusters if cluster.is_emerging]
    assert (born.polarity, born.size) == ("positive", 20)


def test_equal_texts_are_never_parted(before: PreviousClustering) -> None:
    """A new comment that says what a known clause says is where that is, whatever its vector."""
    text, _ = said(1, 1)[0]
    shouted = text.upper() + "!"
    units = [*material(BEFORE).units, replace(material([(shouted, 1)]).units[0])]
    vectors = np.concatenate([material([clause]).distinct.vectors for clause in [*BEFORE, (shouted, 30)]])
    found = known(further(before, ClauseSet.of(units, vectors)), before)
    assert found.members[key(shouted)].cluster == before.members[key(text)].cluster


def test_a_topic_without_members_is_retired_unless_it_is_held(before: PreviousClustering) -> None:
    """When all comments of a topic are gone it ends, but not if people have said that it is to stay."""
    gone = before.members[key(BEFORE[0][0])].cluster or ""
    kept = PreviousClustering(
        before.fit, before.clusters, {span: m for span, m in before.members.items() if m.cluster != gone}
    )
    left = [clause for clause in BEFORE if clause[1] != 0]
    for step in (further, again):
        grown = step(kept, material(left))
        assert fates(grown)[gone] == (Fate.RETIRED, None)
        assert {cluster.id for cluster in grown.clusters if cluster.ended_at} == {gone}
    held = grow(kept, material(left), themes=THEMES, model="m1", now=LATER, held=[gone])
    (stays,) = [cluster for cluster in held.clusters if cluster.id == gone]
    assert (stays.size, stays.ended_at) == (0, None)
    assert gone in {cluster.id for cluster in again(kept, material(left), held=[gone]).clusters if not cluster.ended_at}


def test_a_refit_keeps_ids_names_and_dates(before: PreviousClustering) -> None:
    """Clustered together again with a fifth more, every topic continues under its id, with its label and its date."""
    new = [clause for cause in range(6) for clause in said(cause, 6, 100)]
    grown = again(before, material(BEFORE + new))
    assert {cluster.id for cluster in grown.clusters} == {cluster.id for cluster in before.clusters}
    assert set(fates(grown).values()) == {(Fate.CONTINUED, cluster.id) for cluster in before.clusters}
    labels = {cluster.id: (cluster.label, cluster.found_at) for cluster in before.clusters}
    for cluster in grown.clusters:
        assert (cluster.label, cluster.found_at) == labels[cluster.id]
        assert (cluster.size, cluster.size_before) == (36, 30)


def test_a_refit_says_what_was_split(before: PreviousClustering) -> None:
    """Two causes that were one topic are two afterwards: one keeps the id, the other says where it is from."""
    whole, other = (before.members[key(said(cause, 1)[0][0])].cluster or "" for cause in (0, 1))
    members = {
        span: replace(member, cluster=whole) if member.cluster == other else member
        for span, member in before.members.items()
    }
    glued = PreviousClustering(before.fit, tuple(c for c in before.clusters if c.id != other), members)
    grown = again(glued, material(BEFORE + said(0, 5, 100)))
    assert fates(grown)[whole] == (Fate.CONTINUED, whole)
    (split,) = [event for event in grown.lineage if event.fate is Fate.SPLIT]
    assert (split.other, split.share) == (whole, 1.0)
    halves = [clusters_of(known(grown), said(cause, 30)) for cause in (0, 1)]
    assert sorted(halves, key=repr) == sorted([{whole}, {split.cluster}], key=repr)


def test_a_refit_says_what_was_merged(before: PreviousClustering) -> None:
    """Of two topics about one cause the larger continues, and the other says into which it went."""
    whole = before.members[key(BEFORE[0][0])].cluster or ""
    (cluster,) = [cluster for cluster in before.clusters if cluster.id == whole]
    strays = {key(text) for text, _ in said(0, 10)}
    members = {
        span: replace(member, cluster="stray") if span in strays else member for span, member in before.members.items()
    }
    torn = PreviousClustering(before.fit, (*before.clusters, replace(cluster, id="stray", size=10)), members)
    grown = again(torn, material(BEFORE))
    assert fates(grown)["stray"] == (Fate.MERGED, whole)
    assert fates(grown)[whole] == (Fate.CONTINUED, whole)
    (ended,) = [cluster for cluster in grown.clusters if cluster.ended_at]
    assert ended.id == "stray"


def test_what_people_hold_is_not_clustered_anew(before: PreviousClustering) -> None:
    """A held topic keeps its members, those that do not belong together too, and gets new ones that are near."""
    whole, other = (before.members[key(said(cause, 1)[0][0])].cluster or "" for cause in (0, 1))
    strays = {key(text) for text, _ in said(1, 5)}
    members = {
        span: replace(member, cluster=whole) if span in strays else member for span, member in before.members.items()
    }
    grown = again(
        PreviousClustering(before.fit, before.clusters, members), material(BEFORE + said(0, 5, 100)), held=[whole]
    )
    now = known(grown)
    assert clusters_of(now, said(0, 30) + said(1, 5) + said(0, 5, 100)) == {whole}
    assert clusters_of(now, said(1, 25, 5)) == {other}


def test_centroids_of_another_model_are_not_compared(before: PreviousClustering) -> None:
    """Growing on vectors of another model version is refused; a refit is due, and matches by members alone."""
    with pytest.raises(OtherModel, match=r"m1 .* m2"):
        grow(before, material(BEFORE), themes=THEMES, model="m2", now=LATER)
    assert is_due(before, "m2", len(BEFORE))
    turned = material([(text, 5 - cause) for text, cause in BEFORE])
    grown = again(before, turned, model="m2")
    assert all(event.fate is Fate.CONTINUED for event in grown.lineage)
    for cause in range(6):
        assert clusters_of(known(grown), said(cause, 30)) == clusters_of(before, said(cause, 30))
    assert grown.fit.model == "m2"


def test_topics_without_old_comments_are_known_by_their_centroids(before: PreviousClustering) -> None:
    """When only new comments are left, a refit by the same model knows the topics again; by another it does not."""
    new = [clause for cause in range(6) for clause in said(cause, 30, 100)]
    empty = PreviousClustering(before.fit, before.clusters, {})
    assert {fate for fate, _ in fates(again(empty, material(new))).values()} == {Fate.CONTINUED}
    other = again(empty, material(new), model="m2")
    assert {fate for fate, _ in fates(other).values()} == {Fate.RETIRED, Fate.FOUND}


def test_members_are_found_where_another_model_cuts_comments_elsewhere(before: PreviousClustering) -> None:
    """A clause that overlaps a known one is that one."""
    moved = {
        (hash_, start, end - 3): replace(member, end=end - 3) for (hash_, start, end), member in before.members.items()
    }
    grown = again(PreviousClustering(before.fit, before.clusters, moved), material(BEFORE))
    assert all(event.fate is Fate.CONTINUED for event in grown.lineage)


@pytest.mark.parametrize("step", [further, again])
def test_the_order_does_not_matter(before: PreviousClustering, step: object) -> None:
    """The same feedback in another order, known and new, leaves the same clusters, members and lineage."""
    clauses = BEFORE + said(20, 12) + said(3, 9, 100) + said(21, 1)
    shuffled = clauses.copy()
    random.Random(3).shuffle(shuffled)
    assert callable(step)
    one, two = step(before, material(clauses)), step(before, material(shuffled))
    assert sorted(one.members, key=_span) == sorted(two.members, key=_span)
    assert sorted(one.clusters, key=_id) == sorted(two.clusters, key=_id)
    assert one.lineage == two.lineage


def _span(member: Membership) -> tuple[str, int, int]:
    return member.content_hash, member.start, member.end


def _id(cluster: Cluster) -> str:
    return cluster.id


def test_nothing_at_all_is_no_topic(before: PreviousClustering) -> None:
    """No clauses give no topics, and the topics there were are retired."""
    nothing = ClauseSet.of([], np.empty((0, 0), np.float32))
    assert refit(None, nothing, themes=THEMES, model="m1", now=FIRST).clusters == ()
    empty = PreviousClustering(before.fit, before.clusters, {})
    assert {event.fate for event in again(empty, nothing).lineage} == {Fate.RETIRED}
    assert is_due(None, "m1", 0)
    assert not is_due(before, "m1", 269)
    assert is_due(before, "m1", 270)
