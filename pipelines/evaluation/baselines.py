"""Methods that cluster texts, for comparison on the same vectors: saywhy's own, and what others would use."""

from __future__ import annotations

from functools import partial

import numpy as np

from models.arrays import NONE, Integers, Vectors, unit
from pipelines.evaluation.metrics import ClusteringMethod, EvaluationTexts

#: Methods that are compared unless others are asked for.
DEFAULT_METHODS = ("saywhy", "BERTopic", "KMeans", "LDA")

#: Texts on which a method runs once before it is timed, so that imports and compilation do not count.
_WARM_UP = 300


def clustering_methods(topics: int) -> dict[str, ClusteringMethod]:
    """Every method by name. `topics` is the number of topics of those methods that need it as a parameter."""
    return {
        "saywhy": _saywhy,
        "BERTopic": _bertopic,
        "KMeans": partial(_kmeans, topics=topics),
        "LDA": partial(_lda, topics=topics),
        "UMAP + HDBSCAN leaf": _hdbscan_leaf,
        "Ward": _ward,
    }


def warm_up(texts: EvaluationTexts, method: ClusteringMethod) -> None:
    """Run a method on the first texts."""
    method(texts.take(np.arange(min(_WARM_UP, len(texts.texts)))), 0)


def _saywhy(texts: EvaluationTexts, seed: int) -> Integers:
    """All of `saywhy topics`, with keywords and labels."""
    from pipelines.topics.plain_texts import cluster_texts

    topics, assignments = cluster_texts(texts.texts, texts.vectors, seed=seed)
    number: dict[str | None, int] = {topic.id: index for index, topic in enumerate(topics)}
    return np.array([number.get(assignment.topic, NONE) for assignment in assignments], np.int64)


def _bertopic(texts: EvaluationTexts, seed: int) -> Integers:
    """BERTopic with its defaults. Its UMAP is seeded so that runs can be repeated, which disables its parallelism."""
    from bertopic import BERTopic
    from umap import UMAP

    reduce = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    model = BERTopic(language="multilingual", umap_model=reduce)
    labels, _ = model.fit_transform(list(texts.texts), embeddings=texts.vectors)
    return np.array(labels, np.int64)


def _kmeans(texts: EvaluationTexts, seed: int, *, topics: int) -> Integers:
    """k-means on centred vectors, with a given number of topics."""
    from sklearn.cluster import KMeans

    model = KMeans(min(topics, len(texts.texts)), n_init=3, random_state=seed)
    return np.asarray(model.fit_predict(_centred(texts.vectors)), np.int64)


def _lda(texts: EvaluationTexts, seed: int, *, topics: int) -> Integers:
    """Latent Dirichlet allocation on word counts (Blei, Ng & Jordan 2003): the most probable topic of each text."""
    from sklearn.decomposition import LatentDirichletAllocation
    from sklearn.feature_extraction.text import CountVectorizer

    counts = CountVectorizer(token_pattern=r"\S+", lowercase=False).fit_transform(texts.documents)
    model = LatentDirichletAllocation(topics, learning_method="online", random_state=seed)
    most_probable = model.fit_transform(counts).argmax(axis=1)
    return np.unique(most_probable, return_inverse=True)[1].astype(np.int64)


def _hdbscan_leaf(texts: EvaluationTexts, seed: int) -> Integers:
    """UMAP of centred vectors to 10 dimensions, then HDBSCAN's leaf clusters of at least n/250 texts."""
    from hdbscan import HDBSCAN
    from umap import UMAP

    reduce = UMAP(n_neighbors=10, n_components=10, min_dist=0.0, metric="cosine", random_state=seed)
    min_size = max(2, len(texts.texts) // 250)
    density = HDBSCAN(min_cluster_size=min_size, min_samples=1, cluster_selection_method="leaf")
    return np.asarray(density.fit_predict(reduce.fit_transform(_centred(texts.vectors))), np.int64)


def _ward(texts: EvaluationTexts, seed: int) -> Integers:  # noqa: ARG001
    """Ward linkage of centred vectors, cut at the largest relative gap between merges among 10 … 300 clusters.

    Holds all pairwise distances in memory: not for more than some ten thousand texts.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    tree = linkage(_centred(texts.vectors).astype(np.float64), "ward")
    heights = tree[::-1, 2][:300]
    clusters = 10 + int(np.argmax(heights[9:-1] / heights[10:])) if len(heights) > 11 else 2
    return np.asarray(fcluster(tree, clusters, "maxclust"), np.int64) - 1


def _centred(vectors: Vectors) -> Vectors:
    """Unit vectors without the mean of all."""
    return unit(vectors - vectors.mean(axis=0))
