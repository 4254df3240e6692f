"""The heads of a candidate: those that serve, fitted to labels; and the causes that the candidate knows besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats, Tensors, Vectors, unit
from models.bundle import Bundle
from models.causes import CAUSE_BIAS, CAUSE_WEIGHT, LOGIT_SCALE, CauseHead
from training.retrain.fit import Linear, binary_loss, fit, softmax_loss
from training.retrain.options import RetrainOptions
from training.retrain.spans import Spans, Targets


@dataclass(frozen=True, slots=True)
class Evidence:
    """The spans of labelled comments with their targets, and spans that must be answered as before."""

    spans: Spans
    targets: Targets
    anchors: Spans

    def of(self, comments: NDArray[np.bool_]) -> Evidence:
        """The evidence of some of the comments (comments,) alone."""
        rows = comments[self.spans.comment]
        spans, targets = self.spans, self.targets
        return Evidence(
            Spans(
                spans.comment[rows],
                spans.is_whole[rows],
                spans.is_clause[rows],
                spans.pooled[rows],
                spans.vectors[rows],
                tuple(position for position, is_in in zip(spans.positions, rows, strict=True) if is_in),
            ),
            Targets(
                targets.themes[rows],
                targets.polarities[rows],
                targets.sentiment[rows],
                targets.causes[rows],
                targets.among[rows],
            ),
            self.anchors,
        )


def without_shared_part(head: CauseHead) -> CauseHead:
    """The head without what all classes share: it changes no probability, but may be far longer than what differs."""
    return CauseHead(head.weight - head.weight.mean(axis=1, keepdims=True), head.bias - head.bias.mean())


def with_new_causes(head: CauseHead, spans: Spans, targets_of_new: Sequence[Vectors]) -> CauseHead:
    """The head with further causes before "no cause", each near the mean of its examples (k, d).

    The new weights have the mean length of the others, so there must be no part in these that all classes share
    (`without_shared_part`).
    """
    if not targets_of_new:
        return head
    mean = spans.vectors.mean(axis=0)
    length = np.linalg.norm(head.weight[:, :-1], axis=0).mean()
    columns = [length * unit(examples.mean(axis=0) - mean) for examples in targets_of_new]
    # Its logits are centred where the means of the other causes are, so that it starts among them.
    own = np.stack(columns, axis=1).astype(np.float32)
    level = (LOGIT_SCALE * (mean @ head.weight[:, :-1]) + head.bias[:-1]).mean()
    bias = np.asarray(level - LOGIT_SCALE * (mean @ own), np.float32)
    return CauseHead(
        np.concatenate([head.weight[:, :-1], own, head.weight[:, -1:]], axis=1),
        np.concatenate([head.bias[:-1], bias, head.bias[-1:]]),
    )


def fit_heads(
    bundle: Bundle,
    evidence: Evidence,
    start: CauseHead,
    new: int,
    options: RetrainOptions,
    *,
    with_themes: bool = True,
) -> Tensors:
    """The tensors of the heads, fitted to the evidence. `start` has `new` causes that the bundle does not have.

    `with_themes` of False leaves the heads of themes and polarities as they are, which takes a third of the time.
    """
    k = len(bundle.code_frame.ids)
    weight, bias = bundle.heads["weight"].astype(np.float64), bundle.heads["bias"].astype(np.float64)
    spans, targets, anchors = evidence.spans, evidence.targets, evidence.anchors
    pull = np.array([options.pull])
    for theme in range(k) if with_themes else ():
        column = [k + 1 + theme]
        known = ~np.isnan(targets.themes[:, theme])
        if known.any():
            old = Linear(weight[:, column], bias[column])
            x = np.concatenate([spans.pooled[known, theme], anchors.pooled[:, theme]])
            y = np.concatenate([targets.themes[known, theme, None], _sigmoid(old(anchors.pooled[:, theme]))])
            weights = _weights(known, anchors, options)[:, None]
            new_map = fit(x, binary_loss(y, weights), old, pull)
            weight[:, column], bias[column] = new_map.weight, new_map.bias
        columns = list(range(2 * k + 1 + 3 * theme, 2 * k + 4 + 3 * theme))
        known = ~np.isnan(targets.polarities[:, theme, 0])
        _fit_softmax(weight, bias, columns, spans.pooled[:, theme], targets.polarities[:, theme], known,
                     anchors.pooled[:, theme], options)  # fmt: skip
    columns = list(range(len(bias) - 4, len(bias)))
    known = ~np.isnan(targets.sentiment[:, 0])
    wholes = anchors.pooled[anchors.is_whole, k]
    _fit_softmax(weight, bias, columns, spans.pooled[:, k], targets.sentiment, known, wholes, options)
    causes = _fit_causes(evidence, start, new, options)
    return dict(bundle.heads) | {
        "weight": weight.astype(np.float32),
        "bias": bias.astype(np.float32),
        CAUSE_WEIGHT: causes.weight,
        CAUSE_BIAS: causes.bias,
    }


def _fit_softmax(
    weight: Floats,
    bias: Floats,
    columns: list[int],
    pooled: NDArray[np.float16],
    targets: Floats,
    known: NDArray[np.bool_],
    anchored: NDArray[np.float16],
    options: RetrainOptions,
) -> None:
    """Fit some columns of the heads in place, if there are labels."""
    if not known.any():
        return
    old = Linear(weight[:, columns], bias[columns])
    y = np.concatenate([targets[known], _softmax(old(anchored))])
    weights = np.concatenate([np.ones(known.sum()), np.full(len(anchored), options.anchor)])
    pull = np.full(len(columns), options.pull)
    new = fit(np.concatenate([pooled[known], anchored]), softmax_loss(y, weights), old, pull)
    weight[:, columns], bias[columns] = new.weight, new.bias


def _fit_causes(evidence: Evidence, start: CauseHead, new: int, options: RetrainOptions) -> CauseHead:
    spans, targets, anchors = evidence.spans, evidence.targets, evidence.anchors
    is_target = ~np.isnan(targets.causes[:, 0])
    known = is_target | targets.among.any(axis=1)
    if not known.any():
        return start
    old = Linear(start.weight.astype(np.float64), start.bias.astype(np.float64))
    anchored = LOGIT_SCALE * anchors.vectors[anchors.is_clause]
    kept = old(anchored)
    kept[:, -1 - new : -1] = -np.inf  # what a new cause is, the version that serves cannot say
    y = np.concatenate([np.nan_to_num(targets.causes[known]), _softmax(kept)])
    among = np.concatenate(
        [targets.among[known] & ~is_target[known, None], np.zeros((len(anchored), y.shape[1]), bool)]
    )
    weights = np.concatenate([np.ones(known.sum()), np.full(len(anchored), options.anchor)])
    pull = np.full(y.shape[1], options.pull_of_causes)
    pull[len(pull) - 1 - new : -1] = options.pull_of_new
    features = np.concatenate([LOGIT_SCALE * spans.vectors[known], anchored])
    fitted = fit(features, softmax_loss(y, weights, among), old, pull)
    return CauseHead(fitted.weight.astype(np.float32), fitted.bias.astype(np.float32))


def _weights(known: NDArray[np.bool_], anchors: Spans, options: RetrainOptions) -> Floats:
    return np.concatenate([np.ones(known.sum()), np.full(len(anchors.comment), options.anchor)])


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)))


def _softmax(logits: Floats) -> Floats:
    return np.asarray(np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)))
