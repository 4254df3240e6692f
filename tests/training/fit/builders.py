"""A recipe, examples and an encoder that are small enough for tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

from training.data.targets import Targets
from training.fit import finetune
from training.fit.batch import Batch, collate
from training.fit.checkpoint import TrainingState
from training.fit.encoder import freeze
from training.fit.examples import CauseShare, Example
from training.fit.heads import SpanHeads
from training.fit.recipe import Recipe, read_recipe

HIDDEN = 16
THEMES = 2
CAUSES = 3
RECIPE = replace(
    read_recipe(Path(finetune.__file__).with_name("finetune.toml")), layers=2, frozen_layers=1, dropout=0.0, epochs=1
)


def targets(theme: int, sentiment: int) -> Targets:
    """Targets of a text with one theme, whose polarity is that of the text."""
    themes = np.zeros(THEMES, np.float32)
    themes[theme] = 1
    polarities = np.zeros((THEMES, 3), np.float32)
    polarities[theme, sentiment] = 1
    return Targets(themes, np.ones(THEMES, np.float32), polarities, sentiment, 1.0, np.ones(4, bool))


def example(number: int) -> Example:
    """A text of 12 tokens. Each third has two clauses, each sixth labelled clauses, the first with a cause; even ones
    have base vectors."""
    ids = [0, 3, 4, 5, *(6 + (number * 7 + i) % 30 for i in range(7)), 2]
    clauses = [(4, 7), (7, 11)] if number % 3 == 0 else []
    whole = targets(number % THEMES, 2 * (number % 2))
    clause_targets = [whole, targets(0, 1)] if number % 6 == 0 else []
    vector_ids = [ids, *([*ids[:4], *ids[start:end], 2] for start, end in clauses)] if number % 2 == 0 else []
    causes: list[tuple[CauseShare, ...]] = [(), ((number % CAUSES, 1.0),), ()] if clause_targets else [()]
    return Example(ids, clauses, whole, clause_targets, vector_ids, causes)


def vectors(examples: list[Example]) -> list[NDArray[np.float16]]:
    """Random unit vectors for the `vector_ids` of each example."""
    random = np.random.default_rng(0)
    drawn = [random.normal(size=(len(one.vector_ids), HIDDEN)) for one in examples]
    return [(rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16) for rows in drawn]


def batch(examples: list[Example]) -> Batch:
    """The batch of the examples, with random vectors."""
    return collate(examples, vectors(examples), HIDDEN)


def encoder(layers: int = 2) -> BertModel:
    """A random encoder without dropout; the same one every time."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=40,
        hidden_size=HIDDEN,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=1,
    )
    return BertModel(config, add_pooling_layer=False)


def initial_state(recipe: Recipe = RECIPE, steps: int = 6) -> TrainingState:
    """The state before the first step; the same one every time."""
    model = encoder()
    freeze(model, recipe.frozen_layers)
    return TrainingState.initial(model, SpanHeads(HIDDEN, THEMES, CAUSES), recipe, steps)
