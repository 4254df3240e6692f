"""Comments and what is computed from them (annotations, topics), on both databases."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError, StatementError

from saywhy import store
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.feedback import Comment, Response
from saywhy.store.tables import metadata
from saywhy.topic import Assignment, Cluster, ClusteringFit, EditKind, Fate, Lineage, Membership, Topic

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def vector(*values: float) -> bytes:
    """A vector in the format of the models."""
    return struct.pack(f"<{len(values)}e", *values)


ANNOTATION = Annotation(
    model="core-1",
    sentiment=Sentiment(Polarity.MIXED, -0.125, 0.8123456789012345),
    themes=(ThemeLabel("delivery", Polarity.NEGATIVE, 0.91), ThemeLabel("price", Polarity.POSITIVE, 0.6)),
    mentions=(Mention(0, 9, "delivery", Polarity.NEGATIVE, 0.9),),
    clauses=(
        Clause(0, 9, "delivery", Polarity.NEGATIVE, vector(1, 0)),
        Clause(10, 20, "price", Polarity.POSITIVE, vector(0, 1)),
    ),
    vector=vector(0.6, 0.8),
)
BARE = Annotation("core-1", Sentiment(Polarity.NEUTRAL, 0.0, 1.0), (), (), (), b"")


def save_comments(connection: Connection, workspace_id: int, *verbatims: str) -> list[Comment]:
    """Save one response for each verbatim; the comments."""
    batch = [Response("survey", str(n), comment=Comment(verbatim)) for n, verbatim in enumerate(verbatims)]
    store.responses.save(connection, workspace_id, batch)
    return [Comment(verbatim) for verbatim in verbatims]


def clean(connection: Connection, workspace_id: int) -> None:
    """Mark every comment as cleaned."""
    store.comments.save_cleaned(connection, workspace_id, store.comments.uncleaned(connection, workspace_id, 1000))


def verbatims(comments: list[Comment]) -> set[str]:
    """Verbatims of the comments."""
    return {comment.verbatim for comment in comments}


def rows(connection: Connection, table: str) -> int:
    """Number of rows of a table."""
    return connection.scalar(select(func.count()).select_from(metadata.tables[table])) or 0


def test_a_comment_is_kept_once(connection: Connection, workspace_id: int) -> None:
    """Equal verbatims are one comment, which is cleaned and annotated once."""
    save_comments(connection, workspace_id, "too slow", "too slow", "Too slow")
    assert verbatims(store.comments.uncleaned(connection, workspace_id, 10)) == {"too slow", "Too slow"}
    assert rows(connection, "comments") == 2


def test_cleaned_comments_come_back(connection: Connection, workspace_id: int) -> None:
    """Results of the clean stage are loaded with the comment, alone and in responses."""
    comments = save_comments(connection, workspace_id, "太慢了", "太慢了！", "-")
    cleaned = [
        replace(comments[0], language="zh-Hans"),
        replace(comments[1], language="zh-Hans", duplicate_of=comments[0].content_hash),
        replace(comments[2], language="und", is_answer=False),
    ]
    store.comments.save_cleaned(connection, workspace_id, cleaned)
    assert store.comments.uncleaned(connection, workspace_id, 10) == []
    assert [response.comment for response in store.responses.load(connection, workspace_id)] == cleaned
    assert sorted(store.comments.load(connection, workspace_id), key=cleaned.index) == cleaned
    save_comments(connection, workspace_id, "太慢了")
    assert store.comments.uncleaned(connection, workspace_id, 10) == []


def test_batches_cover_all_comments_once(connection: Connection, workspace_id: int) -> None:
    """Processing comments in batches returns each of them exactly once."""
    everything = {f"comment {number}" for number in range(25)}
    save_comments(connection, workspace_id, *everything)
    seen: list[str] = []
    while batch := store.comments.uncleaned(connection, workspace_id, 7):
        assert len(batch) <= 7
        seen += [comment.verbatim for comment in batch]
        store.comments.save_cleaned(connection, workspace_id, batch)
    assert len(seen) == 25
    assert set(seen) == everything
    seen, after = [], None
    while batch := store.comments.unannotated(connection, workspace_id, "core-1", 7, after=after):
        seen += [comment.verbatim for comment in batch]
        after = batch[-1].content_hash
    assert len(seen) == 25
    assert set(seen) == everything


def test_only_answers_wait_for_annotation(connection: Connection, workspace_id: int) -> None:
    """Cleaned answers without an annotation by the model version are returned, and no others."""
    comments = save_comments(connection, workspace_id, "too slow", "-", "slow too")
    assert store.comments.unannotated(connection, workspace_id, "core-1", 10) == []
    store.comments.save_cleaned(connection, workspace_id, [comments[0], replace(comments[1], is_answer=False)])
    assert verbatims(store.comments.unannotated(connection, workspace_id, "core-1", 10)) == {"too slow"}
    store.annotations.save(connection, workspace_id, {comments[0].content_hash: ANNOTATION})
    assert store.comments.unannotated(connection, workspace_id, "core-1", 10) == []
    assert verbatims(store.comments.unannotated(connection, workspace_id, "core-2", 10)) == {"too slow"}


def test_annotations_come_back_as_they_were(connection: Connection, workspace_id: int) -> None:
    """Labels, spans, confidences and vectors are loaded exactly, one annotation for each model version."""
    full, bare = (
        comment.content_hash for comment in save_comments(connection, workspace_id, "slow but cheap enough", "ok")
    )
    newer = replace(ANNOTATION, model="core-2")
    store.annotations.save(connection, workspace_id, {full: ANNOTATION, bare: BARE})
    store.annotations.save(connection, workspace_id, {full: newer})
    assert dict(store.annotations.load(connection, workspace_id, "core-1")) == {full: ANNOTATION, bare: BARE}
    assert dict(store.annotations.load(connection, workspace_id, "core-2")) == {full: newer}
    other = store.workspaces.ensure(connection, "other")
    assert list(store.annotations.load(connection, other, "core-1")) == []


def test_saving_an_annotation_again_replaces_it(connection: Connection, workspace_id: int) -> None:
    """Saving again replaces the annotation of the same model version; saving is idempotent."""
    (key,) = (comment.content_hash for comment in save_comments(connection, workspace_id, "slow but cheap enough"))
    for annotation in (BARE, ANNOTATION, ANNOTATION):
        store.annotations.save(connection, workspace_id, {key: annotation})
    assert list(store.annotations.load(connection, workspace_id, "core-1")) == [(key, ANNOTATION)]


def test_not_a_number_is_refused(connection: Connection, workspace_id: int) -> None:
    """A confidence of NaN is refused when it is saved."""
    (key,) = (comment.content_hash for comment in save_comments(connection, workspace_id, "slow"))
    broken = replace(ANNOTATION, sentiment=Sentiment(Polarity.NEGATIVE, -0.5, float("nan")))
    with pytest.raises((StatementError, ValueError), match=r"(?i)not JSON compliant"):
        store.annotations.save(connection, workspace_id, {key: broken})


def test_a_replaced_comment_is_gone(connection: Connection, workspace_id: int) -> None:
    """When the last response with a comment changes it, everything computed from the comment is deleted."""
    old, kept = save_comments(connection, workspace_id, "too slow", "too dear", "too dear")[:2]
    clean(connection, workspace_id)
    store.annotations.save(connection, workspace_id, {old.content_hash: ANNOTATION, kept.content_hash: ANNOTATION})
    save_topics(
        connection,
        workspace_id,
        [topic("t-1", size=2)],
        [Assignment(old.content_hash, 0, 3, "t-1", 0.5), Assignment(kept.content_hash, 0, 3, "t-1", 0.5)],
    )
    store.responses.save(
        connection,
        workspace_id,
        [Response("survey", "0", comment=Comment("quite fast")), Response("survey", "1", comment=Comment("cheap"))],
    )
    assert verbatims(store.comments.uncleaned(connection, workspace_id, 10)) == {"quite fast", "cheap"}
    assert verbatims(list(store.comments.load(connection, workspace_id))) == {"too dear"}
    assert [key for key, _ in store.annotations.load(connection, workspace_id, "core-1")] == [kept.content_hash]
    assert [a.content_hash for a in store.topics.assignments(connection, workspace_id)] == [kept.content_hash]
    assert [rows(connection, name) for name in ("comments", "annotations", "assignments")] == [3, 1, 1]


def test_duplicates_of_a_replaced_comment_are_cleaned_again(connection: Connection, workspace_id: int) -> None:
    """A near-duplicate of a deleted comment must be cleaned again."""
    first, second = save_comments(connection, workspace_id, "too slow", "too slow!")
    store.comments.save_cleaned(connection, workspace_id, [first, replace(second, duplicate_of=first.content_hash)])
    store.responses.save(connection, workspace_id, [Response("survey", "0", comment=Comment("fine"))])
    assert sorted(store.comments.uncleaned(connection, workspace_id, 10), key=str) == [Comment("fine"), second]


def test_work_on_a_comment_that_went_meanwhile_is_dropped(connection: Connection, workspace_id: int) -> None:
    """If an import deletes a comment during an analysis, saving its results neither fails nor restores it."""
    gone, kept = Comment("gone"), save_comments(connection, workspace_id, "kept")[0]
    store.comments.save_cleaned(connection, workspace_id, [gone, kept])
    store.annotations.save(connection, workspace_id, {gone.content_hash: ANNOTATION, kept.content_hash: ANNOTATION})
    assignments = [Assignment(comment.content_hash, 0, 3, "t-1", 0.5) for comment in (gone, kept)]
    save_topics(connection, workspace_id, [topic("t-1")], assignments)
    assert [key for key, _ in store.annotations.load(connection, workspace_id, "core-1")] == [kept.content_hash]
    assert list(store.topics.assignments(connection, workspace_id)) == assignments[1:]
    assert rows(connection, "comments") == 1


def topic(key: str, size: int = 1) -> Topic:
    """A topic with Chinese keywords."""
    return Topic(
        key,
        "delivery",
        "送货 · 太慢",
        ("送货", "late"),
        "negative",
        size,
        vector(0.6, 0.8),
        datetime(2026, 3, 1, tzinfo=UTC),
    )


def save_topics(connection: Connection, workspace_id: int, topics: list[Topic], assigned: Iterable[Assignment]) -> None:
    """Save a cluster for each topic, the memberships of its clauses, and the topics."""
    clusters = [
        Cluster(t.id, t.theme, t.label, t.keywords, t.polarity, t.size, t.centroid, 0.5, "core-1", NOW) for t in topics
    ]
    members = [Membership(a.content_hash, a.start, a.end, a.topic, a.confidence) for a in assigned]
    store.clusters.save(
        connection, workspace_id, ClusteringFit("core-1", NOW, len(members), ("de",), b"00"), clusters, ()
    )
    store.memberships.save(connection, workspace_id, members, replace_all=True)
    store.topics.save(connection, workspace_id, topics, {t.id: t.id for t in topics}, {})


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
    whole = replace(part, id="c", parent=None, labels={"de": "Zu langsam"}, size_before=1, is_emerging=True)
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
    assert store.memberships.find(connection, workspace_id, (), [comment.content_hash]) == [members[0]]
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
