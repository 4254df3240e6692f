"""Fitting heads near those that serve."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad

from training.retrain.fit import Linear, binary_loss, fit, softmax_loss

GENERATOR = np.random.default_rng(3)
X = GENERATOR.normal(size=(60, 5))
START = Linear(GENERATOR.normal(size=(5, 3)), np.zeros(3))
CLASSES = np.eye(3)[GENERATOR.integers(0, 3, 60)]
ONES = np.ones(60)


def test_without_evidence_nothing_moves() -> None:
    """Targets that are the answers of the start leave it as it is."""
    logits = START(X)
    answers = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    fitted = fit(X, softmax_loss(answers, ONES), START, np.ones(3))
    assert np.abs(fitted.weight - START.weight).max() < 1e-3


def test_the_pull_decides_how_far_it_goes() -> None:
    """A stronger pull leaves the weights nearer, and a weak one fits the labels better."""
    fits = [fit(X, softmax_loss(CLASSES, ONES), START, np.full(3, pull)) for pull in (0.01, 1.0, 100.0)]
    distances = [np.linalg.norm(fitted.weight - START.weight) for fitted in fits]
    losses = [softmax_loss(CLASSES, ONES)(fitted(X))[0] for fitted in fits]
    assert distances == sorted(distances, reverse=True)
    assert losses == sorted(losses)


@pytest.mark.parametrize("kind", ["softmax", "among", "binary"])
def test_slopes_are_those_of_the_losses(kind: str) -> None:
    """The gradient of each loss agrees with finite differences."""
    among = np.zeros((60, 3), bool)
    among[:20, :2] = True
    loss = {
        "softmax": softmax_loss(CLASSES, ONES),
        "among": softmax_loss(CLASSES, ONES, among),
        "binary": binary_loss(CLASSES, np.ones((60, 3))),
    }[kind]
    point = GENERATOR.normal(size=180)
    error = check_grad(lambda z: loss(z.reshape(60, 3))[0], lambda z: loss(z.reshape(60, 3))[1].ravel(), point)
    assert error < 1e-4


def test_a_fit_is_the_same_every_time() -> None:
    """Equal data give equal bits."""
    one, other = (fit(X, softmax_loss(CLASSES, ONES), START, np.ones(3)) for _ in range(2))
    assert one.weight.tobytes() == other.weight.tobytes()


def test_what_all_features_share_does_not_matter() -> None:
    """The answers are those of features without a long mean, which token states have."""
    far = np.array([30.0, -20.0, 0.0, 10.0, 5.0])
    moved = Linear(START.weight, START.bias - far @ START.weight)
    near, shifted = (
        fit(features, softmax_loss(CLASSES, ONES), start, np.ones(3))
        for features, start in ((X, START), (X + far, moved))
    )
    assert np.abs(near(X) - shifted(X + far)).max() < 0.02
