"""Describing clusters: id, label, keywords, centroid, reach and stability."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.arrays import Floats, Integers, Vectors, unit
from pipelines.topics.clustering.distinct_texts import DistinctTexts
from pipelines.topics.labelling.distinct_labels import KnownNames
from pipelines.topics.labelling.keywords import surface_forms
from pipelines.topics.labelling.labels import TopicTexts, label_topics

#: Standard deviations below the mean that one in twenty values of a normal distribution does not reach.
_ONE_IN_TWENTY = 1.645

#: Shrinkage: the variance of one cluster is averaged with the pooled variance as if that had so many members.
_PRIOR_MEMBERS = 10

#: The most central texts, whose digest is the id of a cluster.
_TEXTS_IN_ID = 3


@dataclass(frozen=True, slots=True)
class ClusterDescription:
    """What is known of a cluster. `id` is a digest of its most central texts.

    `centroid` (d,) is of unit length, in the centred space. `reach` is the similarity to it that one in twenty members
    does not reach. `size` counts all texts, equal ones too. `labels` are by language of the reader. `support` is the
    share of the responses that have one of the heaviest keyphrases.
    """

    id: str
    label: str
    keywords: tuple[str, ...]
    size: int
    centroid: Vectors
    reach: float
    stability: float
    parts: Mapping[int, ClusterDescription] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    support: float = 1.0


def id_of_texts(texts: Sequence[str]) -> str:
    """A digest of texts, in any order, as an id of 12 hexadecimal digits."""
    return hashlib.sha256("\n".join(sorted(texts)).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def reach_of(similarities: Sequence[Floats]) -> list[float]:
    """For each cluster, the similarity to its centroid that one in twenty members does not reach.

    `similarities` are those of each member to the mean of the other members: mean - 1.645 standard deviations, with the
    variance of a cluster of few members shrunk to that of all clusters.
    """
    if not similarities:
        return []
    pooled = np.concatenate([values - values.mean() for values in similarities]).std()
    return [
        float(
            values.mean()
            - _ONE_IN_TWENTY
            * np.sqrt((values.var() * len(values) + _PRIOR_MEMBERS * pooled**2) / (len(values) + _PRIOR_MEMBERS))
        )
        for values in similarities
    ]


def similarity_to_others(vectors: Vectors) -> Floats:
    """The similarity (n,) of each unit vector to the mean of the others; of a single vector to itself."""
    others = vectors.sum(axis=0) - vectors if len(vectors) > 1 else vectors
    norms = np.maximum(np.linalg.norm(others, axis=1), 1e-9)
    similarity: Floats = np.einsum("nd,nd->n", vectors, others).astype(np.float64) / norms
    return similarity


def describe_clusters(
    distinct: DistinctTexts,
    responses: Integers,
    languages: Sequence[str],
    vectors: Vectors,
    labels: Integers,
    keywords: Sequence[Mapping[str, float]],
    stability: Floats,
    parts: Mapping[int, Mapping[int, ClusterDescription]],
    names: KnownNames,
) -> dict[int, ClusterDescription]:
    """A description of each cluster 0 … len(keywords) - 1. Where possible, its label differs from those of the others
    and from the `names`.

    `responses` (how many say it), `languages`, centred `vectors` and `labels` are of the distinct texts; `keywords` are
    weights by word, `parts` the described parts, both by cluster.
    """
    forms = surface_forms(distinct.texts)
    members_of = [np.flatnonzero(labels == label) for label in range(len(keywords))]
    reaches = reach_of([similarity_to_others(vectors[members]) for members in members_of])
    means = [vectors[members].mean(axis=0) for members in members_of]
    centrality = np.zeros(len(labels))
    for members, mean in zip(members_of, means, strict=True):
        centrality[members] = vectors[members] @ mean
    topic_labels = label_topics(TopicTexts(distinct.texts, languages, responses, labels, centrality), names)
    descriptions: dict[int, ClusterDescription] = {}
    for label, (members, weighted) in enumerate(zip(members_of, keywords, strict=True)):
        most_central = members[np.argsort(-centrality[members], kind="stable")[:_TEXTS_IN_ID]]
        descriptions[label] = ClusterDescription(
            id_of_texts([distinct.keys[member] for member in most_central]),
            topic_labels[label].label,
            tuple(forms.get(word, word) for word, weight in weighted.items() if word and weight > 0),
            int(distinct.counts[members].sum()),
            unit(means[label]),
            reaches[label],
            float(stability[label]),
            parts.get(label, {}),
            topic_labels[label].by_language,
            topic_labels[label].support,
        )
    return descriptions
