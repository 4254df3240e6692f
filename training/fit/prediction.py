"""What encoder and heads say of the spans of a batch."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F
from transformers import PreTrainedModel

from training.fit.batch import Batch
from training.fit.device import autocast
from training.fit.heads import SpanHeads


@dataclass(frozen=True)
class Prediction:
    """Logits of n texts with S spans each, for T themes; and the spans' vectors, of unit length."""

    themes: Tensor  # (n, S, T)
    polarities: Tensor  # (n, S, T, 3)
    sentiment: Tensor  # (n, S, 4)
    vectors: Tensor  # (n, S, hidden)


def predict(encoder: PreTrainedModel, heads: SpanHeads, batch: Batch) -> Prediction:
    """The prediction for a batch, in float32; the encoder's products are in bfloat16 where the hardware has it."""
    with autocast(encoder.device):
        states = encoder(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state
    states = states.float()
    # The heads pool over words alone: states of prefix and special tokens carry the whole text, and a clause must be
    # classified by its own words.
    themes, polarities, sentiment = heads(states, batch.word_spans)
    return Prediction(themes, polarities, sentiment, F.normalize(batch.spans @ states, dim=-1, eps=1e-6))
