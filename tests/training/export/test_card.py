"""The model card."""

from __future__ import annotations

from training.data.rows import read_neutral
from training.evaluation.metrics import QualityRow, QualityTable
from training.export.card import write_card


def test_the_card_says_what_the_model_is_and_what_it_was_taught() -> None:
    """Version, recipe and quality are in it, and what was written for the model is counted from its files."""
    quality = QualityTable((QualityRow("shop", 1200, 0.9, 0.8, 0.85, 0.7),), ())
    card = write_card("core-1", quality, {"recipe": "trained on a whim"})
    assert card.startswith("# Model card: core-1\n")
    assert "trained on a whim" in card
    assert "| shop | 1,200 | 0.900 | 0.800 | 0.850 | 0.700 |" in card
    assert f"{len(list(read_neutral())):,} texts that are no feedback" in card
    assert "{" not in card
