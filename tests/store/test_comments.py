"""Comments and their annotations, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import StatementError

from saywhy import store
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.feedback import Comment, Response
from saywhy.store.tables import metadata
from saywhy.topic import Assignment
from tests.builders.stored_topics import save_comments, save_topics, topic, vector

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
