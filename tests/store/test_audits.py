"""Audits: labels of people, the order of the sample, and progress, on both databases."""

from __future__ import annotations

from saywhy import store
from saywhy.annotation import Annotation, Polarity, Sentiment
from saywhy.audit import AuditLabel
from saywhy.feedback import Comment, Response
from saywhy.store import Connection
from saywhy.store.audits import AuditProgress

ANNOTATION = Annotation("m", Sentiment(Polarity.NEUTRAL, 0, 0.9), (), (), (), b"")
SLOW = AuditLabel("support", Polarity.NEGATIVE)
KIND = AuditLabel("staff", Polarity.POSITIVE)


def commented(connection: Connection, workspace_id: int, texts: list[str], *, annotated: bool = True) -> list[str]:
    """Responses with these comments; their content hashes in order."""
    comments = [Comment(text, "en") for text in texts]
    store.responses.save(
        connection, workspace_id, [Response("t", comment.verbatim, None, comment) for comment in comments]
    )
    if annotated:
        store.annotations.save(connection, workspace_id, {comment.content_hash: ANNOTATION for comment in comments})
    return sorted(comment.content_hash for comment in comments)


def test_labels_come_back_and_later_ones_replace_earlier(connection: Connection, workspace_id: int) -> None:
    """Several labels, no labels, and replaced labels are loaded as saved, separately for each workspace."""
    first, second, third = commented(connection, workspace_id, ["a", "b", "c"])
    store.audits.save(connection, workspace_id, {first: [SLOW, KIND], second: []})
    store.audits.save(connection, workspace_id, {first: [KIND], third: [SLOW]})
    assert store.audits.load(connection, workspace_id) == {first: (KIND,), second: (), third: (SLOW,)}
    assert store.audits.load(connection, store.workspaces.ensure(connection, "other")) == {}
    store.audits.save(connection, workspace_id, {})


def test_the_sample_is_in_order_of_content_hash(connection: Connection, workspace_id: int) -> None:
    """The smallest hashes come first, none twice; comments without annotation are left out, later imports join in."""
    hashes = commented(connection, workspace_id, [str(number) for number in range(20)])
    commented(connection, workspace_id, ["not annotated"], annotated=False)
    asked = [comment.content_hash for comment in store.audits.unlabelled(connection, workspace_id, 5)]
    assert asked == hashes[:5]
    store.audits.save(connection, workspace_id, dict.fromkeys(asked, ()))
    later = commented(connection, workspace_id, [f"later {number}" for number in range(20)])
    expected = sorted({*hashes, *later} - {*asked})[:5]
    assert [comment.content_hash for comment in store.audits.unlabelled(connection, workspace_id, 5)] == expected


def test_a_removed_comment_takes_its_labels_along(connection: Connection, workspace_id: int) -> None:
    """When the last response with a comment changes it, its labels are deleted."""
    [old] = commented(connection, workspace_id, ["old"])
    store.audits.save(connection, workspace_id, {old: [SLOW]})
    store.responses.save(connection, workspace_id, [Response("t", "old", None, Comment("new"))])
    assert store.audits.load(connection, workspace_id) == {}


def test_progress_counts_labelled_unlabelled_and_skipped(connection: Connection, workspace_id: int) -> None:
    """Labelled, unlabelled and skipped comments are counted; comments without annotation are not."""
    assert store.audits.progress(connection, workspace_id) == AuditProgress(0, 0, 0)
    hashes = commented(connection, workspace_id, [str(number) for number in range(10)])
    commented(connection, workspace_id, ["not annotated"], annotated=False)
    assert store.audits.progress(connection, workspace_id) == AuditProgress(0, 10, 0)
    store.audits.save(connection, workspace_id, {hashes[0]: (), hashes[3]: [SLOW]})
    assert store.audits.progress(connection, workspace_id) == AuditProgress(2, 8, 2)
    assert store.audits.progress(connection, store.workspaces.ensure(connection, "other")) == AuditProgress(0, 0, 0)
