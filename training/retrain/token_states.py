"""The encoder of a bundle with a memory on disk: what was encoded once is read, in this run and after one that died.

The encoder is frozen, so that all versions which differ in their heads share the token states.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import numpy as np

from models.bundle import Bundle, digest
from models.encoder import EncodedTexts, Encoder, Tokens

#: Texts that are encoded and saved together: what a run that dies loses.
_BATCH = 128


class StoredEncoder(Encoder):
    """An encoder whose `encode` answers from a folder of files, one for each batch of texts that it was given.

    States are kept as float16, and are as coarse when they are new, so that an answer does not depend on the memory.
    """

    def __init__(self, bundle: Bundle, folder: Path, *, threads: int = 0) -> None:
        super().__init__(bundle.encoder, bundle.tokenizer, threads=threads)
        self._folder = folder / digest(bundle.encoder)[:16]
        self._folder.mkdir(parents=True, exist_ok=True)
        self.progress: Callable[[int], None] = lambda _: None

    def encode(self, texts: Sequence[Tokens]) -> Iterator[EncodedTexts]:
        """As `Encoder.encode`, in batches of texts of about one length."""
        order = np.argsort([len(text.ids) for text in texts], kind="stable")
        for start in range(0, len(texts), _BATCH):
            members = order[start : start + _BATCH]
            indices, starts, states, is_content = self._encoded([texts[member] for member in members])
            yield EncodedTexts(members[indices], starts, states.astype(np.float32), is_content)
            self.progress(len(members))

    def _encoded(self, batch: Sequence[Tokens]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        key = hashlib.sha256()
        for text in batch:
            key.update(len(text.ids).to_bytes(4, "little") + text.ids.astype("<i4").tobytes())
        path = self._folder / f"{key.hexdigest()[:32]}.npz"
        if path.is_file():
            with np.load(path, allow_pickle=False) as saved:
                return saved["indices"], saved["starts"], saved["states"], saved["is_content"]
        groups = list(super().encode(batch))
        indices = np.concatenate([group.indices for group in groups])
        lengths = np.concatenate([np.diff(group.starts) for group in groups])
        starts = np.concatenate([[0], np.cumsum(lengths)])
        states = np.concatenate([group.states for group in groups]).astype(np.float16)
        is_content = np.concatenate([group.is_content for group in groups])
        part = path.with_name(f".{uuid4().hex}")
        with part.open("wb") as file:
            np.savez(file, indices=indices, starts=starts, states=states, is_content=is_content)
        part.replace(path)
        return indices, starts, states, is_content
