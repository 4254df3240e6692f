"""Quality of a clustering of texts: against the true labels, in its words, and when the texts are clustered again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.arrays import Integers, Vectors

#: A way to cluster texts: texts and seed → the cluster of each text, -1 for none.
ClusteringMethod = Callable[["EvaluationTexts", int], Integers]

#: Words of a topic that coherence and diversity look at.
TOP_WORDS = 10


@dataclass(frozen=True, slots=True)
class EvaluationTexts:
    """The input of a method: n texts, the words of each separated by spaces, and their unit vectors (n, d)."""

    texts: Sequence[str]
    documents: Sequence[str]
    vectors: Vectors

    def take(self, rows: Integers) -> EvaluationTexts:
        """Some of the texts, in the order given."""
        chosen = rows.tolist()
        return EvaluationTexts(
            [self.texts[row] for row in chosen], [self.documents[row] for row in chosen], self.vectors[rows]
        )


@dataclass(frozen=True, slots=True)
class Quality:
    """The results of one method. Shares and indices are 0 … 1, `npmi` is -1 … 1."""

    method: str
    topics: int
    nmi: float  # normalised mutual information with the true labels, arithmetic mean
    ari: float  # adjusted Rand index with the true labels
    purity: float  # share of texts whose label is the most common of their topic; no topic counts as a topic
    npmi: float  # see `coherence`
    diversity: float  # share of distinct words among all top words (Dieng et al. 2020)
    without: float  # share of texts without a topic
    agreement: float  # adjusted Rand index of two runs: shuffled texts, another seed
    seconds: float  # of the first run


def measure(name: str, method: ClusteringMethod, texts: EvaluationTexts, truth: Sequence[str]) -> Quality:
    """Run a method twice, the second time on shuffled texts with another seed. `truth` is the label of each text."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    started = time.perf_counter()
    labels = method(texts, 0)
    seconds = time.perf_counter() - started
    order = np.random.default_rng(1).permutation(len(labels))
    second_labels = np.empty_like(labels)
    second_labels[order] = method(texts.take(order), 1)
    words, occurrence = top_words(texts.documents, labels)
    return Quality(
        name,
        len(np.unique(labels[labels >= 0])),
        float(normalized_mutual_info_score(truth, labels)),
        float(adjusted_rand_score(truth, labels)),
        purity(truth, labels),
        coherence(words, occurrence),
        len({word for top in words for word in top}) / max(sum(map(len, words)), 1),
        float((labels < 0).mean()),
        float(adjusted_rand_score(labels, second_labels)),
        seconds,
    )


def purity(truth: Sequence[str], labels: Integers) -> float:
    """Share of texts whose true label is the most common one of their cluster."""
    columns = np.unique(np.asarray(truth), return_inverse=True)[1]
    rows = np.unique(labels, return_inverse=True)[1]
    contingency = sparse.coo_array((np.ones(len(labels)), (rows, columns))).toarray()
    return float(contingency.max(axis=1).sum() / len(labels))


def top_words(documents: Sequence[str], labels: Integers) -> tuple[list[list[int]], sparse.csr_array]:
    """The most distinctive words of each cluster (c-TF-IDF: Grootendorst 2022), the same way for every method.

    The words are columns of the second value: which document contains which word, bool (n, words).
    """
    from sklearn.feature_extraction.text import CountVectorizer

    if not any(document.split() for document in documents):
        return [], sparse.csr_array((len(documents), 0), dtype=bool)
    counts = CountVectorizer(token_pattern=r"\S+", lowercase=False).fit_transform(documents)
    rows = np.flatnonzero(labels >= 0)
    member = sparse.csr_array((np.ones(len(rows)), (labels[rows], rows)), (labels.max(initial=-1) + 1, len(labels)))
    frequency = member @ counts
    total = np.maximum(np.asarray(frequency.sum(axis=0)).ravel(), 1e-9)
    rarity = np.log(1 + frequency.sum() / max(frequency.shape[0], 1) / total)
    weight = sparse.csr_array(frequency.multiply(rarity[None, :]))
    tops = []
    for start, end in zip(weight.indptr[:-1], weight.indptr[1:], strict=True):
        order = np.lexsort((weight.indices[start:end], -weight.data[start:end]))[:TOP_WORDS]
        tops.append(weight.indices[start:end][order].tolist())
    return tops, sparse.csr_array(counts, dtype=bool)


def coherence(words: Sequence[Sequence[int]], occurrence: sparse.csr_array) -> float:
    """Mean normalised pointwise mutual information of the pairs of a topic's top words, with documents as windows.

    npmi(a, b) = ln(p(a, b) / (p(a) p(b))) / -ln p(a, b) (Bouma 2009; for topics Lau, Newman & Baldwin 2014), -1 if the
    two never occur in one document. Topics with a single word are left out. `words` and `occurrence` are those of
    `top_words`.
    """
    documents = occurrence.shape[0]
    columns = sparse.csc_array(occurrence, dtype=np.float64)
    scores = []
    for top in words:
        if len(top) < 2:
            continue
        chosen = columns[:, list(top)]
        joint = (chosen.T @ chosen).toarray() / documents
        single = joint.diagonal()
        first, second = np.triu_indices(len(top), 1)
        both, independent = joint[first, second], single[first] * single[second]
        is_defined = (both > 0) & (both < 1)
        npmi = np.where(both == 1, 1.0, -1.0)
        npmi[is_defined] = np.log(both[is_defined] / independent[is_defined]) / -np.log(both[is_defined])
        scores.append(npmi.mean())
    return float(np.mean(scores)) if scores else 0.0
