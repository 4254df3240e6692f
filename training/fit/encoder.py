"""The encoder to fine-tune, with some of its layers removed or frozen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import nn
from transformers import AutoConfig, AutoModel, BertModel, PreTrainedModel

from training.fit.recipe import Recipe


def load_encoder(checkpoint: Path, recipe: Recipe) -> PreTrainedModel:
    """The encoder of a Hugging Face checkpoint, ready for training by the recipe.

    Layers are removed or frozen, and there is dropout, only in a BertModel.
    """
    if AutoConfig.from_pretrained(checkpoint).model_type != "bert":  # nosec B615  # a folder of ours
        encoder = AutoModel.from_pretrained(checkpoint, use_safetensors=True)  # nosec B615
        encoder.get_input_embeddings().requires_grad_(requires_grad=False)
        return encoder.train()
    encoder = BertModel.from_pretrained(  # nosec B615
        checkpoint,
        add_pooling_layer=False,
        hidden_dropout_prob=recipe.dropout,
        attention_probs_dropout_prob=recipe.dropout,
        use_safetensors=True,
    )
    keep_layers(encoder, recipe.layers)
    freeze(encoder, recipe.frozen_layers)
    encoder.train()
    return encoder


def keep_layers(encoder: BertModel, layers: int) -> None:
    """Remove layers until `layers` are left, evenly spaced; the first and the last stay."""
    present = encoder.encoder.layer
    if layers < len(present):
        kept = np.round(np.linspace(0, len(present) - 1, layers)).astype(int)
        encoder.encoder.layer = nn.ModuleList(present[int(i)] for i in kept)
        encoder.config.num_hidden_layers = layers


def freeze(encoder: BertModel, layers: int) -> None:
    """Freeze the word embeddings and, if `layers` is positive, all embeddings and the lowest `layers` layers."""
    encoder.embeddings.word_embeddings.weight.requires_grad = False  # so that they stay exact in 4 bits
    if layers:
        for module in (encoder.embeddings, *encoder.encoder.layer[:layers]):
            module.requires_grad_(requires_grad=False)
