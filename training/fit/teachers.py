"""Learn from the mean answer of models that were trained before, beside the labels.

The mean of several models is right more often than each, and one model can learn most of that from their probabilities
(Hinton et al. 2015, Distilling the knowledge in a neural network; Furlanello et al. 2018, Born-again neural networks).
Teachers also answer where nobody looked: for themes that a dataset does not label, and for each clause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import torch
from torch import Tensor
from torch.nn import functional as F
from transformers import PreTrainedModel

from models.bundle import HEADS
from training.fit.batch import Batch
from training.fit.encoder import load_encoder
from training.fit.examples import TrainingSet
from training.fit.heads import POLARITY_WEIGHT, SENTIMENT_WEIGHT, THEME_WEIGHT, SpanHeads
from training.fit.prediction import Prediction, predict
from training.fit.recipe import Recipe


@dataclass(frozen=True)
class Answers:
    """Mean probabilities of the teachers for the spans of a batch; shapes as in `Prediction`."""

    themes: Tensor
    polarities: Tensor
    sentiment: Tensor
    causes: Tensor  # (n, S, causes + 1)


class Answering(Protocol):
    """Who knows what to answer for the spans of a batch."""

    def answers(self, batch: Batch) -> Answers:
        """The answers for the batch, on its device."""


@dataclass(frozen=True)
class Teachers:
    """Trained models that only answer."""

    members: Sequence[tuple[PreTrainedModel, SpanHeads]]

    @classmethod
    def load(cls, checkpoints: Sequence[Path], training_set: TrainingSet, recipe: Recipe, device: torch.device) -> Self:
        """Read checkpoints with their heads; raises `ValueError` if one has other causes than the training set."""
        members = []
        for checkpoint in checkpoints:
            encoder = load_encoder(checkpoint, recipe).to(device).eval()
            heads = SpanHeads(encoder.config.hidden_size, training_set.themes, training_set.causes)
            if not heads.load(checkpoint / HEADS):
                raise ValueError(f"{checkpoint} does not have the {training_set.causes} causes of the training set")
            members.append((encoder, heads.to(device)))
        return cls(members)

    @torch.no_grad()
    def answers(self, batch: Batch) -> Answers:
        """The mean of what all teachers say of a batch."""
        each = [_answers(predict(encoder, heads, batch), heads) for encoder, heads in self.members]
        return Answers(*(torch.stack(parts).mean(0) for parts in zip(*each, strict=True)))


def _answers(prediction: Prediction, heads: SpanHeads) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return (
        prediction.themes.sigmoid(),
        prediction.polarities.softmax(-1),
        prediction.sentiment.softmax(-1),
        heads.cause_logits(prediction.vectors).softmax(-1),
    )


def answers_loss(prediction: Prediction, causes: Tensor, answers: Answers, batch: Batch, cause_weight: float) -> Tensor:
    """Cross-entropy of a prediction, and of its `causes` (n, S, causes + 1), with the teachers' answers.

    The mean over all spans. Losses are weighted as those of the labels; polarities of a theme count as much as the
    theme is probable. Where a person wrote which causes a span names, teachers are not asked for them: clauses that
    they mix up are written for their students.
    """
    is_unnamed = torch.ones_like(batch.is_span)
    texts, spans, _ = batch.cause_spans.unbind(1)
    is_unnamed[texts, spans] = False
    themes = F.binary_cross_entropy_with_logits(prediction.themes, answers.themes, reduction="none").mean(-1)
    polarity = _cross_entropy(prediction.polarities, answers.polarities)
    polarities = (answers.themes * polarity).sum(-1) / answers.themes.sum(-1).clamp_min(0.1)
    losses = (
        THEME_WEIGHT * themes
        + POLARITY_WEIGHT * polarities
        + SENTIMENT_WEIGHT * _cross_entropy(prediction.sentiment, answers.sentiment)
        + cause_weight * _cross_entropy(causes, answers.causes) * is_unnamed
    )
    return (losses * batch.is_span).sum() / batch.is_span.sum()


def _cross_entropy(logits: Tensor, probabilities: Tensor) -> Tensor:
    return -(probabilities * logits.log_softmax(-1)).sum(-1)
