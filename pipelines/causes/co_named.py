"""Clauses that count under several causes: a reader must not take what they cost for separate matters."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from pipelines.causes.analysis import Analysis
from saywhy.annotation import Polarity
from saywhy.issue import CoNamed

#: A cause is listed from this share of the other's clauses on, and at most so many are.
MIN_SHARE = 0.1
MAX_CAUSES = 3


def co_named(analysis: Analysis, polarity: Polarity) -> list[tuple[CoNamed, ...]]:
    """For each of K causes the others of the same kind under which its clauses count too, most shared first.

    Clauses are those of the analysed comments, each counted once however many responses say the same. A topic and its
    theme share clauses by construction, so only causes of one kind are compared.
    """
    data, mentions = analysis.data, analysis.data.cause_mentions[polarity]
    is_analysed = np.zeros(len(data.comments), dtype=bool)
    is_analysed[data.comment[analysis.base]] = True
    rows = np.flatnonzero(is_analysed[mentions.comment])
    starts = np.stack([mentions.comment[rows], mentions.start[rows]])
    clauses, clause = np.unique(starts, axis=1, return_inverse=True)
    cells = (np.ones(len(rows), dtype=bool), (clause.ravel(), mentions.cause[rows]))
    names = sparse.csr_array(cells, (clauses.shape[1], len(data.causes))).astype(np.int64)
    shared = sparse.csr_array(names.T @ names)
    totals = shared.diagonal()
    result = []
    for cause in range(len(data.causes)):
        row = slice(shared.indptr[cause], shared.indptr[cause + 1])
        shares = zip(shared.indices[row].tolist(), (shared.data[row] / totals[cause]).tolist(), strict=True)
        others = [
            CoNamed(str(data.causes[other].key), share)
            for other, share in shares
            if other != cause and data.causes[other].kind == data.causes[cause].kind and share >= MIN_SHARE
        ]
        result.append(tuple(sorted(others, key=lambda entry: (-entry.share, entry.cause))[:MAX_CAUSES]))
    return result
