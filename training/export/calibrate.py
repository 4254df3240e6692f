"""Calibration of a bundle: scaling of the theme logits, thresholds of the themes, temperature of the sentiment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from models.annotator import CommentLogits
from models.arrays import Floats
from training.data.rows import Row
from training.data.targets import GOLD, AnnotationSchemes
from training.evaluation.reliability import Predictions, sentiment_predictions

_GRID = np.round(np.arange(0.1, 0.91, 0.02), 2)
#: Error rate of the sentiments that are not marked as uncertain, relative to that of all: a quarter fewer errors.
_MAX_RELATIVE_ERROR = 0.75
#: Theme logits below this are left out of the scaling: the confidence of clearly absent themes is never shown.
_MIN_LOGIT = -1.4
#: Thresholds are shrunk towards ½ as if by this many texts with the theme.
_PRIOR_TEXTS = 20
#: Datasets with fewer themed rows than this get the weight of this many.
_MIN_DATASET_ROWS = 100


def theme_scaling(logits: CommentLogits, rows: Sequence[Row], schemes: AnnotationSchemes) -> tuple[float, float]:
    """(scale, shift) of the theme logits, the same for all themes, that calibrates their probabilities (Platt 1999).

    A theme's logit is the maximum over several clauses and therefore overconfident; the scaling corrects that.
    """
    targets = [schemes.targets(row) for row in rows]
    mask = np.stack([target.theme_weights for target in targets]) >= 1
    mask &= np.array([row.dataset in schemes.complete for row in rows])[:, None]
    mask &= logits.themes > _MIN_LOGIT
    weights = np.broadcast_to(_weights(rows)[:, None], mask.shape)
    truth = np.stack([target.themes for target in targets]) > 0
    model = LogisticRegression(C=1e6).fit(logits.themes[mask][:, None], truth[mask], sample_weight=weights[mask])
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def calibrate(logits: CommentLogits, rows: Sequence[Row], schemes: AnnotationSchemes) -> dict[str, Any]:
    """The bundle's `thresholds` (by theme), `temperature` and `uncertain_below`; theme logits are already scaled."""
    temperature = _temperature(logits, rows, schemes)
    predictions, _ = sentiment_predictions(logits, temperature, rows, schemes)
    return {
        "thresholds": _thresholds(logits, rows, schemes),
        "temperature": temperature,
        "uncertain_below": _uncertain_below(predictions),
    }


def _thresholds(logits: CommentLogits, rows: Sequence[Row], schemes: AnnotationSchemes) -> dict[str, float]:
    """Threshold of best F1 for each theme, over the datasets whose annotators labelled it."""
    targets = [schemes.targets(row) for row in rows]
    probabilities = 1 / (1 + np.exp(-logits.themes))
    truth = np.stack([target.themes for target in targets])
    is_labelled = np.stack([target.theme_weights for target in targets]) >= 0.5
    weights = _weights(rows)
    return {
        theme: _best_threshold(probabilities[mask, column], truth[mask, column], weights[mask])
        for column, theme in enumerate(schemes.themes)
        for mask in [is_labelled[:, column]]
    }


def _temperature(logits: CommentLogits, rows: Sequence[Row], schemes: AnnotationSchemes) -> float:
    """Divisor of the sentiment logits with the least negative log-likelihood.

    Guo et al. 2017, On Calibration of Modern Neural Networks. Only sentiments that a person gave (`GOLD`) count, and
    the softmax runs over the classes that the row's dataset uses.
    """
    targets = [schemes.targets(row) for row in rows]
    sentiments = np.array([target.sentiment for target in targets])
    is_gold = (sentiments >= 0) & np.array([row.sentiment_source in GOLD for row in rows])
    masked = np.where(np.stack([target.classes for target in targets]), logits.sentiment, -1e4)[is_gold]
    weights = _weights(rows)
    labels, gold_weights = sentiments[is_gold], weights[is_gold] / weights[is_gold].sum()

    def negative_log_likelihood(log_temperature: float) -> float:
        scaled = masked / np.exp(log_temperature)
        log_p = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        return float(-(gold_weights * log_p[np.arange(len(labels)), labels]).sum())

    best = minimize_scalar(negative_log_likelihood, bounds=(-1.5, 1.5), method="bounded")
    return round(float(np.exp(best.x)), 4)


def _weights(rows: Sequence[Row]) -> Floats:
    """Weights (rows,) with which every dataset counts equally, whatever its size."""
    sizes = Counter(row.dataset for row in rows if row.is_themed)
    return np.array([1 / max(sizes[row.dataset], _MIN_DATASET_ROWS) for row in rows])


def _uncertain_below(predictions: Predictions) -> float:
    """The lowest confidence limit above which the error rate is a quarter lower; 0 if no limit achieves that."""
    error_rate = 1 - predictions.is_right.mean()
    for limit in _GRID:
        is_certain = predictions.confidence >= limit
        if is_certain.any() and 1 - predictions.is_right[is_certain].mean() <= _MAX_RELATIVE_ERROR * error_rate:
            return float(limit)
    return 0.0


def _best_threshold(probabilities: NDArray[np.float32], truth: NDArray[np.float32], weights: Floats) -> float:
    """Threshold of best weighted F1, shrunk towards ½ if few texts have the theme; ½ if none has it."""
    if not truth.any():
        return 0.5
    positives = int(truth.sum())
    best = max(_GRID, key=lambda threshold: _f1(probabilities >= threshold, truth > 0, weights))
    return round(float((best * positives + 0.5 * _PRIOR_TEXTS) / (positives + _PRIOR_TEXTS)), 3)


def _f1(predicted: NDArray[np.bool_], truth: NDArray[np.bool_], weights: Floats) -> float:
    hits = weights[predicted & truth].sum()
    return float(2 * hits / max(weights[predicted].sum() + weights[truth].sum(), 1e-9))
