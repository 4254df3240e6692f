"""Topics in four languages: real vectors of sentences whose causes are known, and generated ones for edge cases."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from models.arrays import Vectors
from pipelines.annotate.columns import Annotations
from pipelines.tabulate.tabulation import MIN_RANKED, MIN_RANKED_DISCOVERED, tabulate
from pipelines.topics.clauses import ClauseText
from pipelines.topics.clustering import clusters
from pipelines.topics.clustering.language_centring import LanguageCentring
from saywhy.annotation import Polarity
from saywhy.feedback import Comment, Response, Score
from saywhy.topic import Assignment, Topic
from tests.builders.answers import annotate
from tests.builders.topic_clauses import THEMES, around
from tests.builders.topic_results import TopicsAndAssignments, find_topics
from tests.builders.topic_sentences import ALL_SENTENCES, PRAISE, Sentence

THEME_OF = {
    "login": "reliability",
    "delivery": "delivery",
    "price": "price",
    "battery": "performance",
    "hotline": "support",
    "invoice": "billing",
    "friendly staff": "staff",
    "easy to use": "usability",
}
CLAUSES = [
    ClauseText(
        Comment(sentence.text).content_hash,
        0,
        len(sentence.text),
        sentence.text,
        THEME_OF[sentence.cause],
        Polarity.POSITIVE if sentence.cause in PRAISE else Polarity.NEGATIVE,
        sentence.language,
    )
    for sentence in ALL_SENTENCES
]
SEED = 7
SPREAD = 0.15


@pytest.fixture(scope="module")
def result(vectors: Vectors) -> TopicsAndAssignments:
    """Topics and assignments of all sentences."""
    return find_topics(CLAUSES, vectors)


def complaint(text: str, *, comment: str | None = None, theme: str = "support") -> ClauseText:
    """A clause of complaint, by default the whole of a comment."""
    content_hash = Comment(comment or text).content_hash
    return ClauseText(content_hash, 0, len(text), text, theme, Polarity.NEGATIVE, "en")


def test_texts_beyond_the_sample_join_their_neighbours(
    vectors: Vectors, result: TopicsAndAssignments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If three quarters of the texts are clustered and the rest assigned, nearly all are in the same topics."""
    monkeypatch.setattr(clusters, "MAX_CLUSTERED", len(CLAUSES) * 3 // 4)
    monkeypatch.setattr(clusters, "_BLOCK", 16)
    topics, assignments = find_topics(CLAUSES, vectors)
    assert sum(topic.size for topic in topics) == len(assignments)
    sampled, complete = ({clause.content_hash: clause.topic for clause in group} for group in (assignments, result[1]))
    both = sorted(sampled.keys() & complete.keys())
    assert len(both) > 0.8 * len(complete)
    assert adjusted_rand_score([sampled[key] for key in both], [complete[key] for key in both]) > 0.7


def test_the_same_statement_is_in_one_topic_in_every_language(result: TopicsAndAssignments) -> None:
    """Of 24 sentences, each in English, German, Simplified and Traditional Chinese, 20 are in one topic."""
    topic_of = {assignment.content_hash: assignment.topic for assignment in result[1]}
    topics_of = defaultdict(set)
    for sentence, clause in zip(ALL_SENTENCES, CLAUSES, strict=True):
        topics_of[sentence.cause, sentence.number].add(topic_of.get(clause.content_hash))
    in_one_topic = [statement for statement, topics in topics_of.items() if len(topics) == 1]
    assert len(in_one_topic) >= 20, sorted(topics_of.keys() - in_one_topic)


def test_a_topic_is_one_cause(result: TopicsAndAssignments) -> None:
    """Nine in ten sentences are in a topic that is mostly of their cause, and few are in none."""
    cause_of = {clause.content_hash: sentence.cause for sentence, clause in zip(ALL_SENTENCES, CLAUSES, strict=True)}
    causes_in: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for assignment in result[1]:
        causes_in[assignment.topic][cause_of[assignment.content_hash]] += 1
    right = sum(causes.most_common(1)[0][1] for causes in causes_in.values())
    assert right >= 0.9 * len(ALL_SENTENCES)
    assert len(result[1]) >= 0.95 * len(ALL_SENTENCES)


def test_topics_are_described(result: TopicsAndAssignments) -> None:
    """Every topic has a label in the words of its clauses, keywords, the theme and the polarity of most of them."""
    topics, assignments = result
    labels = [topic.label for topic in topics]
    assert len(set(labels)) == len(labels)
    sentence_of = {clause.content_hash: sentence for sentence, clause in zip(ALL_SENTENCES, CLAUSES, strict=True)}
    for topic in topics:
        members = [sentence_of[assignment.content_hash] for assignment in assignments if assignment.topic == topic.id]
        texts = " ".join(sentence.text for sentence in members).casefold()
        assert all(phrase.casefold() in texts for phrase in topic.label.split(", "))
        cause = Counter(sentence.cause for sentence in members).most_common(1)[0][0]
        assert topic.theme == THEME_OF[cause]
        assert topic.polarity == ("positive" if cause in PRAISE else "negative")
        assert topic.keywords
        assert all(word.strip() for word in topic.keywords)
        assert len(np.frombuffer(topic.centroid, "<f2")) == 384
    assert sum(topic.size for topic in topics) == len(assignments)
    assert [topic.size for topic in topics] == sorted((topic.size for topic in topics), reverse=True)


def test_the_order_of_the_clauses_does_not_matter(vectors: Vectors, result: TopicsAndAssignments) -> None:
    """Shuffled clauses give exactly the same topics and assignments."""
    order = list(range(len(CLAUSES)))
    random.Random(7).shuffle(order)
    topics, assignments = find_topics([CLAUSES[index] for index in order], vectors[order])
    assert topics == result[0]
    assert sorted(assignments, key=repr) == sorted(result[1], key=repr)


@pytest.mark.parametrize("language", ["en", "de", "zh-Hans", "zh-Hant"])
def test_one_language_alone_is_enough(vectors: Vectors, language: str) -> None:
    """Three sentences per cause in one language give topics of one cause, with a label in that language."""
    rows = [row for row, clause in enumerate(CLAUSES) if clause.language == language]
    topics, assignments = find_topics([CLAUSES[row] for row in rows], vectors[rows])
    cause_of = {CLAUSES[row].content_hash: ALL_SENTENCES[row].cause for row in rows}
    causes_in: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for assignment in assignments:
        causes_in[assignment.topic][cause_of[assignment.content_hash]] += 1
    assert len(topics) >= 4
    assert sum(max(counter.values()) for counter in causes_in.values()) >= 0.8 * len(assignments)
    texts = " ".join(CLAUSES[row].text.casefold() for row in rows)
    assert all(phrase.casefold() in texts for topic in topics for phrase in topic.label.split(", "))


def test_centring_brings_causes_together_rather_than_languages(vectors: Vectors) -> None:
    """Before centring the nearest other sentence is mostly of the same language; after it, of the same cause."""

    def share_of_nearest(values: Vectors, attribute: Callable[[Sentence], str]) -> float:
        similarity = values @ values.T
        np.fill_diagonal(similarity, -2)
        names = [attribute(sentence) for sentence in ALL_SENTENCES]
        return float(np.mean([names[row] == names[near] for row, near in enumerate(similarity.argmax(axis=1))]))

    centred = LanguageCentring([sentence.language for sentence in ALL_SENTENCES]).fit(vectors).transform(vectors)
    assert share_of_nearest(centred, lambda sentence: sentence.language) < share_of_nearest(
        vectors, lambda sentence: sentence.language
    )
    assert share_of_nearest(centred, lambda sentence: sentence.cause) > 0.9


def test_equal_texts_are_always_in_one_topic() -> None:
    """Case, spaces and punctuation do not make another text, even if the vectors differ."""
    others = [complaint(f"complaint {number} about {number % 5}") for number in range(40)]
    equal = [
        complaint(text, comment=f"same {number}")
        for number, text in enumerate(["Too slow!", "too slow", "TOO  SLOW …", "too slow"])
    ]
    directions = [*(number % 5 for number in range(40)), 0, 1, 2, 3]
    topics, assignments = find_topics(others + equal, around(directions, SEED, spread=SPREAD))
    hashes = {clause.content_hash for clause in equal}
    topics_of_equal = [assignment.topic for assignment in assignments if assignment.content_hash in hashes]
    assert len(topics) >= 4
    assert len(set(topics_of_equal)) <= 1
    assert len(topics_of_equal) in (0, 4)


def test_identical_texts_alone_are_a_topic() -> None:
    """Thirty equal texts are one cause, though there is nothing to compare them with."""
    clauses = [complaint("Too expensive", comment=f"comment {number}", theme="price") for number in range(30)]
    topics, assignments = find_topics(clauses, around([0] * 30, SEED, spread=0))
    assert [(topic.label, topic.size, topic.theme) for topic in topics] == [("Too expensive", 30, "price")]
    assert {assignment.confidence for assignment in assignments} == {1.0}


@pytest.mark.parametrize("texts", [[], ["Too slow"], ["Too slow", "The staff is rude"], ["👍"], ["...", "!!"]])
def test_very_few_texts_are_no_error(texts: list[str]) -> None:
    """No text, one, two different ones and texts without words have no topics."""
    vectors = around(range(len(texts)), SEED) if texts else np.empty((0, 0), np.float32)
    assert find_topics([complaint(text) for text in texts], vectors) == ([], [])


def test_verdicts_without_a_reason_are_no_cause() -> None:
    """Clauses of the theme "general" form no topic; a few of them in another topic do not decide its theme."""
    clauses = [
        complaint(
            f"text {number} of {number % 6}", theme="general" if number % 6 == 0 or number % 7 == 0 else "delivery"
        )
        for number in range(90)
    ]
    topics, assignments = find_topics(clauses, around([number % 6 for number in range(90)], SEED, spread=SPREAD))
    assert {topic.theme for topic in topics} == {"delivery"}
    verdicts = {clause.content_hash for number, clause in enumerate(clauses) if number % 6 == 0}
    assert not verdicts & {assignment.content_hash for assignment in assignments}


@pytest.mark.slow
def test_clauses_without_a_cause_seed_no_topic() -> None:
    """Clauses without a theme are in no topic, however similar they are, unless they are near a cause."""
    causes = [complaint(f"cause {number} of {cause}") for cause in (0, 1, 3, 4) for number in range(20)]
    stories = [complaint(f"story {number}", theme="general") for number in range(20)]
    near = [complaint(f"similar outage {number}", theme="general") for number in range(6)]
    vectors = around([0] * 20 + [1] * 20 + [3] * 20 + [4] * 20 + [2] * 20, SEED, spread=SPREAD)
    topics, assignments = find_topics([*causes, *stories, *near], np.concatenate([vectors, vectors[:6]]))
    assert len(topics) == 4
    topic_of = {assignment.content_hash: assignment.topic for assignment in assignments}
    assert not any(story.content_hash in topic_of for story in stories)
    joined = [topic_of[clause.content_hash] for clause in near if clause.content_hash in topic_of]
    assert len(joined) >= 3
    assert set(joined) == {topic_of[causes[0].content_hash]}


@pytest.mark.slow
def test_a_topic_that_seldom_mentions_a_theme_is_no_cause() -> None:
    """Of four clusters, one has clauses of which only a third mention a theme: it is no topic."""
    causes = [complaint(f"cause {number} of {cause}") for cause in (0, 2, 3) for number in range(20)]
    fragments = [replace(complaint(f"fragment {number}"), is_mention=number % 3 == 0) for number in range(20)]
    vectors = around([0] * 20 + [2] * 20 + [3] * 20 + [1] * 20, SEED, spread=SPREAD)
    topics, assignments = find_topics([*causes, *fragments], vectors)
    assert len(topics) == 3
    assert {assignment.content_hash for assignment in assignments} <= {clause.content_hash for clause in causes}


@pytest.mark.slow
def test_a_topic_of_verdicts_in_other_words_is_vague() -> None:
    """Half of the clauses of one topic mention a theme, and all of the others: it is listed with the mark."""
    causes = [complaint(f"late parcel {number} of {cause}") for cause in (0, 2, 3) for number in range(20)]
    verdicts = [replace(complaint(f"late verdict {number}"), is_mention=number % 2 == 0) for number in range(20)]
    vectors = around([0] * 20 + [2] * 20 + [3] * 20 + [1] * 20, SEED, spread=SPREAD)
    topics, assignments = find_topics([*causes, *verdicts], vectors)
    topic_of = {assignment.content_hash: assignment.topic for assignment in assignments}
    assert len(topics) == 4
    assert [topic.id for topic in topics if topic.is_vague] == [topic_of[verdicts[0].content_hash]]


def test_a_topic_without_a_subject_is_vague() -> None:
    """No two clauses of one topic share a word."""
    causes = [complaint(f"late parcel {number} of {cause}") for cause in (0, 2, 3) for number in range(20)]
    fragments = [complaint(f"{chr(ord('a') + number) * 5} {chr(ord('a') + number) * 4}") for number in range(20)]
    vectors = around([0] * 20 + [2] * 20 + [3] * 20 + [1] * 20, SEED, spread=SPREAD)
    topics, assignments = find_topics([*causes, *fragments], vectors)
    topic_of = {assignment.content_hash: assignment.topic for assignment in assignments}
    assert [topic.id for topic in topics if topic.is_vague] == [topic_of[fragments[0].content_hash]]


@pytest.mark.parametrize(
    ("responses", "marks", "ranked"),
    [
        (MIN_RANKED, {}, True),
        (MIN_RANKED - 1, {}, False),
        (MIN_RANKED - 1, {"is_pinned": True}, True),
        (MIN_RANKED_DISCOVERED, {"stability": 0.3}, True),
        (MIN_RANKED_DISCOVERED - 1, {"stability": 0.9}, False),
        (50, {"stability": 0.9, "is_vague": True}, False),
        (2, {"stability": 0.9, "is_vague": True, "is_pinned": True}, True),
    ],
)
def test_reports_rank_topics_that_enough_responses_name(responses: int, marks: dict[str, Any], *, ranked: bool) -> None:
    """Equal comments count each; discovered topics need more, vague ones never suffice, pinned ones always do."""
    comment = Comment("Slow")
    topic = Topic("t", "support", "Slow", (), "negative", 1, b"", **marks)
    answers = [Response("test", str(number), Score(2), comment) for number in range(responses)]
    annotation = annotate(comment, [(0, 4, "price", Polarity.NEGATIVE)])
    assignment = Assignment(comment.content_hash, 0, 4, "t", 1.0)
    data = tabulate(answers, Annotations.of([(comment.content_hash, annotation)]), [topic], [assignment], THEMES)
    named = data.named(Polarity.NEGATIVE, np.ones(responses, bool)).sum(axis=0)
    by_id = {cause.id: int(count) for cause, count in zip(data.causes, named, strict=True)}
    assert by_id["t"] == (responses if ranked else 0)
    assert by_id["support"] == by_id["price"] == responses
