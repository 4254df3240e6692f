"""The recipe of a fine-tuning: the values of a file such as `training/fit/finetune.toml`, which explains each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Recipe:
    """Hyperparameters; see `training/fit/finetune.toml` for what each value means."""

    seed: int
    epochs: float
    default_cap: int
    caps: dict[str, int]
    max_tokens: int
    batch_tokens: int
    encoder_rate: float
    head_rate: float
    warmup: float
    smoothing: float
    vector_weight: float
    vector_share: float
    clause_weight: float
    part_weight: float
    written_copies: int
    cause_weight: float
    teacher_weight: float
    library_join_share: float
    join_share: float
    join_longest: int
    layers: int
    script_share: float
    typo_share: float
    frozen_layers: int
    dropout: float


def read_recipe(path: Path) -> Recipe:
    """Read a recipe from TOML; raises `TypeError` for a missing or unknown value."""
    return Recipe(**tomllib.loads(path.read_text("utf-8")))
