"""The measures of quality measure what they say."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from safetensors.numpy import load_file

from models.annotator import Annotator, Scores
from models.bundle import BUNDLED, HEADS, open_bundle
from saywhy.annotation import Annotation, Mention, Polarity, Sentiment
from saywhy.feedback import Comment
from training.data.mentions import count, said, true
from training.data.rows import Conventions, Row
from training.evaluation.reliability import Answers, diagram, sentiment_answers, theme_answers
from training.evaluation.vectors import nmi
from training.export.bundle import _scale_themes
from training.export.calibrate import _uncertain_below, calibrate, theme_scaling

THEMES = ("price", "staff")
MAPPING = 'complete = ["shop"]\n'


def row(number: int, sentiment: str, labels: tuple[tuple[str, str | None], ...] = ()) -> Row:
    """A labelled text of a complete dataset."""
    return Row(f"shop-{number}", "shop", "en", f"text {number}", sentiment, "gold", labels, True)


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """A themes.toml with one complete dataset."""
    path = tmp_path / "themes.toml"
    path.write_text(MAPPING, "utf-8")
    return path


def test_mentions_count_by_pair_and_mixed_is_both() -> None:
    """A theme of mixed feelings is two pairs; unknown themes and unmarked polarities do not count."""
    mentions = (
        Mention(0, 5, "price", Polarity.NEGATIVE, 0.9),
        Mention(6, 9, "price", Polarity.POSITIVE, 0.9),
        Mention(6, 9, "staff", Polarity.POSITIVE, 0.9),
        Mention(6, 9, "design", Polarity.POSITIVE, 0.9),
    )
    annotation = Annotation("test", Sentiment(Polarity.MIXED, 0.0, 0.5), (), mentions, (), b"")
    found = said(annotation, {"price", "staff"})
    wanted = true(row(1, "mixed", (("price", "mixed"), ("staff", "negative"), ("design", None))))
    counts = count([(found, wanted), (set(), {("price", "negative")})])
    assert (counts.hit, counts.said, counts.true) == (2, 3, 4)
    assert counts.f1 == pytest.approx(4 / 7)


def test_calibration_error_of_known_answers() -> None:
    """Ten answers at .75 of which five are right err by .25; answers as sure as they are right err by nothing."""
    sure = Answers(np.full(10, 0.75), np.arange(10) < 5)
    assert sure.error == pytest.approx(0.25)
    assert sure.bins() == [(0.75, 0.5, 10)]
    honest = Answers(np.repeat([0.25, 0.75], 4), np.array([1, 0, 0, 0, 1, 1, 1, 0], bool))
    assert honest.error == pytest.approx(0)


def test_the_diagram_is_an_image() -> None:
    """It is well-formed SVG with a dot for each bin and the error in words."""
    answers = Answers(np.array([0.35, 0.95, 0.95]), np.array([False, True, True]))
    root = ElementTree.fromstring(diagram({"sentiment": answers, "themes": answers}))
    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == 4
    assert any("calibration error 0.150" in (text.text or "") for text in root)


def test_uncertain_is_the_lowest_limit_that_rids_a_quarter_of_the_errors() -> None:
    """With errors only at low confidence the limit lies just above them; meaningless confidence has none."""
    confidence = np.repeat([0.31, 0.95], 50)
    assert _uncertain_below(Answers(confidence, np.repeat([False, True], 50))) == 0.32
    assert _uncertain_below(Answers(confidence, np.tile([False, True], 50))) == 0.0


def test_overconfident_themes_are_scaled_down(mapping: Path) -> None:
    """Logits twice as large as the truth warrants come back to half; thresholds and temperature are then sensible."""
    random = np.random.default_rng(0)
    honest = random.normal(0, 1.5, (4000, 2))
    truth = random.random(honest.shape) < 1 / (1 + np.exp(-honest))
    felt = random.integers(0, 3, len(honest))
    feelings = np.array(["negative", "neutral", "positive"])[felt]
    rows = [
        row(i, feeling, tuple((theme, None) for theme in np.array(THEMES)[present]))
        for i, (feeling, present) in enumerate(zip(feelings, truth, strict=True))
    ]
    conventions = Conventions(rows, mapping, THEMES)
    sentiment = np.where(np.arange(4) == felt[:, None], 2.0, 0.0) + random.normal(0, 1, (len(rows), 4))
    polarities = np.zeros((len(rows), 2, 3), np.float32)
    scores = Scores((2 * honest).astype(np.float32), polarities, sentiment.astype(np.float32))
    scale, shift = theme_scaling(scores, rows, conventions)
    assert scale == pytest.approx(0.5, abs=0.1)
    assert shift == pytest.approx(0, abs=0.15)
    scaled = Scores((scale * scores.themes + shift).astype(np.float32), scores.polarities, scores.sentiment)
    config = calibrate(scaled, rows, conventions)
    assert all(0.2 < threshold < 0.6 for threshold in config["thresholds"].values())
    assert theme_answers(scaled, config["thresholds"], rows, conventions).error < 0.05
    assert theme_answers(scores, config["thresholds"], rows, conventions).error > 0.08
    answers, checked = sentiment_answers(scaled, config["temperature"], rows, conventions)
    assert len(checked) == len(rows)
    kept = answers.confidence >= config["uncertain_below"]
    assert 1 - answers.right[kept].mean() <= 0.75 * (1 - answers.right.mean())


def test_scaled_heads_give_scaled_logits(tmp_path: Path) -> None:
    """Scaling the votes of the heads file scales and shifts the theme logits, and nothing else."""
    comments = [Comment("Friendly staff, but far too expensive.", "en"), Comment("物流太慢了", "zh-Hans")]
    bundle = open_bundle(BUNDLED)
    before = Annotator(bundle).scores(comments)
    shutil.copy(BUNDLED / HEADS, tmp_path / HEADS)
    _scale_themes(tmp_path, len(bundle.code_frame.ids), 0.8, -0.5)
    after = Annotator(replace(bundle, heads=load_file(tmp_path / HEADS))).scores(comments)
    assert after.themes == pytest.approx(0.8 * before.themes - 0.5, abs=1e-4)
    assert after.polarities == pytest.approx(before.polarities, abs=1e-5)
    assert after.sentiment == pytest.approx(before.sentiment, abs=1e-5)


def test_clusters_of_well_separated_vectors_are_found() -> None:
    """Three far groups give the full mutual information, random vectors almost none."""
    random = np.random.default_rng(0)
    intents = np.repeat(["a", "b", "c"], 30)
    centres = np.repeat(np.eye(3, 8), 30, axis=0)
    near = (centres + random.normal(0, 0.05, centres.shape)).astype(np.float32)
    assert nmi(near, intents, 2).tolist() == pytest.approx([1, 1])
    assert nmi(random.normal(size=centres.shape).astype(np.float32), intents, 2).max() < 0.3
