"""Thresholds and temperatures, so that labels are the best they can be and confidences mean something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from models.annotator import Scores
from training.data import Conventions, Row

_GRID = np.round(np.arange(0.1, 0.91, 0.02), 2)


def calibrate(scores: Scores, rows: Sequence[Row], conventions: Conventions) -> dict[str, Any]:
    """`thresholds` by theme (best F1 over the datasets that know the theme) and the sentiment's `temperature`
    (least negative log-likelihood; Guo et al. 2017, On Calibration of Modern Neural Networks)."""
    targets = [conventions.targets(row) for row in rows]
    probabilities = 1 / (1 + np.exp(-scores.themes))
    truth = np.stack([target.themes for target in targets])
    strict = np.stack([target.theme_weights for target in targets]) >= 0.5
    # Each dataset counts alike, however many rows it has.
    sizes = {d: sum(row.dataset == d and row.themed for row in rows) for d in {row.dataset for row in rows}}
    weights = np.array([1 / max(sizes[row.dataset], 100) for row in rows])
    thresholds = {
        theme: _best_threshold(probabilities[strict[:, t], t], truth[strict[:, t], t], weights[strict[:, t]])
        for t, theme in enumerate(conventions.themes)
    }
    known = np.array([target.sentiment for target in targets])
    gold = (known >= 0) & np.array([row.source in ("gold", "section", "aspects") for row in rows])
    logits = np.where(np.stack([target.classes for target in targets]), scores.sentiment, -1e4)[gold]
    labels, gold_weights = known[gold], weights[gold] / weights[gold].sum()

    def negative_log_likelihood(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        log_p = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        return float(-(gold_weights * log_p[np.arange(len(labels)), labels]).sum())

    best = minimize_scalar(negative_log_likelihood, bounds=(-1.5, 1.5), method="bounded")
    return {"thresholds": thresholds, "temperature": round(float(np.exp(best.x)), 4)}


def _best_threshold(p: NDArray[np.float32], truth: NDArray[np.float32], weights: NDArray[np.float64]) -> float:
    """The threshold of best weighted F1, drawn towards ½ where examples are few (as if by a prior of 20 texts)."""
    if not truth.any():
        return 0.5
    positives = int(truth.sum())
    best = max(_GRID, key=lambda threshold: _f1(p >= threshold, truth > 0, weights))
    return round(float((best * positives + 0.5 * 20) / (positives + 20)), 3)


def _f1(predicted: NDArray[np.bool_], truth: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    hit = weights[predicted & truth].sum()
    return float(2 * hit / max(weights[predicted].sum() + weights[truth].sum(), 1e-9))
