"""Clusters, memberships, topics and edits, on both databases."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from saywhy import store
from saywhy.topic import Assignment, Cluster, ClusteringFit, Definition, EditKind, Fate, Lineage, Membership, Topic
from tests.builders.stored_topics import NOW, save_comments, save_topics, topic, vector


def test_topics_are_replaced_as_a_whole(connection: Connection, workspace_id: int) -> None:
    """Saving replaces all topics and assignments of the workspace, and no others; the largest topic comes first."""
    keys = sorted(comment.content_hash for comment in save_comments(connection, workspace_id, "a", "b"))
    assigned = [Assignment(key, start, start + 2, "t-2", 0.25) for key in keys for start in (0, 2)]
    save_topics(connection, workspace_id, [topic("t-0")], [Assignment(keys[0], 0, 2, "t-0", 1.0)])
    save_topics(connection, workspace_id, [topic("t-1", 5), topic("t-2", 9), topic("t-3", 5)], iter(assigned))
    assert store.topics.load(connection, workspace_id) == (topic("t-2", 9), topic("t-1", 5), topic("t-3", 5))
    assert list(store.topics.assignments(connection, workspace_id)) == assigned
    other = store.workspaces.ensure(connection, "other")
    save_topics(connection, other, [topic("t-2")], [])
    assert store.topics.load(connection, other) == (topic("t-2"),)
    assert len(store.topics.load(connection, workspace_id)) == 3
    save_topics(connection, workspace_id, [], [])
    assert store.topics.load(connection, workspace_id) == ()
    assert list(store.topics.assignments(connection, workspace_id)) == []


def test_an_assignment_needs_its_topic(connection: Connection, workspace_id: int) -> None:
    """The database refuses an assignment to a topic that does not exist."""
    (comment,) = save_comments(connection, workspace_id, "a")
    with pytest.raises(IntegrityError), connection.begin_nested():
        save_topics(connection, workspace_id, [], [Assignment(comment.content_hash, 0, 1, "t-9", 1.0)])


def test_clusters_come_back_as_they_were(connection: Connection, workspace_id: int) -> None:
    """Loaded clusters, lineage events and memberships equal the saved ones."""
    (comment,) = save_comments(connection, workspace_id, "too slow")
    part = Cluster("p", "delivery", "送货", ("送货",), "negative", 1, vector(0.6, 0.8), 0.5, "core-1", NOW, 0.75, "c")
    definition = Definition({"de": "Die Lieferung dauert zu lange."}, is_proposed=True)
    whole = replace(
        part,
        id="c",
        parent=None,
        labels={"de": "Zu langsam"},
        size_before=1,
        is_emerging=True,
        is_vague=True,
        definition=definition,
        joined="support.slow_reply",
    )
    events = (Lineage(NOW, Fate.FOUND, "c"), Lineage(NOW, Fate.MERGED, "old", "c", 0.5))
    fit = ClusteringFit("core-1", NOW, 1, ("de", "en"), b"0123")
    members = (
        Membership(comment.content_hash, 0, 3, "c", 0.5, "p", second="d", second_confidence=0.25),
        Membership(comment.content_hash, 4, 8, None, 0.0),
    )
    store.clusters.save(connection, workspace_id, fit, [whole, part], events)
    store.memberships.save(connection, workspace_id, members, replace_all=False)
    assert store.clusters.fit(connection, workspace_id) == fit
    assert store.clusters.load(connection, workspace_id) == (whole, part)
    assert store.clusters.lineage(connection, workspace_id) == events
    assert tuple(store.memberships.load(connection, workspace_id)) == members
    assert store.memberships.find(connection, workspace_id, ["c"]) == [members[0]]
    assert store.memberships.find(connection, workspace_id, (), [comment.content_hash]) == [*members]
    assert store.memberships.hashes_with_prefix(connection, workspace_id, comment.content_hash[:8]) == [
        comment.content_hash
    ]
    store.memberships.save(connection, workspace_id, members[1:], replace_all=True)
    assert tuple(store.memberships.load(connection, workspace_id)) == members[1:]
    other = store.workspaces.ensure(connection, "other")
    assert store.clusters.fit(connection, other) is None
    assert store.clusters.load(connection, other) == ()


def test_a_moved_clause_is_in_its_topic_and_comes_back(connection: Connection, workspace_id: int) -> None:
    """Clauses have the topic of their cluster unless they are moved, and again when they are no longer moved."""
    key = save_comments(connection, workspace_id, "too slow")[0].content_hash
    topics = [topic("t-1"), topic("t-2")]
    save_topics(
        connection, workspace_id, topics, [Assignment(key, 0, 3, "t-1", 0.5), Assignment(key, 4, 8, "t-1", 0.5)]
    )
    store.topics.save(connection, workspace_id, topics, {"t-1": "t-1", "t-2": "t-2"}, {(key, 4, 8): "t-2"})
    assert [a.topic for a in store.topics.assignments(connection, workspace_id)] == ["t-1", "t-2"]
    store.topics.save(connection, workspace_id, topics[1:], {"t-1": "t-2", "t-2": "t-2"}, {})
    assert [a.topic for a in store.topics.assignments(connection, workspace_id)] == ["t-2", "t-2"]
    assert store.topics.load(connection, workspace_id) == (topic("t-2"),)
    store.topics.save(connection, workspace_id, [replace(topic("t-2"), is_ignored=True)], {"t-2": "t-2"}, {})
    assert list(store.topics.assignments(connection, workspace_id)) == []
    assert store.topics.load(connection, workspace_id) == ()
    assert len(store.topics.load(connection, workspace_id, ignored=True)) == 1


def test_a_clause_with_a_second_cause_is_in_two_topics(connection: Connection, workspace_id: int) -> None:
    """It comes once for each topic that is shown; once, if both causes are one topic or people have moved it."""
    key = save_comments(connection, workspace_id, "too slow")[0].content_hash
    topics = [topic("t-1"), topic("t-2"), topic("t-3")]
    save_topics(connection, workspace_id, topics, [])
    member = Membership(key, 0, 3, "t-1", 0.5, second="t-2", second_confidence=0.25)
    store.memberships.save(connection, workspace_id, [member], replace_all=True)
    own = {t.id: t.id for t in topics}

    def topics_of_clause(shown: list[Topic], topic_of: dict[str, str], moved: str = "") -> list[tuple[str, float]]:
        moves = {(key, 0, 3): moved} if moved else {}
        store.topics.save(connection, workspace_id, shown, topic_of, moves)
        assigned = list(store.topics.assignments(connection, workspace_id))
        assert store.topics.by_hash(connection, workspace_id, [key]).get(key, []) == assigned
        return [(each.topic, each.confidence) for each in assigned]

    both = [("t-1", 0.5), ("t-2", 0.25)]
    assert topics_of_clause(topics, own) == both
    assert list(store.topics.assignments(connection, workspace_id, ["t-2"])) == [Assignment(key, 0, 3, "t-2", 0.25)]
    assert topics_of_clause(topics, {**own, "t-2": "t-1"}) == both[:1]
    assert topics_of_clause(topics, own) == both
    assert topics_of_clause(topics, own, moved="t-3") == [("t-3", 0.5)]
    assert topics_of_clause([replace(topics[0], is_ignored=True), *topics[1:]], own) == both[1:]
    assert topics_of_clause([topics[0]], {"t-1": "t-1"}) == both[:1]


def test_edits_come_back_in_their_order(connection: Connection, workspace_id: int) -> None:
    """Edits are stored with author, time, note and arguments, separately for each workspace."""
    add = partial(store.topic_edits.add, connection, workspace_id, author="研究员", note=None, at=NOW)
    first = add(EditKind.RENAME, "t-1", {"name": "送货"})
    second = add(EditKind.UNDO, "t-1", {"edit": first.id})
    assert (first.kind, first.author, first.at, first.arguments) == (EditKind.RENAME, "研究员", NOW, {"name": "送货"})
    assert store.topic_edits.load(connection, workspace_id) == (first, second)
    assert store.topic_edits.load(connection, store.workspaces.ensure(connection, "other")) == ()
