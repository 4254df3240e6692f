"""How good clusters of texts are: against the truth, in their words, and when the same texts are clustered again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.arrays import Integers, Vectors

#: Clusters texts: their words between spaces, the texts, their unit vectors (n, d), a seed; -1 stands for no cluster.
Method = Callable[["EvaluationTexts", int], Integers]

#: Words of a topic that coherence and diversity look at.
TOP_WORDS = 10


@dataclass(frozen=True, slots=True)
class EvaluationTexts:
    """What a method gets: n texts, the words of each between spaces, and their unit vectors (n, d)."""

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
    """What one method reached. Shares and indices are 0 … 1, `npmi` is -1 … 1."""

    method: str
    topics: int
    nmi: float  # normalised mutual information with the truth, arithmetic mean
    ari: float  # adjusted Rand index with the truth
    purity: float  # share of texts whose label is the commonest of their topic; no topic counts as a topic
    npmi: float  # coherence: see `coherence`
    diversity: float  # share of different words among all top words (Dieng et al. 2020)
    without: float  # share of texts without a topic
    agreement: float  # adjusted Rand index of two runs: shuffled texts, another seed
    seconds: float  # of the first run


def measure(name: str, method: Method, material: EvaluationTexts, truth: Sequence[str]) -> Quality:
    """Run a method twice, the second time on shuffled texts with another seed. `truth` holds the label of each text."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    started = time.perf_counter()
    labels = method(material, 0)
    seconds = time.perf_counter() - started
    order = np.random.default_rng(1).permutation(len(labels))
    again = np.empty_like(labels)
    again[order] = method(material.take(order), 1)
    words, occurs = top_words(material.documents, labels)
    return Quality(
        name,
        len(np.unique(labels[labels >= 0])),
        float(normalized_mutual_info_score(truth, labels)),
        float(adjusted_rand_score(truth, labels)),
        purity(truth, labels),
        coherence(words, occurs),
        len({word for top in words for word in top}) / max(sum(map(len, words)), 1),
        float((labels < 0).mean()),
        float(adjusted_rand_score(labels, again)),
        seconds,
    )


def purity(truth: Sequence[str], labels: Integers) -> float:
    """Share of texts whose true label is the commonest one of their cluster."""
    true = np.unique(np.asarray(truth), return_inverse=True)[1]
    found = np.unique(labels, return_inverse=True)[1]
    table = sparse.coo_array((np.ones(len(labels)), (found, true))).toarray()
    return float(table.max(axis=1).sum() / len(labels))


def top_words(documents: Sequence[str], labels: Integers) -> tuple[list[list[int]], sparse.csr_array]:
    """The words that tell each cluster from the others (c-TF-IDF: Grootendorst 2022), most telling first, as columns
    of the second value: which document holds which word, bool (n, words). The same for every method."""
    from sklearn.feature_extraction.text import CountVectorizer

    if not any(document.split() for document in documents):
        return [], sparse.csr_array((len(documents), 0), dtype=bool)
    counts = CountVectorizer(token_pattern=r"\S+", lowercase=False).fit_transform(documents)
    rows = np.flatnonzero(labels >= 0)
    member = sparse.csr_array((np.ones(len(rows)), (labels[rows], rows)), (labels.max(initial=-1) + 1, len(labels)))
    frequency = member @ counts
    whole = np.maximum(np.asarray(frequency.sum(axis=0)).ravel(), 1e-9)
    rarity = np.log(1 + frequency.sum() / max(frequency.shape[0], 1) / whole)
    weight = sparse.csr_array(frequency.multiply(rarity[None, :]))
    tops = []
    for start, end in zip(weight.indptr[:-1], weight.indptr[1:], strict=True):
        order = np.lexsort((weight.indices[start:end], -weight.data[start:end]))[:TOP_WORDS]
        tops.append(weight.indices[start:end][order].tolist())
    return tops, sparse.csr_array(counts, dtype=bool)


def coherence(words: Sequence[Sequence[int]], occurs: sparse.csr_array) -> float:
    """Mean normalised pointwise mutual information of each pair of a topic's top words, a document being the window.

    npmi(a, b) = ln(p(a, b) / (p(a) p(b))) / -ln p(a, b) (Bouma 2009; for topics Lau, Newman & Baldwin 2014), -1 where
    the two never occur together. Topics with a single word have none.
    """
    documents = occurs.shape[0]
    columns = sparse.csc_array(occurs, dtype=np.float64)
    scores = []
    for top in words:
        if len(top) < 2:
            continue
        chosen = columns[:, list(top)]
        together = (chosen.T @ chosen).toarray() / documents
        alone = together.diagonal()
        first, second = np.triu_indices(len(top), 1)
        both, apart = together[first, second], alone[first] * alone[second]
        met = (both > 0) & (both < 1)
        found = np.where(both == 1, 1.0, -1.0)
        found[met] = np.log(both[met] / apart[met]) / -np.log(both[met])
        scores.append(found.mean())
    return float(np.mean(scores)) if scores else 0.0
