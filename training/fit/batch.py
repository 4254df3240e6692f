"""Examples → the tensors of one training step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from models.arrays import Integers
from training.fit.device import Movable
from training.fit.examples import Example
from training.fit.heads import TargetBatch, stack
from training.fit.plan import padded_length

_PAD_ID = 1


@dataclass(frozen=True)
class Batch(Movable):
    """n examples as tensors. S spans each: span 0 is the whole text, the others are its clauses."""

    numbers: Tensor  # (n,): the place of each example among those of the training
    ids: Tensor  # (n, tokens)
    mask: Tensor  # (n, tokens): 1 for tokens, 0 for padding
    spans: Tensor  # (n, S, tokens): 1 for tokens of the span; the whole text includes prefix and special tokens
    word_spans: Tensor  # the same without prefix and special tokens
    is_span: Tensor  # (n, S) bool: whether the example has that span
    target_vectors: Tensor  # (n, S, hidden): unit vectors of the base encoder, 0 where there is none
    targets: TargetBatch  # of the n whole texts
    labelled_spans: Tensor  # (m, 2): example and span of clauses that are labelled themselves
    span_targets: TargetBatch  # of those m clauses
    cause_spans: Tensor  # (k, 3): example, span, cause that it names
    cause_shares: Tensor  # (k,): share of that cause in what the span names


def collate(
    examples: Sequence[Example], vectors: Sequence[NDArray[np.float16]], hidden: int, numbers: Integers | None = None
) -> Batch:
    """The tensors of the examples. `vectors[i]` (spans, hidden) are those of `Example.vector_ids`, or empty.

    `numbers` (n,) are the places of the examples among those of the training; None: they are all of them.
    """
    ids, mask = pad([example.ids for example in examples])
    span_count = 1 + max(len(example.clauses) for example in examples)
    spans = torch.zeros(len(examples), span_count, ids.shape[1])
    spans[:, 0] = mask
    words = mask.clone()
    is_span = torch.zeros(len(examples), span_count, dtype=torch.bool)
    is_span[:, 0] = True
    target_vectors = torch.zeros(len(examples), span_count, hidden)
    for i, example in enumerate(examples):
        words[i, : example.lead] = words[i, len(example.ids) - 1] = 0
        for span, (start, end) in enumerate(example.clauses, 1):
            spans[i, span, start:end] = 1
            is_span[i, span] = True
        target_vectors[i, : len(vectors[i])] = torch.from_numpy(vectors[i].astype(np.float32))
    word_spans = torch.cat([words[:, None], spans[:, 1:]], dim=1)
    labelled = [(i, span) for i, example in enumerate(examples) for span in range(1, 1 + len(example.clause_targets))]
    named = [
        (i, span, cause, share)
        for i, example in enumerate(examples)
        for span, shares in enumerate(example.causes)
        for cause, share in shares
    ]
    return Batch(
        torch.from_numpy(np.arange(len(examples)) if numbers is None else numbers),
        ids,
        mask,
        spans,
        word_spans,
        is_span,
        target_vectors,
        stack([example.targets for example in examples]),
        torch.tensor(labelled, dtype=torch.int64).reshape(-1, 2),
        stack([target for example in examples for target in example.clause_targets] or [examples[0].targets]),
        torch.tensor([one[:3] for one in named], dtype=torch.int64).reshape(-1, 3),
        torch.tensor([share for *_, share in named], dtype=torch.float32),
    )


def pad(ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Padded ids (n, longest) and attention mask (n, longest), 1.0 for tokens."""
    longest = int(padded_length(np.array([len(text_ids) for text_ids in ids])).max())
    padded = np.full((len(ids), longest), _PAD_ID, np.int64)
    for i, text_ids in enumerate(ids):
        padded[i, : len(text_ids)] = text_ids
    lengths = np.array([len(text_ids) for text_ids in ids])
    mask = (np.arange(longest) < lengths[:, None]).astype(np.float32)
    return torch.from_numpy(padded), torch.from_numpy(mask)


class Batches(Dataset[Batch]):
    """The batches of all steps, made when they are asked for."""

    def __init__(
        self,
        examples: Sequence[Example],
        vectors: Sequence[NDArray[np.float16]],
        batches: Sequence[Integers],
        hidden: int,
    ) -> None:
        """`batches` has the indices of the examples of each step."""
        self._examples, self._vectors, self._batches, self._hidden = examples, vectors, batches, hidden

    def __len__(self) -> int:
        """The number of steps."""
        return len(self._batches)

    def __getitem__(self, step: int) -> Batch:
        """The batch of a step, from 0."""
        members = self._batches[step]
        return collate([self._examples[i] for i in members], [self._vectors[i] for i in members], self._hidden, members)
