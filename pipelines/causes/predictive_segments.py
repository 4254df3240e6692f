"""Segments that predict the score so well that they may be its consequence, whatever they are called."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from pipelines.causes.analysis import Analysis
from pipelines.tabulate.segments import adjustable

#: Share of the variance of the scores from which on a dimension is named. Who customers are and what they bought
#: rarely explains a tenth; whether they left since explains a third.
SUSPICIOUS_SHARE = 0.25

#: With fewer responses nothing is said.
MIN_RESPONSES = 50


def predictive_dimensions(analysis: Analysis) -> tuple[str, ...]:
    """The dimensions that the impact is adjusted for and that explain a large share of the variance of the scores.

    The share is ω² of a one-way analysis of variance over the responses that have a value of the dimension (Hays 1963):
    unlike η² it is about 0 for many values without effect. Such a dimension may have been set after the score, and then
    takes the points of the causes behind the score: people should say whether it was.
    """
    if not analysis.is_scored:
        return ()
    segments = analysis.data.segments
    columns = adjustable(segments)
    member = analysis.data.segmented[analysis.base]
    dimensions = sorted({segments[column].dimension for column in columns.tolist()})
    return tuple(
        name
        for name in dimensions
        if _explained(
            analysis.scores.astype(np.float64),
            member[:, [column for column in columns.tolist() if segments[column].dimension == name]],
        )
        >= SUSPICIOUS_SHARE
    )


def _explained(scores: np.ndarray, member: sparse.csr_array) -> float:
    """ω² of the scores (N,) by the values (N, V) that they have; 0 for few responses or fewer than two values."""
    sizes = member.astype(np.int64).sum(axis=0)
    rows = member.indptr[1:] > member.indptr[:-1]
    n, values = int(rows.sum()), int((sizes > 0).sum())
    if n < MIN_RESPONSES or values < 2 or n <= values:
        return 0.0
    deviation = scores[rows] - scores[rows].mean()
    total = float(deviation @ deviation)
    sums = member[rows].astype(np.float64).T @ deviation
    between = float((sums**2 / np.maximum(sizes, 1)).sum())
    within = (total - between) / (n - values)
    return (between - (values - 1) * within) / (total + within) if total + within > 0 else 0.0
