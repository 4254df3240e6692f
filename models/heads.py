"""Token states to sentiment, themes and polarities, over any span of tokens.

One linear map gives each token its attention scores (one a label query) and its votes; a span's answer is the average
of its tokens' votes, weighted by the softmax of their attention scores. The same parameters therefore answer for a
whole comment and for a clause of it, from one pass of the encoder. With all attention scores equal it is a linear
classifier on the mean of the states.

Columns of `heads["weight"]` (hidden, 19 + 18 + 54 + 4) with 18 themes: attention of each theme and of the sentiment;
votes for each theme; votes for each theme's polarity (negative, neutral, positive); votes for the sentiment
(negative, neutral, positive, mixed). `heads["bias"]` likewise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import unit

Array = NDArray[np.float32]

#: Attention scores lie between plus and minus this.
ATTENTION_LIMIT = 10.0


@dataclass(frozen=True, slots=True)
class SpanLogits:
    """Logits of n spans: `themes` (n, themes), `polarities` (n, themes, 3), `sentiment` (n, 4)."""

    themes: Array
    polarities: Array
    sentiment: Array


class Heads:
    """The linear map and the pooling."""

    def __init__(self, weight: Array, bias: Array, themes: int) -> None:
        expected = themes + 1 + themes + 3 * themes + 4
        if weight.shape[1] != expected:
            raise ValueError(f"heads have {weight.shape[1]} columns, {themes} themes need {expected}")
        self._weight, self._bias, self._themes = weight, bias, themes

    def __call__(self, states: Array, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> SpanLogits:
        """Pool `states` (tokens, hidden) over the spans `starts[i]:ends[i]`, none of which may be empty."""
        k = self._themes
        out = states @ self._weight + self._bias
        attention, votes = out[:, : k + 1], out[:, k + 1 :]
        # Each query's attention belongs to the votes that it pools: themes, three polarities a theme, sentiment.
        query = np.concatenate([np.arange(k), np.repeat(np.arange(k), 3), np.full(4, k)])
        # Clipped as in training, rather than shifted by a maximum that would depend on the rest of the batch.
        attention = np.exp(np.clip(attention, -ATTENTION_LIMIT, ATTENTION_LIMIT))
        total = _sum_spans(attention, starts, ends)
        pooled = _sum_spans(attention[:, query] * votes, starts, ends) / total[:, query]
        return SpanLogits(pooled[:, :k], pooled[:, k : 4 * k].reshape(-1, k, 3), pooled[:, 4 * k :])


def mean_vectors(states: Array, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Array:
    """Mean of the states of each span, scaled to unit length: (spans, hidden)."""
    means = _sum_spans(states, starts, ends)
    return np.asarray(unit(means), np.float32)


def _sum_spans(values: Array, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Array:
    """Sum of the rows of each span. A row of zeros lets a span end at the last row."""
    padded = np.concatenate([values, np.zeros((1, values.shape[1]), values.dtype)])
    bounds = np.stack([starts, ends], axis=1).ravel()
    return np.add.reduceat(padded, bounds, axis=0)[::2]
