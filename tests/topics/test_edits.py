"""What people say of topics is applied to what the machine found, follows it, and can be taken back."""

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
    ClusteredClause((f"{name}{number}", 0, 9), name, "p" if name == "a" and number < 2 else None, f"said {name}{number}",
           (f"{name}{number}", name), "negative", around([3 if name == "a" and number < 2 else where], number)[0])
    for where, (name, size) in enumerate((("a", 4), ("b", 3), ("c", 2)))
    for number in range(size)
]  # fmt: skip
PART = cluster("p", 2, 3, parent="a")


def read(clusters: Collection[str], comments: Collection[str]) -> Sequence[ClusteredClause]:
    """Clauses of clusters and comments, as the store gives them."""
    return [clause for clause in CLAUSES if clause.cluster in clusters or clause.key[0] in comments]


def edits(*said: tuple[str, str | None, dict[str, Any]]) -> list[Edit]:
    """Edits in that order, numbered from 1."""
    return [
        Edit(number, KINDS[kind], topic, arguments, "Ada", FIRST + timedelta(hours=number))
        for number, (kind, topic, arguments) in enumerate(said, 1)
    ]


def applied(
    said: list[Edit], clusters: Sequence[Cluster] = (A, B, C, PART), lineage: Sequence[Lineage] = ()
) -> EditedTopics:
    """The topics after these edits."""
    return apply(said, clusters, lineage, read)


def topic(found: EditedTopics, name: str) -> Topic:
    """The topic of that id."""
    return next(topic for topic in found.topics if topic.id == name)


SPLIT = {"into": "n", "name": "New one", "part": "p"}
EVERY_KIND: list[tuple[str, str | None, dict[str, Any]]] = [
    ("rename", "a", {"name": "Mine"}),
    ("merge", "a", {"into": "b"}),
    ("split", "a", SPLIT),
    ("split", "a", {"into": "n", "name": "New one", "examples": [["a0", 0, 9]]}),
    ("move", "a", {"into": "b", "clauses": [["a3", 0, 9]]}),
    ("pin", "a", {}),
    ("ignore", "a", {}),
    ("adopt", "a", {"name": "Mine", "theme": "mine"}),
]


@pytest.mark.parametrize("said", EVERY_KIND, ids=lambda said: f"{said[0]}-{'part' in said[2]}")
def test_every_edit_has_an_effect_and_can_be_undone_and_done_again(said: tuple[str, str, dict[str, Any]]) -> None:
    """With the edit topics differ, undone they are as they were, and done again they differ in the same way."""
    without, once = applied([]), applied(edits(said))
    assert once != without
    assert once.without_effect == {}
    undone = applied(edits(said, ("undo", "a", {"edit": 1})))
    assert (undone.topics, undone.topic_of, undone.moved) == (without.topics, without.topic_of, without.moved)
    assert undone.undone == {1: 2}
    again = applied(edits(said, ("undo", "a", {"edit": 1}), ("undo", "a", {"edit": 2})))
    assert (again.topics, again.moved, again.undone) == (once.topics, once.moved, {2: 3})


@pytest.mark.parametrize("said", EVERY_KIND, ids=lambda said: f"{said[0]}-{'part' in said[2]}")
def test_an_edit_said_twice_is_an_edit_said_once(said: tuple[str, str, dict[str, Any]]) -> None:
    """The second time changes nothing, whatever the edit."""
    once, twice = applied(edits(said)), applied(edits(said, said))
    assert (twice.topics, twice.topic_of, twice.moved) == (once.topics, once.topic_of, once.moved)


def test_the_order_of_what_was_found_does_not_matter() -> None:
    """Clusters in another order give the same topics, and edits count in the order in which they were made."""
    said = edits(("merge", "a", {"into": "b"}), ("rename", "b", {"name": "One"}), ("rename", "b", {"name": "Two"}))
    assert applied(said, (PART, C, B, A)).topics == applied(list(reversed(said))).topics
    assert topic(applied(said), "b").label == "Two"


def test_a_merge_adds_up() -> None:
    """The merged topic has the clauses and words of both, under id and name of the one it goes into."""
    found = applied(edits(("merge", "a", {"into": "b"})))
    merged = topic(found, "b")
    assert (merged.size, merged.label, merged.keywords) == (7, "label of b", ("word-b", "word-a"))
    assert [(part.id, part.size) for part in merged.parts] == [("b", 3), ("a", 4)]
    assert found.topic_of == {"a": "b", "b": "b", "c": "c"}
    assert found.now_in == {"a": "b"}
    assert [topic.id for topic in found.topics] == ["b", "c"]


def test_edits_of_a_merged_topic_speak_of_the_one_it_went_into() -> None:
    """A chain of merges is followed to its end."""
    found = applied(edits(("merge", "a", {"into": "b"}), ("merge", "b", {"into": "c"}), ("pin", "a", {})))
    assert [(topic.id, topic.size, topic.is_pinned) for topic in found.topics] == [("c", 9, True)]
    assert found.held == {"a", "b", "c"}


def test_a_split_by_part_takes_the_part() -> None:
    """The part's clauses are a topic of their own, with its words, and the rest stays."""
    found = applied(edits(("split", "a", SPLIT)))
    made, rest = topic(found, "n"), topic(found, "a")
    assert (made.label, made.size, made.theme, made.stability) == ("New one", 2, "support", None)
    assert set(made.keywords) >= {"a0", "a1"}
    assert (rest.size, rest.parts) == (2, ())
    assert found.moved == {("a0", 0, 9): "n", ("a1", 0, 9): "n"}
    assert found.held == {"a"}


def test_a_split_by_example_takes_what_is_like_it() -> None:
    """One comment is enough to take the other that says nearly the same."""
    found = applied(edits(("split", "a", {"into": "n", "name": "New one", "examples": [["a0", 0, 9]]})))
    assert set(found.moved) == {("a0", 0, 9), ("a1", 0, 9)}


def test_a_split_without_examples_left_says_so() -> None:
    """When the comment is gone the edit has no effect, which is told."""
    found = applied(edits(("split", "a", {"into": "n", "name": "New one", "examples": [["gone", 0, 9]]})))
    assert found.without_effect == {1: "none of its examples is left"}
    assert found.topics == applied([]).topics


def test_what_was_split_can_be_merged_moved_and_split_again() -> None:
    """A topic that people made is a topic like any other."""
    found = applied(edits(("split", "a", SPLIT), ("merge", "n", {"into": "b"}), ("rename", "n", {"name": "All"})))
    assert (topic(found, "b").size, topic(found, "b").label, topic(found, "a").size) == (5, "All", 2)
    again = {"into": "m", "name": "Newer", "examples": [["a0", 0, 9]]}
    found = applied(edits(("split", "a", SPLIT), ("split", "n", again)))
    assert sum(topic.size for topic in found.topics) == 9
    found = applied(edits(("split", "a", SPLIT), ("move", "b", {"into": "n", "clauses": [["b0", 0, 9]]})))
    assert (topic(found, "n").size, topic(found, "b").size) == (3, 2)


def test_a_move_takes_all_that_say_the_same() -> None:
    """Equal texts are never parted; of two moves of one comment the later counts."""
    same = [replace(CLAUSES[0], key=("a9", 0, 9)), *CLAUSES]

    def source(clusters: Collection[str], comments: Collection[str]) -> Sequence[ClusteredClause]:
        return [clause for clause in same if clause.cluster in clusters or clause.key[0] in comments]

    move = {"into": "b", "clauses": [["a0", 0, 9]]}
    found = apply(edits(("move", "a", move)), (A, B, C), (), source)
    assert found.moved == {("a0", 0, 9): "b", ("a9", 0, 9): "b"}
    found = apply(edits(("move", "a", move), ("move", "b", {**move, "into": "c"})), (A, B, C), (), source)
    assert set(found.moved.values()) == {"c"}


def test_edits_follow_a_merge_by_the_machine() -> None:
    """The name goes to the topic that it was merged into, unless that one has been given a name of its own."""
    lineage = [Lineage(LATER, Fate.MERGED, "old", "a", 0.9)]
    assert topic(applied(edits(("rename", "old", {"name": "Ours"})), lineage=lineage), "a").label == "Ours"
    both = edits(("rename", "a", {"name": "Theirs"}), ("rename", "old", {"name": "Ours"}))
    found = applied(both, lineage=lineage)
    assert topic(found, "a").label == "Theirs"
    assert "has a name of its own" in found.without_effect[2]


def test_a_merge_takes_what_was_split_off_later() -> None:
    """What the machine splits from a merged topic was in it when people merged it, and goes with it."""
    lineage = [Lineage(LATER, Fate.SPLIT, "c", "a", 1.0)]
    assert applied(edits(("merge", "a", {"into": "b"})), lineage=lineage).topic_of == {"a": "b", "b": "b", "c": "b"}
    before = [replace(lineage[0], at=FIRST)]
    assert applied(edits(("merge", "a", {"into": "b"})), lineage=before).topic_of["c"] == "c"


def test_an_edit_of_a_retired_topic_has_no_effect_and_says_so() -> None:
    """It waits: should the topic come back, the edit counts again."""
    lineage = [Lineage(LATER, Fate.RETIRED, "old")]
    said = edits(("pin", "old", {}), ("merge", "a", {"into": "old"}), ("rename", "never", {"name": "x"}))
    found = applied(said, lineage=lineage)
    assert found.without_effect == {
        1: "topic old is no longer there",
        2: "topic old is no longer there",
        3: "topic never is no longer there",
    }
    assert topic(applied(said, (A, cluster("old", 1, 5)), lineage), "old").is_pinned


def test_marks_hold_the_members() -> None:
    """What is pinned, ignored, adopted or split is not clustered anew; what is renamed or merged is."""
    held = {said[0]: applied(edits(said)).held for said in EVERY_KIND}
    assert {kind for kind, names in held.items() if names} == {"pin", "ignore", "adopt", "split"}


def test_undoing_is_counted_from_the_last() -> None:
    """Undoing an undoing twice leaves the edit undone."""
    chain = edits(("pin", "a", {}), *(("undo", "a", {"edit": number}) for number in (1, 2, 3)))
    assert undone_by(chain) == {3: 4, 1: 2}
    assert np.all([not topic.is_pinned for topic in applied(chain).topics])
