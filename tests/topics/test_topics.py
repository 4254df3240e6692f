"""Root causes in four languages: real vectors of sentences whose causes are known, and made ones for the edges."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from models.annotator import Annotator, load_annotator
from models.arrays import Vectors
from pipelines.annotate.columns import Annotations
from pipelines.tabulate.tabulation import tabulate
from pipelines.topics.clauses import ClauseText, clauses_of, find_topics
from pipelines.topics.clustering import clusters
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.plain_texts import cluster_texts
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment
from saywhy.topic import MIN_STABILITY, Assignment, Topic
from tests.builders.topic_sentences import PRAISE, SENTENCES

ClusteringResult = tuple[list[Topic], list[Assignment]]

THEMES = load_code_frame()
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
SAID = [
    (cause, language, place, text)
    for cause, languages in SENTENCES.items()
    for language, texts in languages.items()
    for place, text in enumerate(texts)
]
UNITS = [
    ClauseText(
        Comment(text).content_hash,
        0,
        len(text),
        text,
        THEME_OF[cause],
        Polarity.POSITIVE if cause in PRAISE else Polarity.NEGATIVE,
        language,
    )
    for cause, language, _, text in SAID
]


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    """The model that ships."""
    return load_annotator(threads=1)


@pytest.fixture(scope="module")
def vectors(annotator: Annotator) -> Vectors:
    """The vectors of all sentences."""
    return annotator.vectors([text for *_, text in SAID])


@pytest.fixture(scope="module")
def found(vectors: Vectors) -> ClusteringResult:
    """Topics and assignments of all sentences."""
    return find_topics(UNITS, vectors, themes=THEMES)


def test_texts_beyond_the_sample_go_where_their_neighbours_are(
    vectors: Vectors, found: ClusteringResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With three quarters of the texts clustered and the rest assigned, nearly all are with those they were with."""
    monkeypatch.setattr(clusters, "FIT_AT_MOST", len(UNITS) * 3 // 4)
    monkeypatch.setattr(clusters, "_BLOCK", 16)
    topics, assignments = find_topics(UNITS, vectors, themes=THEMES)
    assert sum(topic.size for topic in topics) == len(assignments)
    now, before = ({one.content_hash: one.topic for one in found} for found in (assignments, found[1]))
    both = sorted(now.keys() & before.keys())
    assert len(both) > 0.8 * len(before)
    assert adjusted_rand_score([now[key] for key in both], [before[key] for key in both]) > 0.8


def unit(text: str, *, comment: str | None = None, start: int = 0, theme: str = "support") -> ClauseText:
    """A clause of complaint, by default the whole of a comment."""
    content_hash = Comment(comment or text).content_hash
    return ClauseText(content_hash, start, start + len(text), text, theme, Polarity.NEGATIVE, "en")


def around(directions: Sequence[int], *, spread: float = 0.15) -> Vectors:
    """Unit vectors in 48 dimensions, each near the numbered one of 40 fixed directions."""
    generator = np.random.default_rng(4)
    centres = np.linalg.qr(generator.normal(size=(48, 40)))[0].T
    points = centres[list(directions)] + spread * generator.normal(size=(len(directions), 48)) / np.sqrt(48) * 4
    unit: Vectors = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_the_same_statement_is_in_one_topic_in_every_language(found: ClusteringResult) -> None:
    """Of the 24 sentences, each said in English, German, Simplified and Traditional Chinese, 21 are not torn apart."""
    topic_of = {assigned.content_hash: assigned.topic for assigned in found[1]}
    topics_of = defaultdict(set)
    for (cause, _, place, _), one in zip(SAID, UNITS, strict=True):
        topics_of[cause, place].add(topic_of.get(one.content_hash))
    together = [statement for statement, topics in topics_of.items() if len(topics) == 1]
    assert len(together) >= 21, sorted(topics_of.keys() - together)


def test_a_topic_is_one_cause(found: ClusteringResult) -> None:
    """Nine in ten sentences are in a topic that is mostly of their own cause, and hardly one is in none."""
    cause_of = {one.content_hash: cause for (cause, *_), one in zip(SAID, UNITS, strict=True)}
    inside: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for assigned in found[1]:
        inside[assigned.topic][cause_of[assigned.content_hash]] += 1
    right = sum(causes.most_common(1)[0][1] for causes in inside.values())
    assert right >= 0.9 * len(SAID)
    assert len(found[1]) >= 0.95 * len(SAID)


def test_topics_say_what_they_are(found: ClusteringResult) -> None:
    """Every topic has a clause as its label, keywords, a theme of the code frame, and the feeling of its clauses."""
    labels = [topic.label for topic in found[0]]
    assert len(set(labels)) == len(labels)
    texts = {text.casefold() for *_, text in SAID}
    cause_of = {text.casefold(): cause for cause, _, _, text in SAID}
    for topic in found[0]:
        assert topic.label.casefold() in texts
        cause = cause_of[topic.label.casefold()]
        assert topic.theme == THEME_OF[cause]
        assert topic.polarity == ("positive" if cause in PRAISE else "negative")
        assert topic.keywords
        assert all(word.strip() for word in topic.keywords)
        assert len(np.frombuffer(topic.centroid, "<f2")) == 384
    assert sum(topic.size for topic in found[0]) == len(found[1])
    assert [topic.size for topic in found[0]] == sorted((topic.size for topic in found[0]), reverse=True)


def test_the_order_of_the_clauses_does_not_matter(vectors: Vectors, found: ClusteringResult) -> None:
    """Shuffled input gives the same topics to the last digit, and the same assignments."""
    order = list(range(len(UNITS)))
    random.Random(7).shuffle(order)
    topics, assignments = find_topics([UNITS[at] for at in order], vectors[order], themes=THEMES)
    assert topics == found[0]
    assert sorted(assignments, key=repr) == sorted(found[1], key=repr)


@pytest.mark.parametrize("language", ["en", "de", "zh-Hans", "zh-Hant"])
def test_one_language_alone_is_enough(vectors: Vectors, language: str) -> None:
    """Three sentences a cause in one language make topics of one cause, with keywords and a label in that language."""
    here = [at for at, one in enumerate(UNITS) if one.language == language]
    topics, assignments = find_topics([UNITS[at] for at in here], vectors[here], themes=THEMES)
    cause_of = {UNITS[at].content_hash: SAID[at][0] for at in here}
    causes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for assigned in assignments:
        causes[assigned.topic][cause_of[assigned.content_hash]] += 1
    assert len(topics) >= 4
    assert sum(max(counter.values()) for counter in causes.values()) >= 0.8 * len(assignments)
    texts = [UNITS[at].text.casefold() for at in here]
    assert all(any(text.endswith(topic.label.casefold()) for text in texts) for topic in topics)


def test_languages_are_told_apart_less_than_causes(vectors: Vectors) -> None:
    """Before centring the nearest other sentence is mostly of the same language; after it, of the same cause."""

    def nearest_shares(values: Vectors, of: Callable[[tuple[str, str, int, str]], str]) -> float:
        similarity = values @ values.T
        np.fill_diagonal(similarity, -2)
        return float(np.mean([of(SAID[at]) == of(SAID[near]) for at, near in enumerate(similarity.argmax(axis=1))]))

    centred = LanguageCentring([language for _, language, *_ in SAID]).fit(vectors).transform(vectors)
    assert nearest_shares(centred, lambda said: said[1]) < nearest_shares(vectors, lambda said: said[1])
    assert nearest_shares(centred, lambda said: said[0]) > 0.9


def test_the_same_words_are_always_in_one_topic() -> None:
    """Case, spaces and punctuation do not make another text, even where the model reads the vectors apart."""
    units = [unit(f"complaint {at} about {at % 5}", comment=f"c{at}") for at in range(40)]
    same = [
        unit(text, comment=f"same {at}") for at, text in enumerate(["Too slow!", "too slow", "TOO  SLOW …", "too slow"])
    ]
    vectors = np.concatenate([around([at % 5 for at in range(40)]), around([0, 1, 2, 3])])
    topics, assignments = find_topics(units + same, vectors, themes=THEMES)
    hashes = {one.content_hash for one in same}
    chosen = [assigned.topic for assigned in assignments if assigned.content_hash in hashes]
    assert len(topics) >= 4
    assert len(set(chosen)) <= 1
    assert len(chosen) in (0, 4)


def test_identical_texts_alone_are_a_topic() -> None:
    """Thirty times the same is one cause, though there is nothing to compare it with."""
    units = [unit("Too expensive", comment=f"c{at}", theme="price") for at in range(30)]
    topics, assignments = find_topics(units, around([0] * 30, spread=0), themes=THEMES)
    assert [(topic.label, topic.size, topic.theme) for topic in topics] == [("Too expensive", 30, "price")]
    assert {assigned.confidence for assigned in assignments} == {1.0}


@pytest.mark.parametrize("texts", [[], ["Too slow"], ["Too slow", "The staff is rude"], ["👍"], ["...", "!!"]])
def test_hardly_any_text_is_no_error(texts: list[str]) -> None:
    """Nothing, one text, two different ones and texts without words have no topics."""
    vectors = around(range(len(texts))) if texts else np.empty((0, 0), np.float32)
    assert find_topics([unit(text) for text in texts], vectors, themes=THEMES) == ([], [])


def test_verdicts_without_a_reason_are_no_cause() -> None:
    """Clauses of the theme "general" form no topic; a few of them inside another topic do not name it."""
    units = [
        unit(f"text {at} of {at % 6}", comment=f"c{at}", theme="general" if at % 6 == 0 or at % 7 == 0 else "delivery")
        for at in range(90)
    ]
    topics, assignments = find_topics(units, around([at % 6 for at in range(90)]), themes=THEMES)
    assert {topic.theme for topic in topics} == {"delivery"}
    verdicts = {one.content_hash for at, one in enumerate(units) if at % 6 == 0}
    assert not verdicts & {assigned.content_hash for assigned in assignments}


def test_non_answers_have_no_part() -> None:
    """Comments that are no answers give no units; clauses keep their place in the verbatim."""
    verbatim, nothing = "Nice app. Slow support.", "n/a"
    vector = around([1])[0].astype("<f2").tobytes()
    sentiment = Sentiment(Polarity.MIXED, 0.0, 0.5)
    clauses = (
        Clause(0, 9, "general", Polarity.POSITIVE, vector),
        Clause(10, 23, "support", Polarity.NEGATIVE, vector),
    )
    comments = {one.content_hash: one for one in (Comment(verbatim, "en"), Comment(nothing, "en", is_answer=False))}
    annotations = [
        (key, Annotation("m", sentiment, (), (), clauses if one.is_answer else clauses[:1], vector))
        for key, one in comments.items()
    ]
    units, vectors = clauses_of(comments, Annotations.of(annotations))
    assert [(one.text, one.theme, one.language) for one in units] == [
        ("Nice app.", "general", "en"),
        ("Slow support.", "support", "en"),
    ]
    assert vectors.shape == (2, 48)
    assert clauses_of({}, Annotations.of([]))[0] == []


def test_plain_texts_are_clustered_in_their_order(vectors: Vectors) -> None:
    """Every text gets its topic or none, in order; the same text twice gets the same; ids name topics of the list."""
    texts = [text for *_, text in SAID] + [SAID[0][3].upper() + "!", "  "]
    topics, assignments = cluster_texts(texts, np.concatenate([vectors, vectors[:1], vectors[5:6]]))
    assert len(assignments) == len(texts)
    assert assignments[-2] == assignments[0]
    assert (assignments[-1].topic, assignments[-1].confidence) == (None, 0.0)
    sizes = Counter(assigned.topic for assigned in assignments if assigned.topic)
    assert sizes == {topic.id: topic.size for topic in topics}
    assert all(0 < assigned.confidence <= 1 for assigned in assignments if assigned.topic)
    assert all(topic.label and topic.keywords for topic in topics)


def test_no_texts_have_no_topics() -> None:
    """An empty input is no error."""
    assert cluster_texts([], np.empty((0, 384), np.float32)) == ([], [])


def test_clauses_that_give_no_cause_found_no_topic() -> None:
    """Clauses without a theme are in no topic, however alike they are, unless they say what a cause says."""
    causes = [unit(f"cause {at} of {what}") for what in (0, 1, 3, 4) for at in range(20)]
    stories = [unit(f"story {at}", theme="general") for at in range(20)]
    near = [unit(f"similar outage {at}", theme="general") for at in range(6)]
    vectors = around([0] * 20 + [1] * 20 + [3] * 20 + [4] * 20 + [2] * 20)
    topics, assignments = find_topics([*causes, *stories, *near], np.concatenate([vectors, vectors[:6]]), themes=THEMES)
    assert len(topics) == 4
    topic_of = {assigned.content_hash: assigned.topic for assigned in assignments}
    assert not any(story.content_hash in topic_of for story in stories)
    joined = [topic_of[one.content_hash] for one in near if one.content_hash in topic_of]
    assert len(joined) >= 3
    assert set(joined) == {topic_of[causes[0].content_hash]}


def test_a_topic_that_hardly_mentions_a_theme_is_no_cause() -> None:
    """Of four topics, one is of clauses in which a theme is seldom sure enough to be mentioned: it is not returned."""
    told = [unit(f"cause {at} of {what}") for what in (0, 2, 3) for at in range(20)]
    guessed = [replace(unit(f"guess {at}"), is_mention=at % 3 == 0) for at in range(20)]
    topics, assignments = find_topics(
        [*told, *guessed], around([0] * 20 + [2] * 20 + [3] * 20 + [1] * 20), themes=THEMES
    )
    assert len(topics) == 3
    assert {assigned.content_hash for assigned in assignments} <= {one.content_hash for one in told}


def test_clauses_know_whether_they_mention_a_theme() -> None:
    """Only a mention of a theme other than the bare verdict counts, at the very clause."""
    verbatim = "It was late. Well. Great!"
    comment, vector = Comment(verbatim, "en"), np.ones(4, "<f2").tobytes()
    spans = [(0, 12, "timeliness"), (13, 18, "support"), (19, 25, "general")]
    clauses = tuple(Clause(start, end, theme, Polarity.NEGATIVE, vector) for start, end, theme in spans)
    mentions = tuple(Mention(start, end, theme, Polarity.NEGATIVE, 0.9) for start, end, theme in (spans[0], spans[2]))
    sentiment = Sentiment(Polarity.NEGATIVE, -0.5, 0.9)
    annotation = Annotation("m", sentiment, (), mentions, clauses, vector)
    units, _ = clauses_of({comment.content_hash: comment}, Annotations.of([(comment.content_hash, annotation)]))
    assert [(one.theme, one.is_mention) for one in units] == [
        ("timeliness", True), ("support", False), ("general", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stability", "is_pinned", "ranked"), [(MIN_STABILITY, False, True), (0.3, False, False), (0.3, True, True)]
)
def test_reports_rank_stable_and_pinned_topics(stability: float, *, is_pinned: bool, ranked: bool) -> None:
    """An unstable topic is no cause of the report unless people have pinned it."""
    topic = Topic("t", "support", "Slow", (), "negative", 9, b"", stability=stability, is_pinned=is_pinned)
    data = tabulate([], Annotations.of([]), [topic], [], THEMES)
    assert any(cause.id == "t" for cause in data.causes) is ranked
