"""Clauses that count under several causes are told of."""

from __future__ import annotations

import pytest

from saywhy.annotation import Polarity
from saywhy.issue import CoNamed
from saywhy.topic import Assignment, Topic
from tests.builders.answers import SLOW, report_on, response, ten


def test_causes_that_share_clauses_name_each_other() -> None:
    """Of four clauses of a topic three are of another too; their theme, which has all of them, is not told."""
    responses = ten()
    texts = [entry.comment for entry in responses if entry.comment and "slow support" in entry.comment.verbatim]
    topics = [Topic(key, "support", key, (), "negative", 4, b"") for key in ("waits", "replies")]
    assignments = [Assignment(comment.content_hash, 0, 12, "waits", 1) for comment in texts]
    assignments += [Assignment(comment.content_hash, 0, 12, "replies", 1) for comment in texts[:3]]
    report = report_on(responses, SLOW, topics=topics, assignments=assignments)
    shared = {issue.id: issue.co_named for issue in report.issues}
    assert len(texts) == 4
    assert shared["waits"] == (CoNamed("topic:replies", 0.75),)
    assert shared["replies"] == (CoNamed("topic:waits", 1.0),)
    assert shared["support"] == ()


def test_a_tree_has_the_rest_of_a_theme_and_both_bases() -> None:
    """Three of four mentions are in a topic, the rest has one; points among those who wrote are twice as many."""
    responses = [*ten(), *(response(number, 9) for number in range(20, 30))]
    texts = [entry.comment for entry in responses if entry.comment and "slow support" in entry.comment.verbatim]
    topic = Topic("waits", "support", "waits", (), "negative", 3, b"")
    assignments = [Assignment(comment.content_hash, 0, 12, "waits", 1) for comment in texts[:3]]
    issues = {issue.id: issue for issue in report_on(responses, SLOW, topics=[topic], assignments=assignments).issues}
    theme, part = issues["support"], issues["waits"]
    assert (theme.parent, part.parent) == (None, "theme:support")
    assert theme.rest is not None
    assert (theme.mentions, part.mentions, theme.rest.mentions) == (4, 3, 1)
    for issue in (theme, part):
        assert issue.among_commenters is not None
        assert issue.among_commenters.value == pytest.approx(2 * issue.impact)


def test_the_chances_of_a_level_sum_to_three() -> None:
    """Themes on one level, topics and rests on the other: in each, three causes are the three costliest."""
    words = {f"bad {theme}": (theme, Polarity.NEGATIVE) for theme in ("support", "price", "delivery", "quality")}
    responses = [
        response(40 * index + number, (number * 7 + index) % 11, f"{text} {number}")
        for index, text in enumerate(words)
        for number in range(40)
    ]
    topics = [Topic(f"t-{theme}", theme, theme, (), "negative", 20, b"") for theme, _ in words.values()]
    assignments = [
        Assignment(entry.comment.content_hash, 0, len(text), f"t-{theme}", 1)
        for text, (theme, _) in words.items()
        for entry in responses
        if entry.comment and entry.comment.verbatim.startswith(text) and int(entry.comment.verbatim.split()[-1]) % 2
    ]
    issues = report_on(responses, words, topics=topics, assignments=assignments).issues
    themes = [issue for issue in issues if issue.kind == "theme"]
    rests = [issue.rest.top_three for issue in themes if issue.rest]
    assert len(rests) == 4
    assert sum(issue.top_three for issue in themes) == pytest.approx(3)
    assert sum(rests) + sum(issue.top_three for issue in issues if issue.kind == "topic") == pytest.approx(3)
