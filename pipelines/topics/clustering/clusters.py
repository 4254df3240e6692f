"""Clusters of distinct texts and what they are: the words, the label, how near a text must be, how stable they are.

BERTopic is the frame: its dimensionality stage is `LanguageCentring`, its clustering stage `Communities`, its words come
from `pipelines.topics.labelling.keywords`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.arrays import NONE, Floats, Integers, Vectors
from pipelines.topics.clustering.communities import Communities
from pipelines.topics.clustering.description import ClusterDescription, _describe
from pipelines.topics.clustering.distinct_texts import Distinct
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.clustering.subtopics import parts_of
from pipelines.topics.labelling.keywords import describe

#: Texts that are clustered; of more, these are a sample.
FIT_AT_MOST = 20_000
_BLOCK = 16_384
_KEYWORDS = 10
#: A cluster is large, and looked into for parts, from this share of all texts and this many smallest clusters on.
_LARGE_SHARE, _LARGE = 0.025, 8
_SMALLEST_PART = 0.1  # of the texts of its cluster


@dataclass(frozen=True, slots=True)
class ClusteringResult:
    """Cluster and part of each distinct text (-1 for none), with a confidence, and what the clusters are by number.

    The largest come first.
    """

    labels: Integers
    confidence: Floats
    parts: Integers
    described: Mapping[int, ClusterDescription]


def cluster(
    distinct: Distinct, languages: Sequence[str], space: LanguageCentring, communities: Communities
) -> ClusteringResult:
    """Cluster distinct texts. `space` is fitted if it has measured nothing yet.

    Of more than `FIT_AT_MOST` texts, the first ones are clustered: their order means nothing, so they are a random
    sample. The others go where their neighbours are.
    """
    if not distinct.keys:
        none = np.empty(0, np.int64)
        return ClusteringResult(none, np.empty(0), none, {})
    sample, spoken = distinct.take(np.arange(min(FIT_AT_MOST, len(distinct.keys)))), languages[:FIT_AT_MOST]
    own = space.fit(distinct.vectors).speaking(spoken)
    documents = describe(sample.texts, spoken)
    vocabulary = {word for document in documents for word in document.split()}
    if len(vocabulary) > 1:
        model = _bertopic(own, communities)
        model.fit(documents, embeddings=sample.vectors)
        labels = np.array(model.topics_, np.int64)  # BERTopic numbers the clusters anew
        keywords = [dict(model.get_topic(topic)) for topic in range(labels.max() + 1)]
    else:  # BERTopic cannot weigh a single word, and there is nothing to weigh
        communities.fit(own.transform(sample.vectors))
        labels = communities.labels_
        keywords = [dict.fromkeys(vocabulary, 1.0)] * (int(labels.max()) + 1)
    # What BERTopic calls each community, by its number; the last place is that of none.
    number = np.full(len(keywords) + 1, NONE)
    number[communities.labels_] = labels
    stability = np.zeros(len(keywords))
    stability[number[:-1]] = communities.stability_
    vectors = own.transform(sample.vectors)
    parts, of_parts = _parts(sample, spoken, vectors, labels, keywords, communities)
    described = _describe(sample, spoken, vectors, labels, keywords, stability, of_parts)
    found = ClusteringResult(labels, communities.probabilities_, parts, described)
    return _with_rest(found, number, distinct, languages, space, communities)


def _bertopic(reduce: LanguageCentring, cluster: object) -> Any:
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


def _with_rest(
    found: ClusteringResult,
    number: Integers,
    distinct: Distinct,
    languages: Sequence[str],
    space: LanguageCentring,
    communities: Communities,
) -> ClusteringResult:
    """What was found in a sample of the texts, and where all others go; by blocks, so that a million fit into memory.

    `number` is the label of each community.
    """
    labels, confidence, parts = [found.labels], [found.confidence], [found.parts]
    for start in range(FIT_AT_MOST, len(distinct.keys), _BLOCK):
        block = slice(start, start + _BLOCK)
        vectors = space.speaking(languages[block]).transform(distinct.vectors[block])
        founds = None if communities.founds is None else communities.founds[block]
        communities_of, sure = communities.predict(vectors, founds=founds)
        labels.append(number[communities_of])
        confidence.append(sure)
        parts.append(_nearest_parts(vectors, labels[-1], found.described))
    whole = ClusteringResult(np.concatenate(labels), np.concatenate(confidence), np.concatenate(parts), found.described)
    return replace(whole, described=_counted(whole.described, whole.labels, whole.parts, distinct.counts))


def _nearest_parts(vectors: Vectors, labels: Integers, described: Mapping[int, ClusterDescription]) -> Integers:
    """The part of each text that is in a cluster with parts, by the nearest centroid; -1 for the others."""
    found = np.full(len(labels), NONE)
    for label, cluster_ in described.items():
        if cluster_.parts:
            rows = np.flatnonzero(labels == label)
            centroids = np.stack([part.centroid for part in cluster_.parts.values()])
            found[rows] = np.array(list(cluster_.parts))[(vectors[rows] @ centroids.T).argmax(axis=1)]
    return found


def _counted(
    described: Mapping[int, ClusterDescription], labels: Integers, parts: Integers, counts: Integers
) -> dict[int, ClusterDescription]:
    """The clusters with their sizes among all texts, the largest first."""
    size = np.bincount(labels + 1, counts).astype(int)[1:].tolist()
    size_of_part = np.bincount(parts + 1, counts).astype(int)[1:].tolist()
    found = {
        label: replace(
            one,
            size=size[label],
            parts=_by_size({at: replace(part, size=size_of_part[at]) for at, part in one.parts.items()}),
        )
        for label, one in described.items()
    }
    return _by_size(found)


def _by_size(described: Mapping[int, ClusterDescription]) -> dict[int, ClusterDescription]:
    return dict(sorted(described.items(), key=lambda item: (-item[1].size, item[1].id)))


def _parts(
    distinct: Distinct,
    languages: Sequence[str],
    vectors: Vectors,
    labels: Integers,
    keywords: Sequence[Mapping[str, float]],
    communities: Communities,
) -> tuple[Integers, dict[int, dict[int, ClusterDescription]]]:
    """The part of each text, numbered over all clusters, and what the parts of the large clusters are."""
    parts, found, next_part = np.full(len(labels), -1), {}, 0
    for label, weighted in enumerate(keywords):
        members = np.flatnonzero(labels == label)
        size = distinct.counts[members].sum()
        if size < max(_LARGE_SHARE * distinct.counts.sum(), _LARGE * communities.least_):
            continue
        spoken = [languages[int(member)] for member in members]
        # Inside one cause, what is left of the languages would be what parts are made of.
        alike = LanguageCentring(spoken).fit(vectors[members]).transform(vectors[members])
        inside = parts_of(alike, max(communities.least_, round(_SMALLEST_PART * len(members))))
        if inside is None:
            continue
        firm = len(inside.stability)
        own = _describe(
            distinct.take(members),
            spoken,
            vectors[members],
            inside.labels,
            [weighted] * firm,
            inside.stability,
            {},
        )
        parts[members] = inside.labels + next_part
        found[label] = {number + next_part: part for number, part in own.items()}
        next_part += firm
    return parts, found
