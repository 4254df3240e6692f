"""Texts → token states: tokenise, group by length, run the int8 graph (ONNX Runtime, CPU)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from models.arrays import Integers, Vectors
from models.letter_case import lower
from models.script import fold_script

#: Texts of more tokens than this are encoded in windows of equal length, none longer than this; nothing is cut off.
WINDOW = 256
#: Tokens in one run of the graph. With more, what lies between its products leaves the caches; with fewer, the products
#: are too small to be fast (docs/benchmarks.md, "Start-up, and the size of runs").
BATCH_TOKENS = 384
#: ONNX Runtime fuses these by default, but the fused kernel is slower than its parts.
_SLOW_FUSIONS = ["SkipLayerNormFusion", "BiasSkipLayerNormFusion"]

#: An unpaired surrogate, from broken exports. It is replaced by one character, so that offsets do not change.
_SURROGATE = re.compile("[\ud800-\udfff]")


def encoder_text(text: str) -> str:
    """What the encoder reads of a text: lower case, Chinese in its Simplified form; as many characters."""
    return fold_script(lower(_SURROGATE.sub("\ufffd", text)))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token ids of one text, without prefix and special tokens, and the end of each token in the text (characters)."""

    ids: Integers
    ends: Integers


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    """Some of the texts after the encoder; `states` (tokens, hidden) has them one after the other.

    `indices[i]` is the position of the i-th of them in the input; its states are `states[starts[i]:starts[i + 1]]`.
    `is_content` (tokens,) is False for the tokens of the prefix and for special tokens (of each window).
    """

    indices: Integers
    starts: Integers
    states: Vectors
    is_content: NDArray[np.bool_]


class TextTokenizer:
    """The tokenizer of an encoder. `lead` and `tail` are the ids before and after the text: prefix, special tokens."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        prefix = self._tokenizer.encode("query:").ids  # <s> query : </s>
        self.lead, self.tail = prefix[:-1], prefix[-1:]

    def __call__(self, texts: Sequence[str]) -> list[Tokens]:
        """Tokens of each text's `encoder_text`, in order."""
        encodings: list[Encoding] = self._tokenizer.encode_batch(
            [encoder_text(text) for text in texts], add_special_tokens=False
        )
        return [Tokens(np.array(e.ids, np.int64), np.array([end for _, end in e.offsets], np.int64)) for e in encodings]

    def with_special_tokens(self, ids: Integers) -> Integers:
        """The ids of a text as the encoder reads them."""
        return np.concatenate([self.lead, ids, self.tail]).astype(np.int64)


class Encoder:
    """The ONNX graph and its tokenizer. Safe to call from several threads."""

    def __init__(self, graph: Path, tokenizer: Path, *, threads: int = 0) -> None:
        """`threads` of 0: one for each core that this process may use."""
        self.tokenizer = TextTokenizer(tokenizer)
        cores = threads or len(os.sched_getaffinity(0))
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = ort.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOW_FUSIONS
        )
        # Several batches at once, each on one thread, use the cores better than one batch on all threads.
        self._pool = ThreadPoolExecutor(cores, "encoder") if cores > 1 else None

    def tokenise(self, texts: Sequence[str]) -> list[Tokens]:
        """Tokens of each text's `encoder_text`, in order."""
        return self.tokenizer(texts)

    def encode(self, texts: Sequence[Tokens]) -> Iterator[EncodedTexts]:
        """Encode every text; groups come in no particular order. Texts of equal length run together, unpadded."""
        by_length: dict[int, list[int]] = {}
        long_texts: list[int] = []
        for index, text in enumerate(texts):
            if len(text.ids) > WINDOW:
                long_texts.append(index)
            else:
                by_length.setdefault(len(text.ids), []).append(index)
        groups = [
            members[start : start + size]
            for length, members in sorted(by_length.items(), reverse=True)
            for size in [max(1, BATCH_TOKENS // (length + len(self.tokenizer.lead) + len(self.tokenizer.tail)))]
            for start in range(0, len(members), size)
        ]
        groups += [[index] for index in long_texts]

        def run(group: list[int]) -> EncodedTexts:
            return self._run(np.array(group), [texts[index].ids for index in group])

        yield from map(run, groups) if self._pool is None or len(groups) == 1 else self._pool.map(run, groups)

    def _run(self, indices: Integers, ids: list[Integers]) -> EncodedTexts:
        """Encode texts of one length, or one text that is longer than a window."""
        if len(ids[0]) <= WINDOW:
            batch = np.stack([self.tokenizer.with_special_tokens(text_ids) for text_ids in ids])
            states = self._session.run(["states"], {"input_ids": batch})[0]
            count, length, hidden = states.shape
            is_content = np.tile(self._content_mask(length), count)
            return EncodedTexts(indices, np.arange(count + 1) * length, states.reshape(-1, hidden), is_content)
        windows = [
            self.tokenizer.with_special_tokens(part) for part in np.array_split(ids[0], -(-len(ids[0]) // WINDOW))
        ]
        parts = [self._session.run(["states"], {"input_ids": window[None]})[0][0] for window in windows]
        states = np.concatenate(parts)
        is_content = np.concatenate([self._content_mask(len(part)) for part in parts])
        return EncodedTexts(indices, np.array([0, len(states)]), states, is_content)

    def _content_mask(self, length: int) -> NDArray[np.bool_]:
        mask = np.ones(length, bool)
        mask[: len(self.tokenizer.lead)] = False
        mask[length - len(self.tokenizer.tail) :] = False
        return mask
