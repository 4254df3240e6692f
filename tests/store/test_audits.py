"""Audits: the labels that people gave, and which comments come next, on both databases."""

from __future__ import annotations

from saywhy import store
from saywhy.annotation import Annotation, Polarity, Sentiment
from saywhy.audit import AuditLabel
from saywhy.feedback import Comment, Response
from saywhy.store import Connection
from saywhy.store.audits import Standing

READ = Annotation("m", Sentiment(Polarity.NEUTRAL, 0, 0.9), (), (), (), b"")
SLOW = AuditLabel("support", Polarity.NEGATIVE)
KIND = AuditLabel("staff", Polarity.POSITIVE)


def commented(connection: Connection, workspace: int, texts: list[str], *, annotated: bool = True) -> list[str]:
    """Responses with these comments; their content hashes in order."""
    found = [Comment(text, "en") for text in texts]
    store.responses.save(connection, workspace, [Response("t", comment.verbatim, None, comment) for comment in found])
    if annotated:
        store.annotations.save(connection, workspace, {comment.content_hash: READ for comment in found})
    return sorted(comment.content_hash for comment in found)


def test_labels_come_back_and_later_ones_replace_earlier(connection: Connection, workspace: int) -> None:
    """Several labels, none, and a second opinion; those of another workspace are apart."""
    first, second, third = commented(connection, workspace, ["a", "b", "c"])
    store.audits.save(connection, workspace, {first: [SLOW, KIND], second: []})
    store.audits.save(connection, workspace, {first: [KIND], third: [SLOW]})
    assert store.audits.load(connection, workspace) == {first: (KIND,), second: (), third: (SLOW,)}
    assert store.audits.load(connection, store.workspaces.ensure(connection, "other")) == {}
    store.audits.save(connection, workspace, {})


def test_the_sample_goes_on_where_it_was(connection: Connection, workspace: int) -> None:
    """The smallest hashes first, none twice; what no model has read is not asked for; what comes later fits in."""
    hashes = commented(connection, workspace, [str(number) for number in range(20)])
    commented(connection, workspace, ["not annotated"], annotated=False)
    asked = [comment.content_hash for comment in store.audits.unread(connection, workspace, 5)]
    assert asked == hashes[:5]
    store.audits.save(connection, workspace, dict.fromkeys(asked, ()))
    later = commented(connection, workspace, [f"later {number}" for number in range(20)])
    expected = sorted({*hashes, *later} - {*asked})[:5]
    assert [comment.content_hash for comment in store.audits.unread(connection, workspace, 5)] == expected


def test_a_removed_comment_takes_its_labels_along(connection: Connection, workspace: int) -> None:
    """When the last response changes its comment, what a person read in the old one goes."""
    [old] = commented(connection, workspace, ["old"])
    store.audits.save(connection, workspace, {old: [SLOW]})
    store.responses.save(connection, workspace, [Response("t", "old", None, Comment("new"))])
    assert store.audits.load(connection, workspace) == {}


def test_how_far_the_audit_is(connection: Connection, workspace: int) -> None:
    """Labelled ones, those still to label, and those passed over; what no model has read counts nowhere."""
    assert store.audits.standing(connection, workspace) == Standing(0, 0, 0)
    hashes = commented(connection, workspace, [str(number) for number in range(10)])
    commented(connection, workspace, ["not annotated"], annotated=False)
    assert store.audits.standing(connection, workspace) == Standing(0, 10, 0)
    store.audits.save(connection, workspace, {hashes[0]: (), hashes[3]: [SLOW]})
    assert store.audits.standing(connection, workspace) == Standing(2, 8, 2)
    assert store.audits.standing(connection, store.workspaces.ensure(connection, "other")) == Standing(0, 0, 0)
