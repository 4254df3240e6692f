"""People's edits are applied to clusters, follow their topics, and can be undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from pipelines.topics.edits.apply import EditedTopics, apply, undone_by
from pipelines.topics.edits.draft import ClusteredClause
from saywhy.topic import Cluster, Edit, EditKind, Fate, Lineage, Topic
from tests.builders.topic_clauses import FIRST, LATER, around

KINDS = {kind.value: kind for kind in EditKind}


def cluster(name: str, size: int, direction: int, **more: Any) -> Cluster:
    """A cluster in one of the fixed directions."""
    vector = around([direction], 0, spread=0)[0].astype("<f2").tobytes()
    return Cluster(
        name, "support", f"label of {name}", (f"word-{name}",), "negative", size, vector, 0.5, "m1", FIRST, 0.9, **more
    )


A, B, C = cluster("a", 4, 0), cluster("b", 3, 1), cluster("c", 2, 2)
CLAUSES = [
    ClusteredClause(
        key=(f"{name}{number}", 0, 9),
        cluster=name,
        part="p" if name == "a" and number < 2 else None,
        text=f"text {name}{number}",
        words=(f"{name}{number}", name),
        polarity="negative",
        vector=around([3 if name == "a" and number < 2 else direction], number)[0],
    )
    for direction, (name, size) in enumerate((("a", 4), ("b", 3), ("c", 2)))
    for number in range(size)
]
PART = cluster("p", 2, 3, parent="a")


def read(clusters: Collection[str], comments: Collection[str]) -> Sequence[ClusteredClause]:
    """Clauses of clusters and comments, as the store returns them."""
    return [clause for clause in CLAUSES if clause.cluster in clusters or clause.key[0] in comments]


def edits(*changes: tuple[str, str | None, dict[str, Any]]) -> list[Edit]:
    """Edits in that order, numbered from 1."""
    return [
        Edit(number, KINDS[kind], topic, arguments, "Ada", FIRST + timedelta(hours=number))
        for number, (kind, topic, arguments) in enumerate(changes, 1)
    ]


def applied(
    changes: list[Edit], clusters: Sequence[Cluster] = (A, B, C, PART), lineage: Sequence[Lineage] = ()
) -> EditedTopics:
    """The topics after these edits."""
    return apply(changes, clusters, lineage, read)


def topic(edited: EditedTopics, topic_id: str) -> Topic:
    """The topic of that id."""
    return next(topic for topic in edited.topics if topic.id == topic_id)


SPLIT = {"into": "n", "name": "New one", "part": "p"}
CREATE = {"name": "New one", "theme": "design", "polarity": "negative", "clauses": [["a0", 0, 9]], "texts": ["Ugly"]}
EVERY_KIND: list[tuple[str, str | None, dict[str, Any]]] = [
    ("rename", "a", {"name": "Mine"}),
    ("merge", "a", {"into": "b"}),
    ("split", "a", SPLIT),
    ("split", "a", {"into": "n", "name": "New one", "examples": [["a0", 0, 9]]}),
    ("move", "a", {"into": "b", "clauses": [["a3", 0, 9]]}),
    ("pin", "a", {}),
    ("ignore", "a", {}),
    ("adopt", "a", {"name": "Mine", "theme": "mine"}),
    ("create", "n", CREATE),
]


@pytest.mark.parametrize("change", EVERY_KIND, ids=lambda change: f"{change[0]}-{'part' in change[2]}")
def test_every_edit_has_an_effect_and_can_be_undone_and_done_again(change: tuple[str, str, dict[str, Any]]) -> None:
    """With the edit topics differ, undone they are as they were, and done again they differ in the same way."""
    without, once = applied([]), applied(edits(change))
    assert once != without
    assert once.without_effect == {}
    undone = applied(edits(change, ("undo", "a", {"edit": 1})))
    assert (undone.topics, undone.topic_of, undone.moved) == (without.topics, without.topic_of, without.moved)
    assert undone.undone == {1: 2}
    again = applied(edits(change, ("undo", "a", {"edit": 1}), ("undo", "a", {"edit": 2})))
    assert (again.topics, again.moved, again.undone) == (once.topics, once.moved, {2: 3})


@pytest.mark.parametrize("change", EVERY_KIND, ids=lambda change: f"{change[0]}-{'part' in change[2]}")
def test_an_edit_made_twice_counts_once(change: tuple[str, str, dict[str, Any]]) -> None:
    """The second time changes nothing, whatever the edit."""
    once, twice = applied(edits(change)), applied(edits(change, change))
    assert (twice.topics, twice.topic_of, twice.moved) == (once.topics, once.topic_of, once.moved)


def test_the_order_of_clusters_does_not_matter() -> None:
    """Clusters in another order give the same topics, and edits count in the order in which they were made."""
    changes = edits(("merge", "a", {"into": "b"}), ("rename", "b", {"name": "One"}), ("rename", "b", {"name": "Two"}))
    assert applied(changes, (PART, C, B, A)).topics == applied(list(reversed(changes))).topics
    assert topic(applied(changes), "b").label == "Two"


def test_a_merge_adds_up() -> None:
    """The merged topic has the clauses and words of both, with id and name of the one it is merged into."""
    edited = applied(edits(("merge", "a", {"into": "b"})))
    merged = topic(edited, "b")
    assert (merged.size, merged.label, merged.keywords) == (7, "label of b", ("word-b", "word-a"))
    assert [(part.id, part.size) for part in merged.parts] == [("b", 3), ("a", 4)]
    assert edited.topic_of == {"a": "b", "b": "b", "c": "c"}
    assert edited.merged_into == {"a": "b"}
    assert [topic.id for topic in edited.topics] == ["b", "c"]


def test_a_topic_that_has_joined_a_cause_is_one_with_it() -> None:
    """It is a part of the cause, which can be split off again; one that people have edited stays a topic."""
    clusters = (replace(A, joined="b"), B, replace(C, joined="gone"))
    edited = applied([], clusters)
    assert edited.topic_of == {"a": "b", "b": "b", "c": "c"}
    assert edited.joined == {"a"}
    assert (topic(edited, "b").size, topic(edited, "b").label) == (7, "label of b")
    assert [part.id for part in topic(edited, "b").parts] == ["b", "a"]
    split = edits(("split", "b", {"into": "n", "name": "Apart", "part": "a"}))
    assert [(part.id, part.size) for part in applied(split, clusters).topics] == [("n", 4), ("b", 3), ("c", 2)]
    assert applied(edits(("rename", "a", {"name": "Mine"})), clusters).topic_of["a"] == "a"


def test_a_vague_topic_that_people_name_is_not_vague() -> None:
    """Nor is one that was split off, nor a merged one of which any part is clear."""
    vague = replace(A, is_vague=True)
    clusters = (vague, B, C, PART)
    assert topic(applied([], clusters), "a").is_vague
    assert topic(applied(edits(("pin", "a", {})), clusters), "a").is_vague
    assert not topic(applied(edits(("rename", "a", {"name": "Mine"})), clusters), "a").is_vague
    assert not topic(applied(edits(("split", "a", SPLIT)), clusters), "n").is_vague
    assert not topic(applied(edits(("merge", "a", {"into": "b"})), clusters), "b").is_vague


def test_edits_of_a_merged_topic_apply_to_the_one_it_was_merged_into() -> None:
    """A chain of merges is followed to its end."""
    edited = applied(edits(("merge", "a", {"into": "b"}), ("merge", "b", {"into": "c"}), ("pin", "a", {})))
    assert [(topic.id, topic.size, topic.is_pinned) for topic in edited.topics] == [("c", 9, True)]
    assert edited.locked == {"a", "b", "c"}


def test_a_split_by_part_takes_the_part() -> None:
    """The clauses of the part are a topic of their own, with their words, and the others stay."""
    edited = applied(edits(("split", "a", SPLIT)))
    new, rest = topic(edited, "n"), topic(edited, "a")
    assert (new.label, new.size, new.theme, new.stability) == ("New one", 2, "support", None)
    assert set(new.keywords) >= {"a0", "a1"}
    assert (rest.size, rest.parts) == (2, ())
    assert edited.moved == {("a0", 0, 9): "n", ("a1", 0, 9): "n"}
    assert edited.locked == {"a"}


def test_a_split_by_example_takes_similar_clauses() -> None:
    """One example is enough to take the other clause with a similar vector."""
    edited = applied(edits(("split", "a", {"into": "n", "name": "New one", "examples": [["a0", 0, 9]]})))
    assert set(edited.moved) == {("a0", 0, 9), ("a1", 0, 9)}


def test_a_split_without_examples_left_says_so() -> None:
    """When the comment is gone the edit has no effect, and the reason is returned."""
    edited = applied(edits(("split", "a", {"into": "n", "name": "New one", "examples": [["gone", 0, 9]]})))
    assert edited.without_effect == {1: "none of its examples is left"}
    assert edited.topics == applied([]).topics


def test_a_split_topic_can_be_merged_receive_clauses_and_be_split_again() -> None:
    """A topic that people made is like any other."""
    edited = applied(edits(("split", "a", SPLIT), ("merge", "n", {"into": "b"}), ("rename", "n", {"name": "All"})))
    assert (topic(edited, "b").size, topic(edited, "b").label, topic(edited, "a").size) == (5, "All", 2)
    again = {"into": "m", "name": "Newer", "examples": [["a0", 0, 9]]}
    edited = applied(edits(("split", "a", SPLIT), ("split", "n", again)))
    assert sum(topic.size for topic in edited.topics) == 9
    edited = applied(edits(("split", "a", SPLIT), ("move", "b", {"into": "n", "clauses": [["b0", 0, 9]]})))
    assert (topic(edited, "n").size, topic(edited, "b").size) == (3, 2)


def test_a_split_topic_may_lose_all_its_clauses() -> None:
    """Moved to another topic, they leave it with size 0 and with its name."""
    clauses = [["a0", 0, 9], ["a1", 0, 9]]
    edited = applied(edits(("split", "a", SPLIT), ("move", "n", {"into": "b", "clauses": clauses})))
    assert (topic(edited, "n").label, topic(edited, "n").size, topic(edited, "b").size) == ("New one", 0, 5)


def test_a_move_takes_all_clauses_with_the_same_text() -> None:
    """Equal texts move together; of two moves of one comment the later counts."""
    same = [replace(CLAUSES[0], key=("a9", 0, 9)), *CLAUSES]

    def source(clusters: Collection[str], comments: Collection[str]) -> Sequence[ClusteredClause]:
        return [clause for clause in same if clause.cluster in clusters or clause.key[0] in comments]

    move = {"into": "b", "clauses": [["a0", 0, 9]]}
    edited = apply(edits(("move", "a", move)), (A, B, C), (), source)
    assert edited.moved == {("a0", 0, 9): "b", ("a9", 0, 9): "b"}
    edited = apply(edits(("move", "a", move), ("move", "b", {**move, "into": "c"})), (A, B, C), (), source)
    assert set(edited.moved.values()) == {"c"}


def test_a_moved_clause_leaves_both_of_its_topics() -> None:
    """A clause that names two causes and is moved counts in the new topic alone, which may be one of the two."""
    both = [replace(CLAUSES[0], second="b"), *CLAUSES[1:]]

    def source(clusters: Collection[str], comments: Collection[str]) -> Sequence[ClusteredClause]:
        return [clause for clause in both if {clause.cluster, clause.second} & {*clusters} or clause.key[0] in comments]

    for into, sizes in (("c", (3, 2, 3)), ("b", (3, 3, 2)), ("a", (4, 2, 2))):
        move = edits(("move", "a", {"into": into, "clauses": [["a0", 0, 9]]}))
        edited = apply(move, (A, B, C), (), source)
        assert edited.moved == {("a0", 0, 9): into}
        assert tuple(topic(edited, name).size for name in "abc") == sizes


def test_edits_follow_a_merge_by_a_refit() -> None:
    """The topic that it was merged into gets the name, unless people named that one."""
    lineage = [Lineage(LATER, Fate.MERGED, "old", "a", 0.9)]
    assert topic(applied(edits(("rename", "old", {"name": "Ours"})), lineage=lineage), "a").label == "Ours"
    both = edits(("rename", "a", {"name": "Theirs"}), ("rename", "old", {"name": "Ours"}))
    edited = applied(both, lineage=lineage)
    assert topic(edited, "a").label == "Theirs"
    assert "has a name of its own" in edited.without_effect[2]


def test_a_merge_takes_clusters_that_are_split_off_later() -> None:
    """What a refit splits from a merged topic was in it when people merged it, so it is merged too."""
    lineage = [Lineage(LATER, Fate.SPLIT, "c", "a", 1.0)]
    assert applied(edits(("merge", "a", {"into": "b"})), lineage=lineage).topic_of == {"a": "b", "b": "b", "c": "b"}
    before = [replace(lineage[0], at=FIRST)]
    assert applied(edits(("merge", "a", {"into": "b"})), lineage=before).topic_of["c"] == "c"


def test_an_edit_of_a_retired_topic_has_no_effect_for_a_reason() -> None:
    """If the topic comes back, the edit takes effect again."""
    lineage = [Lineage(LATER, Fate.RETIRED, "old")]
    changes = edits(("pin", "old", {}), ("merge", "a", {"into": "old"}), ("rename", "never", {"name": "x"}))
    edited = applied(changes, lineage=lineage)
    assert edited.without_effect == {
        1: "topic old is no longer there",
        2: "topic old is no longer there",
        3: "topic never is no longer there",
    }
    assert topic(applied(changes, (A, cluster("old", 1, 5)), lineage), "old").is_pinned


def test_marks_lock_the_members() -> None:
    """Pinned, ignored, adopted and split topics keep their members at a refit; renamed and merged ones do not."""
    locked = {change[0]: applied(edits(change)).locked for change in EVERY_KIND}
    assert {kind for kind, clusters in locked.items() if clusters} == {"pin", "ignore", "adopt", "split"}


def test_undoing_is_counted_from_the_last() -> None:
    """Undoing an undoing twice leaves the edit undone."""
    chain = edits(("pin", "a", {}), *(("undo", "a", {"edit": number}) for number in (1, 2, 3)))
    assert undone_by(chain) == {3: 4, 1: 2}
    assert np.all([not topic.is_pinned for topic in applied(chain).topics])
