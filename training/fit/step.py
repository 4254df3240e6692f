"""One training step: the loss of a batch of examples, and the update of the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertModel

from training.fit.checkpoint import TrainingState
from training.fit.examples import PREFIX_TOKENS, Example
from training.fit.heads import SpanHeads, loss, stack
from training.fit.plan import padded_length
from training.fit.recipe import Recipe

_PAD_ID = 1
_MAX_GRADIENT_NORM = 1.0
#: Label smoothing of the causes: neighbouring causes share clauses that readers also disagree about.
_CAUSE_SMOOTHING = 0.05
#: Logit of a theme in a span that does not exist.
_ABSENT = -30.0


@dataclass(frozen=True)
class _Batch:
    """n examples as tensors. S spans each: span 0 is the whole text, the others are its clauses."""

    ids: Tensor  # (n, tokens)
    mask: Tensor  # (n, tokens): 1 for tokens, 0 for padding
    spans: Tensor  # (n, S, tokens): 1 for tokens of the span; the whole text includes prefix and special tokens
    word_spans: Tensor  # the same without prefix and special tokens
    is_span: Tensor  # (n, S) bool: whether the example has that span
    target_vectors: Tensor  # (n, S, hidden): unit vectors of the base encoder, 0 where there is none


def train_step(
    state: TrainingState, examples: Sequence[Example], vectors: Sequence[NDArray[np.float16]], recipe: Recipe
) -> float:
    """Update the parameters on one batch; its loss. `vectors[i]` (spans, hidden): see `Example.vector_texts`."""
    total = batch_loss(state.encoder, state.heads, examples, vectors, recipe)
    total.backward()
    nn.utils.clip_grad_norm_(state.parameters, _MAX_GRADIENT_NORM)
    state.optimiser.step()
    state.schedule.step()
    state.optimiser.zero_grad(set_to_none=True)
    return float(total.detach())


def batch_loss(
    encoder: BertModel,
    heads: SpanHeads,
    examples: Sequence[Example],
    vectors: Sequence[NDArray[np.float16]],
    recipe: Recipe,
) -> Tensor:
    """Weighted sum of the losses of whole texts, of their clauses, of labelled clauses, of causes and of vectors."""
    batch = _tensors(examples, vectors, encoder.config.hidden_size)
    with torch.autocast("cpu", torch.bfloat16, enabled=_has_bfloat16()):
        states = encoder(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state
    states = states.float()
    # The heads pool over words alone: states of prefix and special tokens carry the whole text, and a clause must be
    # classified by its own words.
    themes, polarities, sentiment = heads(states, batch.word_spans)
    targets = stack([example.targets for example in examples])
    total = loss(themes[:, 0], polarities[:, 0], sentiment[:, 0], targets, recipe.smoothing)
    if batch.is_span.shape[1] > 1:
        clause_themes, clause_polarities = _best_clause_logits(themes, polarities, batch.is_span)
        clause_loss = loss(clause_themes, clause_polarities, sentiment[:, 0], targets, recipe.smoothing)
        total = total + recipe.clause_weight * clause_loss
    labelled = [(i, span) for i, example in enumerate(examples) for span in range(1, 1 + len(example.clause_targets))]
    if labelled:
        index = torch.tensor(labelled).unbind(1)
        clause_targets = stack([target for example in examples for target in example.clause_targets])
        part_loss = loss(themes[index], polarities[index], sentiment[index], clause_targets, recipe.smoothing)
        total = total + recipe.part_weight * part_loss
    vectors_of_spans = F.normalize(batch.spans @ states, dim=-1, eps=1e-6)
    total = total + recipe.cause_weight * _cause_loss(heads, vectors_of_spans, examples)
    return total + recipe.vector_weight * _vector_loss(vectors_of_spans, batch)


def pad(ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Padded ids (n, longest) and attention mask (n, longest), 1.0 for tokens."""
    longest = int(padded_length(np.array([len(text_ids) for text_ids in ids])).max())
    padded = torch.full((len(ids), longest), _PAD_ID)
    for i, text_ids in enumerate(ids):
        padded[i, : len(text_ids)] = torch.tensor(text_ids)
    lengths = torch.tensor([len(text_ids) for text_ids in ids])
    return padded, (torch.arange(longest)[None] < lengths[:, None]).float()


def _tensors(examples: Sequence[Example], vectors: Sequence[NDArray[np.float16]], hidden: int) -> _Batch:
    ids, mask = pad([example.ids for example in examples])
    span_count = 1 + max(len(example.clauses) for example in examples)
    spans = torch.zeros(len(examples), span_count, ids.shape[1])
    spans[:, 0] = mask
    words = mask.clone()
    words[:, :PREFIX_TOKENS] = 0
    is_span = torch.zeros(len(examples), span_count, dtype=torch.bool)
    is_span[:, 0] = True
    target_vectors = torch.zeros(len(examples), span_count, hidden)
    for i, example in enumerate(examples):
        words[i, len(example.ids) - 1] = 0
        for span, (start, end) in enumerate(example.clauses, 1):
            spans[i, span, start:end] = 1
            is_span[i, span] = True
        target_vectors[i, : len(vectors[i])] = torch.from_numpy(vectors[i].astype(np.float32))
    word_spans = torch.cat([words[:, None], spans[:, 1:]], dim=1)
    return _Batch(ids, mask, spans, word_spans, is_span, target_vectors)


def _best_clause_logits(themes: Tensor, polarities: Tensor, is_span: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (n, T) and (n, T, 3) of the clauses that a theme fits best, by a softmax over the spans.

    If the whole text has a theme, some clause has it, with that polarity. Texts of one clause keep the whole's logits.
    """
    candidates = themes.masked_fill(~is_span[..., None], _ABSENT)
    has_clauses = is_span[:, 1:].any(1)[:, None]
    candidates[:, 0] = torch.where(has_clauses, torch.tensor(_ABSENT), candidates[:, 0])
    weights = candidates.softmax(1)
    return (weights * candidates).sum(1), (weights[..., None] * polarities).sum(1)


def _cause_loss(heads: SpanHeads, vectors: Tensor, examples: Sequence[Example]) -> Tensor:
    """Cross-entropy of the causes, mean over the spans whose cause is known; 0 if there are none.

    `vectors` (n, S, hidden) are those of the spans, of unit length.
    """
    known = [
        (i, span, targets.cause)
        for i, example in enumerate(examples)
        for span, targets in enumerate([example.targets, *example.clause_targets])
        if targets.cause >= 0
    ]
    if not known:
        return vectors.new_zeros(())
    texts, spans, causes = torch.tensor(known).unbind(1)
    return F.cross_entropy(heads.cause_logits(vectors[texts, spans]), causes, label_smoothing=_CAUSE_SMOOTHING)


def _vector_loss(vectors: Tensor, batch: _Batch) -> Tensor:
    """Mean of 1 - cosine between the vector of each span and its target vector; 0 without targets."""
    distances = 1 - (vectors * batch.target_vectors).sum(-1)
    has_target = batch.target_vectors.any(-1)
    return distances[has_target].sum() / has_target.sum().clamp_min(1)


def _has_bfloat16() -> bool:
    """Whether the processor has instructions for bfloat16; without them it is ten times slower than float32."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()) and torch.cpu._is_amx_tile_supported()
