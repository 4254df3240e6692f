"""Thresholds and temperatures, so that labels are the best they can be and confidences mean something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from models.annotator import Scores
from training.data.rows import GOLD, Conventions, Row
from training.evaluation.reliability import Answers, sentiment_answers

_GRID = np.round(np.arange(0.1, 0.91, 0.02), 2)
#: What is kept without a look has at most this share of the errors of all: a quarter fewer.
_ERRORS_LEFT = 0.75
#: Themes are calibrated where they are at all probable; how certain the many absent ones are is no one's question.
_PROBABLE = -1.4


def theme_scaling(scores: Scores, rows: Sequence[Row], conventions: Conventions) -> tuple[float, float]:
    """(scale, shift) of the theme logits that make confidences mean what they say (Platt 1999), one for all themes.

    The strongest of several clauses is by construction too sure of itself; this takes it back.
    """
    targets = [conventions.targets(row) for row in rows]
    known = np.stack([target.theme_weights for target in targets]) >= 1
    known &= np.array([row.dataset in conventions.complete for row in rows])[:, None]
    known &= scores.themes > _PROBABLE
    weights = np.broadcast_to(_weights(rows)[:, None], known.shape)
    truth = np.stack([target.themes for target in targets]) > 0
    fitted = LogisticRegression(C=1e6).fit(scores.themes[known][:, None], truth[known], sample_weight=weights[known])
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def calibrate(scores: Scores, rows: Sequence[Row], conventions: Conventions) -> dict[str, Any]:
    """`thresholds` by theme (best F1 over the datasets that know the theme), the sentiment's `temperature` (least
    negative log-likelihood; Guo et al. 2017, On Calibration of Modern Neural Networks), and the confidence
    `uncertain_below` which a sentiment is worth a look."""
    targets = [conventions.targets(row) for row in rows]
    probabilities = 1 / (1 + np.exp(-scores.themes))
    truth = np.stack([target.themes for target in targets])
    strict = np.stack([target.theme_weights for target in targets]) >= 0.5
    weights = _weights(rows)
    thresholds = {
        theme: _best_threshold(probabilities[strict[:, t], t], truth[strict[:, t], t], weights[strict[:, t]])
        for t, theme in enumerate(conventions.themes)
    }
    known = np.array([target.sentiment for target in targets])
    gold = (known >= 0) & np.array([row.source in GOLD for row in rows])
    logits = np.where(np.stack([target.classes for target in targets]), scores.sentiment, -1e4)[gold]
    labels, gold_weights = known[gold], weights[gold] / weights[gold].sum()

    def negative_log_likelihood(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        log_p = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        return float(-(gold_weights * log_p[np.arange(len(labels)), labels]).sum())

    best = minimize_scalar(negative_log_likelihood, bounds=(-1.5, 1.5), method="bounded")
    temperature = round(float(np.exp(best.x)), 4)
    answers, _ = sentiment_answers(scores, temperature, rows, conventions)
    return {"thresholds": thresholds, "temperature": temperature, "uncertain_below": _uncertain_below(answers)}


def _weights(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Each dataset counts alike, however many rows it has."""
    sizes = Counter(row.dataset for row in rows if row.themed)
    return np.array([1 / max(sizes[row.dataset], 100) for row in rows])


def _uncertain_below(answers: Answers) -> float:
    """The lowest confidence above which a quarter of the errors are gone; 0 where no limit achieves that."""
    errors = 1 - answers.right.mean()
    for limit in _GRID:
        kept = answers.confidence >= limit
        if kept.any() and 1 - answers.right[kept].mean() <= _ERRORS_LEFT * errors:
            return float(limit)
    return 0.0


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
