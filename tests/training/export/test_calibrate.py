"""Calibration: scaled logits, thresholds, temperature and the limit of uncertain sentiments."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from models.annotator import Annotator, CommentLogits
from models.bundle import BUNDLED, HEADS, open_bundle
from saywhy.feedback import Comment
from tests.training.rows import THEMES, row, write_mapping
from training.data.targets import AnnotationSchemes
from training.evaluation.reliability import Predictions, sentiment_predictions, theme_predictions
from training.export.bundle import _scale_themes
from training.export.calibrate import _uncertain_below, calibrate, theme_scaling


def test_uncertain_is_the_lowest_limit_that_removes_a_quarter_of_the_errors() -> None:
    """With errors only at low confidence the limit lies just above them; uninformative confidence has none."""
    confidence = np.repeat([0.31, 0.95], 50)
    assert _uncertain_below(Predictions(confidence, np.repeat([False, True], 50))) == 0.32
    assert _uncertain_below(Predictions(confidence, np.tile([False, True], 50))) == 0.0


def test_overconfident_themes_are_scaled_down(tmp_path: Path) -> None:
    """Logits of twice the true size are halved; thresholds and temperature are then sensible."""
    write_mapping(tmp_path)
    random = np.random.default_rng(0)
    true_logits = random.normal(0, 1.5, (4000, 2))
    truth = random.random(true_logits.shape) < 1 / (1 + np.exp(-true_logits))
    labels = random.integers(0, 3, len(true_logits))
    sentiments = np.array(["negative", "neutral", "positive"])[labels]
    rows = [
        row(f"{i}", sentiment, *((theme, None) for theme in np.array(THEMES)[present]))
        for i, (sentiment, present) in enumerate(zip(sentiments, truth, strict=True))
    ]
    schemes = AnnotationSchemes(rows, tmp_path, THEMES)
    sentiment = np.where(np.arange(4) == labels[:, None], 2.0, 0.0) + random.normal(0, 1, (len(rows), 4))
    polarities = np.zeros((len(rows), 2, 3), np.float32)
    logits = CommentLogits((2 * true_logits).astype(np.float32), polarities, sentiment.astype(np.float32))
    scale, shift = theme_scaling(logits, rows, schemes)
    assert scale == pytest.approx(0.5, abs=0.1)
    assert shift == pytest.approx(0, abs=0.15)
    scaled = replace(logits, themes=(scale * logits.themes + shift).astype(np.float32))
    config = calibrate(scaled, rows, schemes)
    assert all(0.2 < threshold < 0.6 for threshold in config["thresholds"].values())
    assert theme_predictions(scaled, config["thresholds"], rows, schemes).calibration_error < 0.05
    assert theme_predictions(logits, config["thresholds"], rows, schemes).calibration_error > 0.08
    predictions, judged = sentiment_predictions(scaled, config["temperature"], rows, schemes)
    assert len(judged) == len(rows)
    is_certain = predictions.confidence >= config["uncertain_below"]
    assert 1 - predictions.is_right[is_certain].mean() <= 0.75 * (1 - predictions.is_right.mean())


def test_scaled_heads_give_scaled_logits(annotator: Annotator, tmp_path: Path) -> None:
    """Scaling the theme votes in the heads file scales and shifts the theme logits, and nothing else."""
    comments = [Comment("Friendly staff, but far too expensive.", "en"), Comment("物流太慢了", "zh-Hans")]
    bundle = open_bundle(BUNDLED)
    before = annotator.logits(comments)
    shutil.copy(BUNDLED / HEADS, tmp_path / HEADS)
    _scale_themes(tmp_path, len(bundle.code_frame.ids), 0.8, -0.5)
    after = Annotator(replace(bundle, heads=load_file(tmp_path / HEADS))).logits(comments)
    assert after.themes == pytest.approx(0.8 * before.themes - 0.5, abs=1e-4)
    assert after.polarities == pytest.approx(before.polarities, abs=1e-5)
    assert after.sentiment == pytest.approx(before.sentiment, abs=1e-5)
