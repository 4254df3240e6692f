"""A topic that people create from examples is there at once, and learns from what is moved into and out of it."""

from __future__ import annotations

from dataclasses import replace

from pipelines.topics.edits.apply import apply
from saywhy.topic import ExampleCause
from tests.topics.test_edits import CLAUSES, CREATE, A, B, C, applied, cluster, edits, read, topic

CREATED = ("create", "n", CREATE)


def test_a_created_topic_has_its_examples_at_once() -> None:
    """It has the name, the theme and the polarity that people gave it, and the example leaves its topic."""
    edited = applied(edits(CREATED))
    new = topic(edited, "n")
    assert (new.label, new.theme, new.polarity, new.size, new.stability) == ("New one", "design", "negative", 1, None)
    assert edited.moved == {("a0", 0, 9): "n"}
    assert topic(edited, "a").size == 3
    (created,) = edited.example_causes
    assert (created.cause.id, created.cause.names) == ("n", {"en": "New one"})
    assert created == ExampleCause(created.cause, frozenset({("a0", 0, 9)}), texts=("Ugly",))


def test_the_cluster_that_collects_for_it_is_the_topic() -> None:
    """After an analysis its clauses are those of the cluster with its id and the examples that are elsewhere."""
    collected = replace(cluster("n", 5, 4), theme="design")
    edited = applied(edits(CREATED), (A, B, C, collected))
    assert (topic(edited, "n").size, topic(edited, "n").label) == (6, "New one")
    undone = applied(edits(CREATED, ("undo", "n", {"edit": 1})), (A, B, C, collected))
    assert "n" not in {topic.id for topic in undone.topics}
    assert "n" not in undone.topic_of
    assert undone.example_causes == (replace(edited.example_causes[0], examples=frozenset(), texts=()),)


def test_moves_teach_it_examples_and_counterexamples() -> None:
    """A clause moved into it is an example, one moved out of it a counterexample; undone moves count for nothing."""
    into = ("move", "b", {"into": "n", "clauses": [["b0", 0, 9]]})
    out = ("move", "n", {"into": "b", "clauses": [["a0", 0, 9]]})
    changes = edits(CREATED, into, out)
    (created,) = applied(changes).example_causes
    assert created == ExampleCause(created.cause, frozenset({("b0", 0, 9)}), frozenset({("a0", 0, 9)}), ("Ugly",))
    assert topic(applied(changes), "n").size == 1
    (created,) = applied([*changes, *(replace(edits(("undo", "n", {"edit": 3}))[0], id=4),)]).example_causes
    assert created == ExampleCause(created.cause, frozenset({("a0", 0, 9), ("b0", 0, 9)}), texts=("Ugly",))


def test_a_created_topic_is_renamed_merged_and_pinned_like_any_other() -> None:
    """Edits of it follow it, and while it is merged it still collects for the other topic."""
    changes = edits(CREATED, ("rename", "n", {"name": "Better"}), ("pin", "n", {}))
    assert (topic(applied(changes), "n").label, topic(applied(changes), "n").is_pinned) == ("Better", True)
    collected = replace(cluster("n", 5, 4), theme="design")
    merged = applied(edits(CREATED, ("merge", "n", {"into": "b"})), (A, B, C, collected))
    assert topic(merged, "b").size == 3 + 5 + 1
    assert [created.cause.id for created in merged.example_causes] == ["n"]


def test_examples_without_a_topic_count() -> None:
    """A clause that is in no topic so far can be an example."""
    stray = replace(CLAUSES[0], key=("x0", 0, 9), cluster="", text="stray")
    change = edits(("create", "n", {**CREATE, "clauses": [["x0", 0, 9]]}))
    edited = apply(change, (A, B, C), (), lambda ids, hashes: [*read(ids, hashes), *([stray] if hashes else [])])
    assert edited.moved == {("x0", 0, 9): "n"}
    assert topic(edited, "n").size == 1


def test_without_examples_left_it_has_no_effect_unless_there_are_texts() -> None:
    """If all its comments are gone there is nothing to learn from; examples in own words stay."""
    gone = {**CREATE, "clauses": [["gone", 0, 9]]}
    assert topic(applied(edits(("create", "n", gone))), "n").size == 0
    edited = applied(edits(("create", "n", {**gone, "texts": []})))
    assert edited.without_effect == {1: "none of its examples is left"}
    assert edited.topics == applied([]).topics
