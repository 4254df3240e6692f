"""Quality on labelled feedback."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.annotator import CommentLogits
from tests.training.rows import THEMES, row, write_mapping
from training.data.targets import AnnotationSchemes
from training.evaluation.metrics import evaluate


def test_quality_of_known_predictions(tmp_path: Path) -> None:
    """Shares and micro-F1 are those of the labels; a theme that a dataset never labels does not count as predicted."""
    write_mapping(tmp_path)
    rows = [row(f"{i}", "positive" if i % 2 else "negative", ("price", None)) for i in range(40)]
    rows += [replace(one, id=f"other-{one.id}", dataset="unlabelled", is_themed=False) for one in rows[:20]]
    schemes = AnnotationSchemes(rows, tmp_path, THEMES)
    sentiment = np.zeros((60, 4), np.float32)
    sentiment[:, 2] = 1  # all predicted as positive
    themes = np.full((60, 2), 5, np.float32)  # both themes everywhere …
    themes[:10, 0] = -5  # … but for the price of ten texts
    logits = CommentLogits(themes, np.zeros((60, 2, 3), np.float32), sentiment)
    table = evaluate(logits, {"thresholds": dict.fromkeys(THEMES, 0.5)}, rows, schemes)
    shop, unlabelled = table.datasets
    assert (shop.name, shop.texts, shop.polar, shop.sentiment) == ("shop", 40, 0.5, 0.5)
    assert shop.theme_f1 == pytest.approx(2 * 30 / (30 + 40))
    assert (unlabelled.texts, unlabelled.theme_f1) == (20, None)
    assert [language.name for language in table.languages] == ["en"]
    assert table.theme_f1 == shop.theme_f1
    assert f"| shop | 40 | 0.500 | 0.500 | 0.500 | {shop.theme_f1:.3f} |" in str(table)


def test_a_class_that_a_dataset_never_uses_does_not_count_against_it(tmp_path: Path) -> None:
    """Of its own classes, texts that are called mixed get the best of the classes that their dataset knows."""
    write_mapping(tmp_path)
    rows = [row(f"{i}", "positive" if i % 2 else "negative") for i in range(40)]
    sentiment = np.zeros((40, 4), np.float32)
    sentiment[:, 3] = 2  # mixed, which no row is
    sentiment[1::2, 2] = 1
    sentiment[::2, 0] = 1
    logits = CommentLogits(np.zeros((40, 2), np.float32), np.zeros((40, 2, 3), np.float32), sentiment)
    schemes = AnnotationSchemes(rows, tmp_path, THEMES)
    [shop] = evaluate(logits, {"thresholds": dict.fromkeys(THEMES, 0.5)}, rows, schemes).datasets
    assert (shop.sentiment, shop.own_classes) == (0.0, 1.0)
