"""One training step: the loss of a batch of examples, and the update of the parameters."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F
from transformers import PreTrainedModel

from training.fit.batch import Batch
from training.fit.checkpoint import TrainingState
from training.fit.heads import SpanHeads, loss
from training.fit.prediction import predict
from training.fit.recipe import Recipe
from training.fit.teachers import Answering, answers_loss

_MAX_GRADIENT_NORM = 1.0
#: Label smoothing of the causes: neighbouring causes share clauses that readers also disagree about.
_CAUSE_SMOOTHING = 0.05
#: Logit of a theme in a span that does not exist.
_ABSENT = -30.0


def train_step(state: TrainingState, batch: Batch, recipe: Recipe, teachers: Answering | None = None) -> Tensor:
    """Update the parameters on one batch; its loss, on the device (reading it would wait for the device)."""
    total = batch_loss(state.encoder, state.heads, batch.to(state.encoder.device), recipe, teachers)
    total.backward()
    nn.utils.clip_grad_norm_(state.parameters, _MAX_GRADIENT_NORM)
    state.optimiser.step()
    state.schedule.step()
    state.optimiser.zero_grad(set_to_none=True)
    return total.detach()


def batch_loss(
    encoder: PreTrainedModel, heads: SpanHeads, batch: Batch, recipe: Recipe, teachers: Answering | None = None
) -> Tensor:
    """Weighted sum of the losses of whole texts, of their clauses, of labelled clauses, of causes and of vectors; and
    of the difference to the teachers' answers."""
    prediction = predict(encoder, heads, batch)
    themes, polarities, sentiment = prediction.themes, prediction.polarities, prediction.sentiment
    total = loss(themes[:, 0], polarities[:, 0], sentiment[:, 0], batch.targets, recipe.smoothing)
    if batch.is_span.shape[1] > 1:
        clause_themes, clause_polarities = _best_clause_logits(themes, polarities, batch.is_span)
        clause_loss = loss(clause_themes, clause_polarities, sentiment[:, 0], batch.targets, recipe.smoothing)
        total = total + recipe.clause_weight * clause_loss
    if len(batch.labelled_spans):
        index = batch.labelled_spans.unbind(1)
        part_loss = loss(themes[index], polarities[index], sentiment[index], batch.span_targets, recipe.smoothing)
        total = total + recipe.part_weight * part_loss
    causes = heads.cause_logits(prediction.vectors)
    if len(batch.cause_spans):
        total = total + recipe.cause_weight * _cause_loss(causes, batch)
    if teachers:
        answers = teachers.answers(batch)
        total = total + recipe.teacher_weight * answers_loss(prediction, causes, answers, batch, recipe.cause_weight)
    return total + recipe.vector_weight * _vector_loss(prediction.vectors, batch)


def _best_clause_logits(themes: Tensor, polarities: Tensor, is_span: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (n, T) and (n, T, 3) of the clauses that a theme fits best, by a softmax over the spans.

    If the whole text has a theme, some clause has it, with that polarity. Texts of one clause keep the whole's logits.
    """
    is_candidate = is_span.clone()
    is_candidate[:, 0] = ~is_span[:, 1:].any(1)
    candidates = themes.masked_fill(~is_candidate[..., None], _ABSENT)
    weights = candidates.softmax(1)
    return (weights * candidates).sum(1), (weights[..., None] * polarities).sum(1)


def _cause_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy of the causes, mean over the spans whose causes are known. `logits` are (n, S, causes + 1)."""
    texts, spans, causes = batch.cause_spans.unbind(1)
    losses = F.cross_entropy(logits[texts, spans], causes, label_smoothing=_CAUSE_SMOOTHING, reduction="none")
    return losses @ batch.cause_shares / batch.cause_shares.sum()


def _vector_loss(vectors: Tensor, batch: Batch) -> Tensor:
    """Mean of 1 - cosine between the vector of each span and its target vector; 0 without targets."""
    distances = 1 - (vectors * batch.target_vectors).sum(-1)
    has_target = batch.target_vectors.any(-1)
    return (distances * has_target).sum() / has_target.sum().clamp_min(1)
