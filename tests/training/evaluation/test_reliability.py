"""Calibration error and reliability diagram."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from training.evaluation.reliability import Predictions, diagram


def test_calibration_error_of_known_predictions() -> None:
    """Confidence .75 with half of the predictions right is an error of .25; calibrated confidences have error 0."""
    overconfident = Predictions(np.full(10, 0.75), np.arange(10) < 5)
    assert overconfident.calibration_error == pytest.approx(0.25)
    assert overconfident.bins() == [(0.75, 0.5, 10)]
    calibrated = Predictions(np.repeat([0.25, 0.75], 4), np.array([1, 0, 0, 0, 1, 1, 1, 0], bool))
    assert calibrated.calibration_error == pytest.approx(0)


def test_the_diagram_is_an_image() -> None:
    """It is well-formed SVG with a dot for each bin and the error as text."""
    predictions = Predictions(np.array([0.35, 0.95, 0.95]), np.array([False, True, True]))
    root = ElementTree.fromstring(diagram({"sentiment": predictions, "themes": predictions}))
    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == 4
    assert any("calibration error 0.150" in (text.text or "") for text in root)
