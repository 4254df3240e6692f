"""The heads that ship on an encoder that needs no time: each word has a random vector of its own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from models.annotator import Annotator
from models.bundle import BUNDLED, open_bundle
from models.encoder import EncodedTexts, Encoder, Tokens
from saywhy.feedback import Comment
from training.estimators.base import OpenModel
from training.retrain.spans import Spans, read_spans

_HIDDEN = 384


class WordEncoder(Encoder):
    """A token is a word, and its state depends on it alone."""

    def __init__(self) -> None:
        """It has no graph and no tokenizer."""

    def tokenise(self, texts: Sequence[str]) -> list[Tokens]:
        words = [list(re.finditer(r"\S+", text.lower())) for text in texts]
        return [
            Tokens(
                np.array([zlib.crc32(word.group().encode()) for word in of_text], np.int64),
                np.array([word.end() for word in of_text], np.int64),
            )
            for of_text in words
        ]

    def encode(self, texts: Sequence[Tokens]) -> Iterator[EncodedTexts]:
        for number, text in enumerate(texts):
            ids = [1, *text.ids.tolist(), 2]
            states = np.stack([np.random.default_rng(i).standard_normal(_HIDDEN, np.float32) for i in ids])
            states *= np.float32(1 / 8)
            is_content = np.array([False, *[True] * len(text.ids), False])
            yield EncodedTexts(np.array([number]), np.array([0, len(ids)]), states, is_content)


class SmallModel(OpenModel):
    """With two anchors in place of hundreds."""

    @cached_property
    def anchors(self) -> Spans:
        texts = [Comment("the app is slow", "en"), Comment("great support", "en")]
        return read_spans(self.annotator, self.bundle, texts)


def small_model() -> SmallModel:
    """The model, opened."""
    bundle = open_bundle(BUNDLED)
    return SmallModel(bundle, Annotator(bundle, encoder=WordEncoder()))
