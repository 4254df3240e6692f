"""An encoder that remembers texts: cross-validation and grid search give it the same ones again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from models.arrays import Vectors
from models.bundle import Bundle
from models.encoder import EncodedTexts, Encoder, Tokens

#: Tokens that are remembered: 150 MB, some 4,000 comments.
MAX_TOKENS = 100_000
#: Remembered texts that are returned together.
_GROUP = 64


class RememberingEncoder(Encoder):
    """An encoder that answers from memory what it was asked lately. Safe to call from several threads."""

    def __init__(self, bundle: Bundle, max_tokens: int = MAX_TOKENS) -> None:
        super().__init__(bundle.encoder, bundle.tokenizer)
        self._max_tokens = max_tokens
        self._known: OrderedDict[bytes, tuple[Vectors, NDArray[np.bool_]]] = OrderedDict()
        self._tokens = 0
        self._lock = Lock()

    def encode(self, texts: Sequence[Tokens]) -> Iterator[EncodedTexts]:
        """As `Encoder.encode`."""
        keys = [text.ids.tobytes() for text in texts]
        with self._lock:
            stored = {number: self._known[key] for number, key in enumerate(keys) if key in self._known}
            for number in stored:
                self._known.move_to_end(keys[number])
        numbers = list(stored)
        for start in range(0, len(numbers), _GROUP):
            group = numbers[start : start + _GROUP]
            states, is_content = zip(*(stored[number] for number in group), strict=True)
            starts = np.cumsum([0, *map(len, states)])
            yield EncodedTexts(np.array(group), starts, np.concatenate(states), np.concatenate(is_content))
        others = [number for number in range(len(texts)) if number not in stored]
        for encoded in super().encode([texts[number] for number in others]) if others else ():
            indices = np.array(others)[encoded.indices]
            for number, start, end in zip(indices.tolist(), encoded.starts[:-1], encoded.starts[1:], strict=True):
                self._remember(keys[number], encoded.states[start:end].copy(), encoded.is_content[start:end].copy())
            yield EncodedTexts(indices, encoded.starts, encoded.states, encoded.is_content)

    def _remember(self, key: bytes, states: Vectors, is_content: NDArray[np.bool_]) -> None:
        with self._lock:
            if key in self._known:
                return
            self._known[key] = states, is_content
            self._tokens += len(states)
            while self._tokens > self._max_tokens:
                _, (forgotten, _) = self._known.popitem(last=False)
                self._tokens -= len(forgotten)
