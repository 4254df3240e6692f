"""Text to token states: tokenise → group by length → run the int8 graph."""

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

from models.script import fold_script

#: Longer texts are read in windows of this many tokens, so that nothing is cut off.
WINDOW = 256
#: Tokens in one run of the graph. More fills the caches, fewer leaves cores idle.
BATCH_TOKENS = 2048
#: Speed: ONNX Runtime would fuse these by itself, and the fused kernel is slower than its parts.
_SLOW_FUSIONS = ["SkipLayerNormFusion", "BiasSkipLayerNormFusion"]

#: Half a character, as broken exports have them. One is put in its place, so that offsets stay.
_SURROGATE = re.compile("[\ud800-\udfff]")

States = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text as token ids (no prefix, no special tokens) and where each token ends in the text, in characters."""

    ids: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Texts after the encoder: `states` (tokens, hidden), the texts one after the other.

    `texts[i]` is the position of the i-th text in the input; its tokens are `states[starts[i]:starts[i + 1]]`, the
    first `lead` and the last `tail` of which (of each window) are the prefix and the special tokens.
    """

    texts: NDArray[np.int64]
    starts: NDArray[np.int64]
    states: States
    is_content: NDArray[np.bool_]


class Encoder:
    """The graph and its tokenizer. Safe to call from several threads."""

    def __init__(self, graph: Path, tokenizer: Path, *, threads: int = 0) -> None:
        """`threads` of 0 means all cores that this process may use."""
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        prefix = self._tokenizer.encode("query:").ids  # <s> query : </s>
        self._lead, self._tail = prefix[:-1], prefix[-1:]
        cores = threads or len(os.sched_getaffinity(0))
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = ort.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOW_FUSIONS
        )
        # Independent batches on one-thread runs keep the cores busier than one batch on all of them.
        self._pool = ThreadPoolExecutor(cores, "encoder") if cores > 1 else None

    def tokenise(self, texts: Sequence[str]) -> list[Tokens]:
        encodings: list[Encoding] = self._tokenizer.encode_batch(
            [fold_script(_SURROGATE.sub("\ufffd", text)) for text in texts], add_special_tokens=False
        )
        return [Tokens(np.array(e.ids, np.int64), np.array([end for _, end in e.offsets], np.int64)) for e in encodings]

    def encode(self, texts: Sequence[Tokens]) -> Iterator[Encoded]:
        """Run every text; results come in groups of any order. Texts of one length run together, without padding."""
        by_length: dict[int, list[int]] = {}
        long: list[int] = []
        for i, text in enumerate(texts):
            if len(text.ids) > WINDOW:
                long.append(i)
            else:
                by_length.setdefault(len(text.ids), []).append(i)
        groups = [
            members[at : at + size]
            for length, members in sorted(by_length.items(), reverse=True)
            for size in [max(1, BATCH_TOKENS // (length + len(self._lead) + len(self._tail)))]
            for at in range(0, len(members), size)
        ]
        groups += [[i] for i in long]

        def run(group: list[int]) -> Encoded:
            return self._run(np.array(group), [texts[i].ids for i in group])

        yield from map(run, groups) if self._pool is None or len(groups) == 1 else self._pool.map(run, groups)

    def _run(self, texts: NDArray[np.int64], ids: list[NDArray[np.int64]]) -> Encoded:
        if len(ids[0]) <= WINDOW:
            batch = np.stack([self._wrap(one) for one in ids])
            states = self._session.run(["states"], {"input_ids": batch})[0]
            count, length, hidden = states.shape
            is_content = np.tile(self._content_mask(length), count)
            return Encoded(texts, np.arange(count + 1) * length, states.reshape(-1, hidden), is_content)
        windows = [self._wrap(part) for part in np.array_split(ids[0], -(-len(ids[0]) // WINDOW))]
        parts = [self._session.run(["states"], {"input_ids": window[None]})[0][0] for window in windows]
        states = np.concatenate(parts)
        is_content = np.concatenate([self._content_mask(len(part)) for part in parts])
        return Encoded(texts, np.array([0, len(states)]), states, is_content)

    def _wrap(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.concatenate([self._lead, ids, self._tail]).astype(np.int64)

    def _content_mask(self, length: int) -> NDArray[np.bool_]:
        mask = np.ones(length, bool)
        mask[: len(self._lead)] = False
        mask[length - len(self._tail) :] = False
        return mask
