"""Builders of labelled rows."""

from __future__ import annotations

from pathlib import Path

from training.data.rows import Labels, Row

#: The themes of the dataset "shop", whose annotators marked every theme.
THEMES = ("price", "staff")


def write_mapping(folder: Path) -> None:
    """A dataset folder's `themes.toml` with the complete dataset "shop"."""
    (folder / "themes.toml").write_text('complete = ["shop"]\n', "utf-8")


def row(text: str, sentiment: str | None, *labels: tuple[str, str | None], language: str = "en") -> Row:
    """A text of the dataset "shop" with a sentiment that a person gave."""
    pairs: Labels = labels
    return Row(f"shop-{text}", "shop", language, text, sentiment, "gold", pairs, True)
