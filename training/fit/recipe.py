"""What a fine-tuning is told: the values of `training/fit/finetune.toml`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """The recipe; see `training/fit/finetune.toml` for what each value means."""

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
    join_share: float
    join_longest: int
    layers: int
    script_share: float
    frozen_layers: int
