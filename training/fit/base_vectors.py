"""Vectors of the base encoder, which fine-tuning must preserve so that vectors keep clustering well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F
from transformers import PreTrainedModel

from training.fit.batch import pad
from training.fit.device import autocast
from training.fit.examples import Example
from training.fit.plan import batches_by_length

CACHE = "base_vectors.npy"
_BATCH_TOKENS = 32_768

HalfVectors = NDArray[np.float16]


def load_base_vectors(encoder: PreTrainedModel, examples: Sequence[Example], out: Path) -> list[HalfVectors]:
    """Unit vectors (texts, hidden) of each example's `vector_ids`, computed once and cached in `out`."""
    cache = out / CACHE
    if not cache.exists():
        np.save(cache, encode(encoder, [ids for example in examples for ids in example.vector_ids]))
    bounds = np.cumsum([len(example.vector_ids) for example in examples])
    return np.split(np.load(cache), bounds[:-1])


@torch.no_grad()
def encode(encoder: PreTrainedModel, texts: Sequence[Sequence[int]]) -> HalfVectors:
    """Unit vectors of texts given as token ids, (texts, hidden): the means of their token states, without dropout."""
    was_training = encoder.training
    encoder.eval()
    vectors = np.zeros((len(texts), encoder.config.hidden_size), np.float16)
    for batch in batches_by_length(np.array([len(ids) for ids in texts], np.int64), _BATCH_TOKENS):
        ids, mask = (tensor.to(encoder.device) for tensor in pad([texts[i] for i in batch]))
        with autocast(encoder.device):
            states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        means = F.normalize((states * mask[..., None]).sum(1), dim=-1)
        vectors[batch] = means.cpu().numpy().astype(np.float16)
    encoder.train(was_training)
    return vectors
