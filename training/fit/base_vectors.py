"""Vectors of the base encoder, which fine-tuning must preserve so that vectors keep clustering well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.bundle import ENCODER, TOKENIZER
from models.encoder import Encoder
from models.heads import mean_vectors
from training.data.rows import Row
from training.export.quantise import write_encoder
from training.fit.examples import Example

HIDDEN = 384
CACHE = "base_vectors.npy"
_CHUNK = 8192  # texts

HalfVectors = NDArray[np.float16]


def load_base_vectors(base: Path, pool: Sequence[Row], examples: Sequence[Example], out: Path) -> list[HalfVectors]:
    """Unit vectors of each example's `vector_texts`, (texts, hidden), by the base checkpoint.

    They are computed once and cached in `out`; activation ranges of the base encoder are measured on `pool`.
    """
    cache = out / CACHE
    if not cache.exists():
        write_encoder(base, pool, out)
        texts = [text for example in examples for text in example.vector_texts]
        np.save(cache, encode(Encoder(out / ENCODER, out / TOKENIZER), texts))
    vectors = np.load(cache)
    bounds = np.cumsum([len(example.vector_texts) for example in examples])
    return np.split(vectors, bounds[:-1])


def encode(encoder: Encoder, texts: list[str]) -> HalfVectors:
    """Unit vectors of the texts, (texts, hidden)."""
    vectors = np.zeros((len(texts), HIDDEN), np.float16)
    for start in range(0, len(texts), _CHUNK):
        chunk = vectors[start : start + _CHUNK]
        for encoded in encoder.encode(encoder.tokenise(texts[start : start + _CHUNK])):
            chunk[encoded.indices] = mean_vectors(encoded.states, encoded.starts[:-1], encoded.starts[1:])
    return vectors
