"""Root causes: clauses that say the same become one topic, whatever language they say it in.

BERTopic is the frame, on the vectors that the annotations hold: its dimensionality stage is `SameLanguage`, its
clustering stage `Communities`, its words come from `pipelines.keywords`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.communities import Communities
from pipelines.distinct import Distinct, SameLanguage, commonest
from pipelines.keywords import describe, surface_forms
from pipelines.labels import label_topic
from saywhy.annotation import Annotation, Polarity
from saywhy.feedback import Comment
from saywhy.topic import Assignment, Topic

if TYPE_CHECKING:
    from saywhy.code_frame import CodeFrame

Vectors = NDArray[np.float32]

#: The theme of clauses that give no reason; what is mostly that is no cause.
VERDICT = "general"
_POLES = {Polarity.NEGATIVE.value: -1, Polarity.POSITIVE.value: 1}
_KEYWORDS = 10


@dataclass(frozen=True, slots=True)
class Unit:
    """One clause: `verbatim[start:end]` of the comment with that content hash is `text`."""

    content_hash: str
    start: int
    end: int
    text: str
    theme: str
    polarity: Polarity
    language: str | None


@dataclass(frozen=True, slots=True)
class TextTopic:
    """A topic of plain texts. `id` depends on what its most central texts say and on nothing else."""

    id: str
    label: str
    keywords: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class TextAssignment:
    """The topic of one text, with a confidence in 0 … 1; `None` with 0 where it fits none."""

    topic: str | None
    confidence: float


def units_of(
    comments: Mapping[str, Comment], annotations: Iterable[tuple[str, Annotation]]
) -> tuple[list[Unit], Vectors]:
    """The clauses of annotated answers and their vectors (clauses, d); both mappings are by content hash.

    What is no answer ("n/a", "keine") has no part in topics.
    """
    units: list[Unit] = []
    vectors: list[bytes] = []
    for content_hash, annotation in annotations:
        comment = comments.get(content_hash)
        if comment is None or not comment.is_answer:
            continue
        for clause in annotation.clauses:
            text = comment.verbatim[clause.start : clause.end]
            units.append(
                Unit(content_hash, clause.start, clause.end, text, clause.theme, clause.polarity, comment.language)
            )
            vectors.append(clause.vector)
    flat = np.frombuffer(b"".join(vectors), "<f2").astype(np.float32)
    return units, flat.reshape(len(units), -1) if units else flat.reshape(0, 0)


def find_topics(units: Sequence[Unit], vectors: Vectors, *, themes: CodeFrame) -> tuple[list[Topic], list[Assignment]]:
    """Topics, largest first, each under the theme of most of its clauses, and which clause is in which.

    `vectors` (units, d) are unit-length. Complaint and praise about one thing are two topics; clauses with the same
    words are always in the same one. The order of the units does not matter. What gives no reason ("great!") is no
    cause: neither the topics that are mostly that nor their clauses are returned. Clauses that fit no topic have no
    assignment.
    """
    distinct = Distinct.of([(unit.text, unit.content_hash, unit.start) for unit in units], vectors)
    languages = distinct.most([unit.language or "und" for unit in units])
    sources = distinct.least([unit.content_hash for unit in units])
    felt = distinct.most([unit.polarity.value for unit in units])
    communities = Communities(
        distinct.counts,
        sources=np.unique(sources, return_inverse=True)[1],
        poles=np.array([_POLES.get(polarity, 0) for polarity in felt], np.int64),
    )
    labels, confidence, described = _cluster(distinct, languages, communities)
    known = set(themes.ids)
    names: dict[int, str] = {}
    topics = []
    of_unit = [int(labels[place]) if place >= 0 else -1 for place in distinct.place]
    members: dict[int, list[Unit]] = {}
    for unit, label in zip(units, of_unit, strict=True):
        members.setdefault(label, []).append(unit)
    for label, found in described.items():
        inside = members[label]
        theme = _theme(Counter(unit.theme for unit in inside if unit.theme in known))
        if theme is None or theme == VERDICT:
            continue
        names[label] = found.id
        polarity = commonest(Counter(unit.polarity.value for unit in inside))
        centroid = found.centroid.astype("<f2").tobytes()
        topics.append(Topic(found.id, theme, found.label, found.keywords, polarity, len(inside), centroid))
    assignments = [
        Assignment(unit.content_hash, unit.start, unit.end, names[label], float(confidence[place]))
        for unit, label, place in zip(units, of_unit, distinct.place, strict=True)
        if label in names
    ]
    return topics, assignments


def cluster_texts(
    texts: Sequence[str], vectors: Vectors, *, seed: int = 0
) -> tuple[list[TextTopic], list[TextAssignment]]:
    """Topics of plain texts, largest first, and for each text, in order, which it is in.

    `vectors` (texts, d) are unit-length. The same texts always give the same topics; another `seed` shows what of them
    is chance.
    """
    from pipelines.language import detect

    distinct = Distinct.of([(text, "", 0) for text in texts], vectors)
    languages = [detect(text) for text in distinct.texts]
    labels, confidence, described = _cluster(distinct, languages, Communities(distinct.counts, seed=seed))
    topics = [TextTopic(found.id, found.label, found.keywords, found.size) for found in described.values()]
    assignments = [
        TextAssignment(described[labels[place]].id, float(confidence[place]))
        if place >= 0 and labels[place] >= 0
        else TextAssignment(None, 0.0)
        for place in distinct.place
    ]
    return topics, assignments


@dataclass(frozen=True, slots=True)
class _Described:
    id: str
    label: str
    keywords: tuple[str, ...]
    size: int
    centroid: Vectors


def _cluster(
    distinct: Distinct, languages: Sequence[str], communities: Communities
) -> tuple[NDArray[np.int64], NDArray[np.float64], dict[int, _Described]]:
    """Topic (-1 for none) and confidence of each distinct text, and what the topics are, largest first."""
    if not distinct.keys:
        return np.empty(0, np.int64), np.empty(0), {}
    stage = SameLanguage(languages)
    documents = describe(distinct.texts, languages)
    vocabulary = {word for document in documents for word in document.split()}
    if len(vocabulary) > 1:
        model = _bertopic(stage, communities)
        model.fit(documents, embeddings=distinct.vectors)
        labels = np.array(model.topics_, np.int64)  # BERTopic numbers the clusters anew
        keywords = [dict(model.get_topic(topic)) for topic in range(labels.max() + 1)]
    else:  # BERTopic cannot weigh a single word, and there is nothing to weigh
        communities.fit(stage.fit(distinct.vectors).transform(distinct.vectors))
        labels = communities.labels_
        keywords = [dict.fromkeys(vocabulary, 1.0)] * (int(labels.max()) + 1)
    described = _describe(distinct, stage.transform(distinct.vectors), labels, languages, keywords)
    return labels, communities.probabilities_, described


def _bertopic(reduce: SameLanguage, cluster: object) -> Any:
    """BERTopic with our stages. Importing it takes seconds, so it is imported where it is used."""
    from bertopic import BERTopic
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    return BERTopic(
        language="multilingual",  # for "english", everything but a-z is deleted
        umap_model=reduce,
        hdbscan_model=cluster,
        vectorizer_model=CountVectorizer(token_pattern=r"\S+", lowercase=False),
        ctfidf_model=ClassTfidfTransformer(bm25_weighting=True, reduce_frequent_words=True),
        top_n_words=_KEYWORDS,
    )


def _describe(
    distinct: Distinct,
    vectors: Vectors,
    labels: NDArray[np.int64],
    languages: Sequence[str],
    keywords: Sequence[Mapping[str, float]],
) -> dict[int, _Described]:
    forms = surface_forms(distinct.texts)
    found: dict[int, _Described] = {}
    for topic, weighted in enumerate(keywords):
        members = np.flatnonzero(labels == topic).tolist()
        weights = {word: float(weight) for word, weight in weighted.items() if word and weight > 0}
        centroid = distinct.vectors[members].mean(axis=0)
        central = (vectors[members] @ vectors[members].mean(axis=0)).astype(np.float64)
        label = label_topic(
            [distinct.texts[member] for member in members],
            [languages[member] for member in members],
            distinct.counts[members].tolist(),
            central,
            weights,
            {other.label for other in found.values()},
        )
        found[topic] = _Described(
            _identify([distinct.keys[members[at]] for at in np.argsort(-central, kind="stable")[:3].tolist()]),
            label,
            tuple(forms.get(word, word) for word in weights),
            int(distinct.counts[members].sum()),
            centroid / max(float(np.linalg.norm(centroid)), 1e-9),
        )
    return dict(sorted(found.items(), key=lambda item: (-item[1].size, item[1].id)))


def _identify(central: Sequence[str]) -> str:
    """The id of a topic: a digest of its most central texts, so that it is the same wherever they are the same."""
    return hashlib.sha256("\n".join(sorted(central)).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _theme(counts: Counter[str]) -> str | None:
    """The commonest theme; the bare verdict only where it is that of more than half."""
    if counts[VERDICT] * 2 <= counts.total():
        del counts[VERDICT]
    return commonest(counts) if counts else None
