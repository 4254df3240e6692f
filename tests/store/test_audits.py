"""Audits: the labels that people gave, and which comments come next, on both databases."""

from __future__ import annotations

from saywhy import store
from saywhy.annotation import Annotation, Polarity, Sentiment
from saywhy.audit import AuditLabel
from saywhy.feedback import Comment, Response
from saywhy.store import Connection
from saywhy.store.audits import AuditProgress

READ = Annotation("m", Sentiment(Polarity.NEUTRAL, 0, 0.9), (), (), (), b"")
SLOW = AuditLabel("support", Polarity.NEGATIVE)
KIND = AuditLabel("staff", Polarity.POSITIVE)


def commented(connection: Connection, workspace_id: int, texts: list[str], *, annotated: bool = True) -> list[str]:
    """Responses with these comments; their content hashes in order."""
    found = [Comment(text, "en") for text in texts]
    store.responses.save(
        connection, workspace_id, [Response("t", comment.verbatim, None, comment) for comment in found]
    )
    if annotated:
        store.annotations.save(connection, workspace_id, {comment.content_hash: READ for comment in found})
    return sorted(comment.content_hash for comment in found)


def test_labels_come_back_and_later_ones_replace_earlier(connection: Connection, workspace_id: int) -> None:
    """Several labels, none, and a second opinion; those of another workspace are apart."""
    first, second, third = commented(connection, workspace_id, ["a", "b", "c"])
    store.audits.save(connection, workspace_id, {first: [SLOW, KIND], second: []})
    store.audits.save(connection, workspace_id, {first: [KIND], third: [SLOW]})
    assert store.audits.load(connection, workspace_id) == {first: (KIND,), second: (), third: (SLOW,)}
    assert store.audits.load(connection, store.workspaces.ensure(connection, "other")) == {}
    store.audits.save(connection, workspace_id, {})


def test_the_sample_goes_on_where_it_was(connection: Connection, workspace_id: int) -> None:
    """The smallest hashes first, none twice; what no model has read is not asked for; what comes later fits in."""
    hashes = commented(connection, workspace_id, [str(number) for number in range(20)])
    commented(connection, workspace_id, ["not annotated"], annotated=False)
    asked = [comment.content_hash for comment in store.audits.unlabelled(connection, workspace_id, 5)]
    assert asked == hashes[:5]
    store.audits.save(connection, workspace_id, dict.fromkeys(asked, ()))
    later = commented(connection, workspace_id, [f"later {number}" for number in range(20)])
    expected = sorted({*hashes, *later} - {*asked})[:5]
    assert [comment.content_hash for comment in store.audits.unlabelled(connection, workspace_id, 5)] == expected


def test_a_removed_comment_takes_its_labels_along(connection: Connection, workspace_id: int) -> None:
    """When the last response changes its comment, what a person read in the old one goes."""
    [old] = commented(connection, workspace_id, ["old"])
    store.audits.save(connection, workspace_id, {old: [SLOW]})
    store.responses.save(connection, workspace_id, [Response("t", "old", None, Comment("new"))])
    assert store.audits.load(connection, workspace_id) == {}


def test_how_far_the_audit_is(connection: Connection, workspace_id: int) -> None:
    """Labelled ones, those still to label, and those passed over; what no model has read counts nowhere."""
    assert store.audits.progress(connection, workspace_id) == AuditProgress(0, 0, 0)
    hashes = commented(connection, workspace_id, [str(number) for number in range(10)])
    commented(connection, workspace_id, ["not annotated"], annotated=False)
    assert store.audits.progress(connection, workspace_id) == AuditProgress(0, 10, 0)
    store.audits.save(connection, workspace_id, {hashes[0]: (), hashes[3]: [SLOW]})
    assert store.audits.progress(connection, workspace_id) == AuditProgress(2, 8, 2)
    assert store.audits.progress(connection, store.workspaces.ensure(connection, "other")) == AuditProgress(0, 0, 0)
