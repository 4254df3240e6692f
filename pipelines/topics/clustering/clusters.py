"""Clustering distinct texts: clusters, their parts, and a description of each.

BERTopic is the framework: its dimensionality stage is `LanguageCentring`, its clustering stage `Communities`, and its
documents are the words of `pipelines.topics.labelling.keywords`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.arrays import NONE, Floats, Integers, Vectors
from pipelines.topics.clustering.communities import Communities
from pipelines.topics.clustering.description import ClusterDescription, describe_clusters
from pipelines.topics.clustering.distinct_texts import DistinctTexts
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.clustering.subtopics import find_parts
from pipelines.topics.labelling.distinct_labels import NO_NAMES, KnownNames
from pipelines.topics.labelling.keywords import KEYWORDS_PER_TOPIC, to_documents

#: Of more distinct texts than this, a sample is clustered.
MAX_CLUSTERED = 20_000
#: Further texts that are assigned at a time.
_BLOCK = 16_384
#: A cluster is large enough to be divided if it has this share of all texts and so many times the minimum cluster size.
_LARGE_SHARE, _LARGE_MULTIPLE = 0.025, 8
#: Smallest part, as a share of the texts of its cluster.
_MIN_PART_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class ClusteringResult:
    """Cluster, confidence and part of each distinct text (-1 for none), each (texts,).

    `descriptions` are by number of the cluster, largest first. Parts are numbered across all clusters.
    """

    labels: Integers
    confidence: Floats
    parts: Integers
    descriptions: Mapping[int, ClusterDescription]


def cluster(
    distinct: DistinctTexts,
    languages: Sequence[str],
    centring: LanguageCentring,
    communities: Communities,
    names: KnownNames = NO_NAMES,
) -> ClusteringResult:
    """Cluster distinct texts. `centring` is fitted if it is not yet. No label is like one of the `names`.

    Of more than `MAX_CLUSTERED` texts, the first are clustered: their order is that of a digest, so they are a random
    sample. The others join the cluster of their nearest neighbours.
    """
    if not distinct.keys:
        none = np.empty(0, np.int64)
        return ClusteringResult(none, np.empty(0), none, {})
    sample = distinct.take(np.arange(min(MAX_CLUSTERED, len(distinct.keys))))
    sample_languages = languages[:MAX_CLUSTERED]
    sample_centring = centring.fit(distinct.vectors).for_languages(sample_languages)
    labels, keywords = _fit(sample, sample_languages, sample_centring, communities)
    # The number of each community in `labels`. The last element is for NONE, which indexes it.
    number = np.full(len(keywords) + 1, NONE)
    number[communities.labels_] = labels
    stability = np.zeros(len(keywords))
    stability[number[:-1]] = communities.stability_
    vectors = sample_centring.transform(sample.vectors)
    parts, part_descriptions = _divide_large(sample, sample_languages, vectors, labels, keywords, communities, names)
    descriptions = describe_clusters(
        sample, communities.counts_, sample_languages, vectors, labels, keywords, stability, part_descriptions, names
    )
    result = ClusteringResult(labels, communities.probabilities_, parts, descriptions)
    return _assign_rest(result, number, distinct, languages, centring, communities)


def _fit(
    sample: DistinctTexts, languages: Sequence[str], centring: LanguageCentring, communities: Communities
) -> tuple[Integers, list[dict[str, float]]]:
    """The cluster of each text, as BERTopic numbers them, and the keywords of each cluster with their weights."""
    documents = to_documents(sample.texts, languages)
    vocabulary = {word for document in documents for word in document.split()}
    if len(vocabulary) > 1:
        model = _bertopic(centring, communities)
        model.fit(documents, embeddings=sample.vectors)
        labels = np.array(model.topics_, np.int64)
        return labels, [dict(model.get_topic(topic)) for topic in range(labels.max() + 1)]
    # BERTopic cannot compute weights for a single word.
    labels = communities.fit(centring.transform(sample.vectors)).labels_
    return labels, [dict.fromkeys(vocabulary, 1.0)] * (int(labels.max()) + 1)


def _bertopic(centring: LanguageCentring, communities: Communities) -> Any:
    """BERTopic with our stages. It is imported here alone, as serving does without it."""
    from sklearn.feature_extraction.text import CountVectorizer

    from pipelines.topics.clustering.light_bertopic import BERTopic, ClassTfidfTransformer

    return BERTopic(
        language="multilingual",  # for "english", everything but a-z is deleted
        umap_model=centring,
        hdbscan_model=communities,
        vectorizer_model=CountVectorizer(token_pattern=r"\S+", lowercase=False),
        ctfidf_model=ClassTfidfTransformer(bm25_weighting=True, reduce_frequent_words=True),
        top_n_words=KEYWORDS_PER_TOPIC,
    )


def _divide_large(
    distinct: DistinctTexts,
    languages: Sequence[str],
    vectors: Vectors,
    labels: Integers,
    keywords: Sequence[Mapping[str, float]],
    communities: Communities,
    names: KnownNames,
) -> tuple[Integers, dict[int, dict[int, ClusterDescription]]]:
    """The part of each text (-1 for none), numbered across clusters, and the described parts of each large cluster."""
    parts, descriptions, next_part = np.full(len(labels), NONE), {}, 0
    for label, weighted in enumerate(keywords):
        members = np.flatnonzero(labels == label)
        size = distinct.counts[members].sum()
        if size < max(_LARGE_SHARE * distinct.counts.sum(), _LARGE_MULTIPLE * communities.min_size_):
            continue
        member_languages = [languages[int(member)] for member in members]
        # Centred again: within one cause, the parts would otherwise be what is left of the languages.
        centred = LanguageCentring(member_languages).fit(vectors[members]).transform(vectors[members])
        division = find_parts(centred, max(communities.min_size_, round(_MIN_PART_SHARE * len(members))))
        if division is None:
            continue
        count = len(division.stability)
        described = describe_clusters(
            distinct.take(members),
            communities.counts_[members],
            member_languages,
            vectors[members],
            division.labels,
            [weighted] * count,
            division.stability,
            {},
            names,
        )
        parts[members] = division.labels + next_part
        descriptions[label] = {number + next_part: part for number, part in described.items()}
        next_part += count
    return parts, descriptions


def _assign_rest(
    result: ClusteringResult,
    number: Integers,
    distinct: DistinctTexts,
    languages: Sequence[str],
    centring: LanguageCentring,
    communities: Communities,
) -> ClusteringResult:
    """The result for all texts, given that for the sample. Works by blocks, so that a million texts fit into memory.

    `number` is the label of each community.
    """
    labels, confidence, parts = [result.labels], [result.confidence], [result.parts]
    for start in range(MAX_CLUSTERED, len(distinct.keys), _BLOCK):
        block = slice(start, start + _BLOCK)
        vectors = centring.for_languages(languages[block]).transform(distinct.vectors[block])
        can_seed = None if communities.can_seed is None else communities.can_seed[block]
        block_communities, block_confidence = communities.predict(vectors, can_seed=can_seed)
        labels.append(number[block_communities])
        confidence.append(block_confidence)
        parts.append(_nearest_parts(vectors, labels[-1], result.descriptions))
    all_labels, all_parts = np.concatenate(labels), np.concatenate(parts)
    descriptions = _with_sizes(result.descriptions, all_labels, all_parts, distinct.counts)
    return ClusteringResult(all_labels, np.concatenate(confidence), all_parts, descriptions)


def _nearest_parts(vectors: Vectors, labels: Integers, descriptions: Mapping[int, ClusterDescription]) -> Integers:
    """The part (n,) with the nearest centroid, of the cluster that a text is in; -1 if that has no parts."""
    parts = np.full(len(labels), NONE)
    for label, description in descriptions.items():
        if description.parts:
            rows = np.flatnonzero(labels == label)
            centroids = np.stack([part.centroid for part in description.parts.values()])
            parts[rows] = np.array(list(description.parts))[(vectors[rows] @ centroids.T).argmax(axis=1)]
    return parts


def _with_sizes(
    descriptions: Mapping[int, ClusterDescription], labels: Integers, parts: Integers, counts: Integers
) -> dict[int, ClusterDescription]:
    """The clusters and their parts with their sizes among all texts, largest first."""
    size = np.bincount(labels + 1, counts).astype(int)[1:].tolist()
    part_size = np.bincount(parts + 1, counts).astype(int)[1:].tolist()
    sized = {
        label: replace(
            description,
            size=size[label],
            parts=_largest_first(
                {number: replace(part, size=part_size[number]) for number, part in description.parts.items()}
            ),
        )
        for label, description in descriptions.items()
    }
    return _largest_first(sized)


def _largest_first(descriptions: Mapping[int, ClusterDescription]) -> dict[int, ClusterDescription]:
    return dict(sorted(descriptions.items(), key=lambda item: (-item[1].size, item[1].id)))
