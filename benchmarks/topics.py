"""How well, how fast and how reproducibly texts are clustered, against the alternatives on the same vectors.

    python -m benchmarks.topics [--count 20000]
    python -m benchmarks.topics --texts TEXTS.jsonl.gz --label FIELD [--where FIELD=VALUE] [--vectors V.npy]

Without a file, comments recombined from the sample that ships are taken; nobody labelled them, so only time, topics and
reproducibility are measured. A line of the file is an object with `text` and a field that says which cluster it truly
is in. Vectors (a float32 array, one row a line of the whole file) are computed by the model that ships if not given.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from benchmarks.texts import recombined
from benchmarks.timing import print_table
from models.annotator import load_annotator
from pipelines.topics import cluster_texts

Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]
Method = Callable[[Sequence[str], Vectors, int], Labels]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=Path, help="JSON lines, may be gzipped")
    parser.add_argument("--label", help="the field with the true cluster")
    parser.add_argument("--where", help="FIELD=VALUE: only these lines")
    parser.add_argument("--vectors", type=Path, help="NumPy array, a row for every line of the file")
    parser.add_argument("--count", type=int, default=20_000, help="comments to recombine where there is no file")
    parser.add_argument("--methods", nargs="*", default=list(METHODS), choices=list(METHODS))
    options = parser.parse_args()
    texts, truth, vectors = read(options) if options.texts else (recombined(options.count), None, None)
    if vectors is None:
        vectors = load_annotator().vectors(texts)
    print(f"{len(texts):,} texts\n")
    compare(texts, vectors, truth, options.methods)


def read(options: argparse.Namespace) -> tuple[list[str], list[str] | None, Vectors | None]:
    """The texts, their labels and their vectors, where there are any."""
    opener = gzip.open if options.texts.suffix == ".gz" else open
    with opener(options.texts, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    field, _, value = (options.where or "").partition("=")
    here = [at for at, row in enumerate(rows) if not field or str(row[field]) == value]
    vectors = np.load(options.vectors)[here] if options.vectors else None
    truth = [json.dumps(rows[at][options.label]) for at in here] if options.label else None
    return [rows[at]["text"] for at in here], truth, vectors


def compare(texts: Sequence[str], vectors: Vectors, truth: Sequence[str] | None, methods: Sequence[str]) -> None:
    """Print a row for each method. Agreement is between a run and one on shuffled input with another seed."""
    order = np.random.default_rng(1).permutation(len(texts))
    rows = []
    for name in methods:
        started = time.perf_counter()
        labels = METHODS[name](texts, vectors, 0)
        seconds = time.perf_counter() - started
        again = np.empty_like(labels)
        again[order] = METHODS[name]([texts[at] for at in order], vectors[order], 1)
        quality = (
            (
                f"{normalized_mutual_info_score(truth, labels):.3f}",
                f"{adjusted_rand_score(truth, labels):.3f}",
            )
            if truth
            else ("", "")
        )
        agreement = adjusted_rand_score(labels, again)
        topics = len(np.unique(labels[labels >= 0]))
        rows.append((name, f"{topics}", *quality, f"{(labels < 0).mean():.1%}", f"{agreement:.3f}", f"{seconds:.0f} s"))
    print_table(("method", "topics", "NMI", "ARI", "without a topic", "agreement of two runs", "time"), rows)
    print(f"\nPeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.1f} GB, all methods.")


def saywhy(texts: Sequence[str], vectors: Vectors, seed: int) -> Labels:
    """What `saywhy topics` does, with words and labels."""
    topics, assignments = cluster_texts(texts, vectors, seed=seed)
    number: dict[str | None, int] = {topic.id: at for at, topic in enumerate(topics)}
    return np.array([number.get(assigned.topic, -1) for assigned in assignments], np.int64)


def bertopic(texts: Sequence[str], vectors: Vectors, seed: int) -> Labels:
    """BERTopic with its defaults; its UMAP seeded, which costs its parallelism, so that a run can be repeated."""
    from bertopic import BERTopic
    from umap import UMAP

    reduce = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    labels, _ = BERTopic(language="multilingual", umap_model=reduce).fit_transform(list(texts), embeddings=vectors)
    return np.array(labels, np.int64)


def leaf(texts: Sequence[str], vectors: Vectors, seed: int) -> Labels:  # noqa: ARG001
    """Centred, UMAP to 10 dimensions, HDBSCAN's leaves of at least n/250."""
    from hdbscan import HDBSCAN
    from umap import UMAP

    reduced = UMAP(n_neighbors=10, n_components=10, min_dist=0.0, metric="cosine", random_state=seed).fit_transform(
        centred(vectors)
    )
    size = max(2, len(vectors) // 250)
    found: Labels = HDBSCAN(min_cluster_size=size, min_samples=1, cluster_selection_method="leaf").fit_predict(reduced)
    return found


def ward(texts: Sequence[str], vectors: Vectors, seed: int) -> Labels:  # noqa: ARG001
    """Centred, agglomerative, cut at the largest relative gap between merges among 10 … 300 clusters."""
    from scipy.cluster.hierarchy import fcluster, linkage

    tree = linkage(centred(vectors).astype(np.float64), "ward")
    heights = tree[::-1, 2][:300]
    clusters = 10 + int(np.argmax(heights[9:-1] / heights[10:]))
    found: Labels = fcluster(tree, clusters, "maxclust").astype(np.int64) - 1
    return found


def kmeans(texts: Sequence[str], vectors: Vectors, seed: int) -> Labels:  # noqa: ARG001
    """Centred, 80 clusters: somebody has to know the number."""
    from sklearn.cluster import KMeans

    found: Labels = KMeans(min(80, len(vectors)), n_init=3, random_state=seed).fit_predict(centred(vectors))
    return found.astype(np.int64)


def centred(vectors: Vectors) -> Vectors:
    """Unit vectors without what all of them share."""
    moved = vectors - vectors.mean(axis=0)
    unit: Vectors = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    return unit


METHODS: dict[str, Method] = {
    "saywhy": saywhy,
    "BERTopic defaults": bertopic,
    "UMAP + HDBSCAN leaf": leaf,
    "Ward, largest gap": ward,
    "KMeans, 80": kmeans,
}


if __name__ == "__main__":
    main()
