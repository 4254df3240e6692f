"""Ways to cluster texts, on the same vectors: saywhy's own, and what others would do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from models.arrays import Integers, Vectors, unit
from pipelines.evaluation.metrics import EvaluationTexts, Method

#: Texts on which a method runs once before it counts, so that imports and compilation are in nobody's time.
_WARM_UP = 300


def methods(topics: int) -> dict[str, Method]:
    """Every method by its name. `topics` is how many those find that have to be told."""
    return {
        "saywhy": _saywhy,
        "BERTopic": _bertopic,
        "KMeans": partial(_kmeans, topics=topics),
        "LDA": partial(_lda, topics=topics),
        "UMAP + HDBSCAN leaf": _leaf,
        "Ward": _ward,
    }


#: Those that are compared where nothing else is asked for.
USUAL = ("saywhy", "BERTopic", "KMeans", "LDA")


def warm_up(material: EvaluationTexts, method: Callable[[EvaluationTexts, int], Integers]) -> None:
    """Run a method on a few of the texts."""
    method(material.take(np.arange(min(_WARM_UP, len(material.texts)))), 0)


def _saywhy(material: EvaluationTexts, seed: int) -> Integers:
    """What `saywhy topics` does, with words and labels."""
    from pipelines.topics.plain_texts import cluster_texts

    topics, assignments = cluster_texts(material.texts, material.vectors, seed=seed)
    number: dict[str | None, int] = {topic.id: at for at, topic in enumerate(topics)}
    return np.array([number.get(assigned.topic, -1) for assigned in assignments], np.int64)


def _bertopic(material: EvaluationTexts, seed: int) -> Integers:
    """BERTopic with its defaults; its UMAP seeded, which costs its parallelism, so that a run can be repeated."""
    from bertopic import BERTopic
    from umap import UMAP

    reduce = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    model = BERTopic(language="multilingual", umap_model=reduce)
    labels, _ = model.fit_transform(list(material.texts), embeddings=material.vectors)
    return np.array(labels, np.int64)


def _kmeans(material: EvaluationTexts, seed: int, *, topics: int) -> Integers:
    """Centred vectors; somebody has to know the number."""
    from sklearn.cluster import KMeans

    found = KMeans(min(topics, len(material.texts)), n_init=3, random_state=seed).fit_predict(
        _centred(material.vectors)
    )
    return np.asarray(found, np.int64)


def _lda(material: EvaluationTexts, seed: int, *, topics: int) -> Integers:
    """Latent Dirichlet allocation on the words (Blei, Ng & Jordan 2003): each text's likeliest topic, no vectors."""
    from sklearn.decomposition import LatentDirichletAllocation
    from sklearn.feature_extraction.text import CountVectorizer

    counts = CountVectorizer(token_pattern=r"\S+", lowercase=False).fit_transform(material.documents)
    model = LatentDirichletAllocation(topics, learning_method="online", random_state=seed)
    likeliest = model.fit_transform(counts).argmax(axis=1)
    return np.unique(likeliest, return_inverse=True)[1].astype(np.int64)


def _leaf(material: EvaluationTexts, seed: int) -> Integers:
    """Centred, UMAP to 10 dimensions, HDBSCAN's leaves of at least n/250."""
    from hdbscan import HDBSCAN
    from umap import UMAP

    reduce = UMAP(n_neighbors=10, n_components=10, min_dist=0.0, metric="cosine", random_state=seed)
    size = max(2, len(material.texts) // 250)
    density = HDBSCAN(min_cluster_size=size, min_samples=1, cluster_selection_method="leaf")
    return np.asarray(density.fit_predict(reduce.fit_transform(_centred(material.vectors))), np.int64)


def _ward(material: EvaluationTexts, seed: int) -> Integers:  # noqa: ARG001
    """Centred, agglomerative, cut at the largest relative gap between merges among 10 … 300 clusters.

    The whole table of distances is held in memory: not for more than some ten thousand texts.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    tree = linkage(_centred(material.vectors).astype(np.float64), "ward")
    heights = tree[::-1, 2][:300]
    clusters = 10 + int(np.argmax(heights[9:-1] / heights[10:])) if len(heights) > 11 else 2
    return np.asarray(fcluster(tree, clusters, "maxclust"), np.int64) - 1


def _centred(vectors: Vectors) -> Vectors:
    """Unit vectors without what all of them share."""
    return unit(vectors - vectors.mean(axis=0))
