"""Token states → logits of sentiment, themes and polarities, for any span of tokens (label-wise attention, ADR 4).

One linear map gives each token its attention scores (one for each label query) and its votes (one for each logit). The
logits of a span are the mean of its tokens' votes, weighted by the softmax of their attention scores. The same
parameters therefore serve the whole comment and each of its clauses, after one pass of the encoder. With equal
attention scores it is a linear classifier on the mean state.

Columns of `heads["weight"]` (hidden, 19 + 18 + 54 + 4) with 18 themes: attention scores of each theme and of the
sentiment; votes for each theme; votes for each theme's polarity (negative, neutral, positive); votes for the sentiment
(negative, neutral, positive, mixed). `heads["bias"]` has the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Integers, Vectors, unit

Logits = NDArray[np.float32]

#: Attention scores are clipped to ± this value.
ATTENTION_LIMIT = 10.0


@dataclass(frozen=True, slots=True)
class SpanLogits:
    """Logits of n spans: `themes` (n, themes), `polarities` (n, themes, 3), `sentiment` (n, 4)."""

    themes: Logits
    polarities: Logits
    sentiment: Logits


class Heads:
    """The linear map and the attention pooling over spans."""

    def __init__(self, weight: NDArray[np.float32], bias: NDArray[np.float32], themes: int) -> None:
        """`weight` (hidden, columns) and `bias` (columns,) as in the module docstring; `themes` is their number.

        Raises `ValueError` if the number of columns does not fit the number of themes.
        """
        columns = themes + 1 + themes + 3 * themes + 4
        if weight.shape[1] != columns:
            raise ValueError(f"heads have {weight.shape[1]} columns, {themes} themes need {columns}")
        self._weight, self._bias, self._themes = weight, bias, themes
        # Query of each vote: a theme's query for its vote and its three polarities, the last query for the sentiment.
        numbers = np.arange(themes)
        self._query = np.concatenate([numbers, np.repeat(numbers, 3), np.full(4, themes)])

    def __call__(self, states: Vectors, starts: Integers, ends: Integers) -> SpanLogits:
        """Logits of the spans `starts[i]:ends[i]` of `states` (tokens, hidden). No span may be empty."""
        k = self._themes
        columns = states @ self._weight + self._bias
        attention, votes = columns[:, : k + 1], columns[:, k + 1 :]
        # Clipped as in training. Subtracting the maximum instead would make a result depend on the rest of the batch.
        attention = np.exp(np.clip(attention, -ATTENTION_LIMIT, ATTENTION_LIMIT))
        total = _sum_spans(attention, starts, ends)
        pooled = _sum_spans(attention[:, self._query] * votes, starts, ends) / total[:, self._query]
        return SpanLogits(pooled[:, :k], pooled[:, k : 4 * k].reshape(-1, k, 3), pooled[:, 4 * k :])


def mean_vectors(states: Vectors, starts: Integers, ends: Integers) -> Vectors:
    """Mean state of each span, scaled to unit length: (spans, hidden)."""
    means = _sum_spans(states, starts, ends)
    return np.asarray(unit(means), np.float32)


def _sum_spans(values: NDArray[np.float32], starts: Integers, ends: Integers) -> NDArray[np.float32]:
    """Sum of the rows of each span, (spans, columns)."""
    # `reduceat` needs every bound to be a valid row: a row of zeros makes the end of the last span one.
    padded = np.concatenate([values, np.zeros((1, values.shape[1]), values.dtype)])
    bounds = np.stack([starts, ends], axis=1).ravel()
    return np.add.reduceat(padded, bounds, axis=0)[::2]
