"""What a cluster is: its id, words, label, centroid, reach and stability."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.arrays import Floats, Integers, Vectors, unit
from pipelines.topics.clustering.distinct_texts import Distinct
from pipelines.topics.labelling.keywords import surface_forms
from pipelines.topics.labelling.labels import Members, label_topic, labels_by_language

#: One in twenty members is farther from the others than this many standard deviations below their mean.
_OUTLYING = 1.645


_PRIOR = 10  # members that the spread of all clusters weighs as much as, in that of one


@dataclass(frozen=True, slots=True)
class ClusterDescription:
    """What a cluster is. `id` depends on what its most central texts say and on nothing else.

    `centroid` is unit-length, in the space without languages; `reach` the similarity to it that one in twenty of its
    own members does not reach; `size` counts texts, equal ones too; `labels` are by language of the reader.
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


def identify(central: Sequence[str]) -> str:
    """The id of a cluster: a digest of its most central texts, so that it is the same wherever they are the same."""
    return hashlib.sha256("\n".join(sorted(central)).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def reach_of(similarities: Sequence[Floats]) -> list[float]:
    """For each cluster, the similarity to its centroid that one in twenty members does not reach.

    `similarities` are those of members to the mean of the other members. The spread of a cluster with few members is
    drawn to that of all.
    """
    if not similarities:
        return []
    pooled = np.concatenate([values - values.mean() for values in similarities]).std()
    return [
        float(
            values.mean()
            - _OUTLYING * np.sqrt((values.var() * len(values) + _PRIOR * pooled**2) / (len(values) + _PRIOR))
        )
        for values in similarities
    ]


def to_others(vectors: Vectors) -> Floats:
    """Of each unit vector to the mean of the others; to itself where there are none."""
    others = vectors.sum(axis=0) - vectors if len(vectors) > 1 else vectors
    norms = np.maximum(np.linalg.norm(others, axis=1), 1e-9)
    found: Floats = np.einsum("nd,nd->n", vectors, others).astype(np.float64) / norms
    return found


def _describe(
    distinct: Distinct,
    languages: Sequence[str],
    vectors: Vectors,
    labels: Integers,
    keywords: Sequence[Mapping[str, float]],
    stability: Floats,
    parts: Mapping[int, Mapping[int, ClusterDescription]],
) -> dict[int, ClusterDescription]:
    forms = surface_forms(distinct.texts)
    inside = [np.flatnonzero(labels == label) for label in range(len(keywords))]
    reaches = reach_of([to_others(vectors[members]) for members in inside])
    found: dict[int, ClusterDescription] = {}
    for label, (members, weighted, reach) in enumerate(zip(inside, keywords, reaches, strict=True)):
        weights = {word: float(weight) for word, weight in weighted.items() if word and weight > 0}
        mean = vectors[members].mean(axis=0)
        central = (vectors[members] @ mean).astype(np.float64)
        said = Members(
            [distinct.texts[member] for member in members],
            [languages[int(member)] for member in members],
            distinct.counts[members].tolist(),
            central,
        )
        taken = {name for other in found.values() for name in (other.label, *other.labels.values())}
        by_language = labels_by_language(said, weights, taken)
        found[label] = ClusterDescription(
            identify([distinct.keys[members[at]] for at in np.argsort(-central, kind="stable")[:3].tolist()]),
            label_topic(said, weights, taken, by_language),
            tuple(forms.get(word, word) for word in weights),
            int(distinct.counts[members].sum()),
            unit(mean),
            reach,
            float(stability[label]),
            parts.get(label, {}),
            by_language,
        )
    return found
