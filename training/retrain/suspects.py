"""Labels that are probably wrong: the champion, and heads that have not seen the label, are sure of another.

A correction contradicts the champion, as it should; heads that learnt from the other corrections agree with it where
it follows a rule. What contradicts both is seldom a rule (after Northcutt et al. 2021, Confident Learning).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats, Integers, Tensors
from models.bundle import Bundle
from models.causes import CAUSE_BIAS, CAUSE_WEIGHT, LOGIT_SCALE, NO_CAUSE
from models.decoding import SENTIMENTS
from saywhy.label import LabelledComment
from training.retrain.new_heads import Evidence

_FOLDS = 4
#: Probability of another label from which an answer is sure, and that of the label which it then has at most.
_SURE, _UNLIKELY = 0.6, 0.15


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that looks wrong, and what both versions say instead."""

    text: str
    kind: str
    label: str
    instead: str


def find_suspects(
    bundle: Bundle,
    evidence: Evidence,
    comments: Sequence[LabelledComment],
    causes: Sequence[str],
    champion: Tensors,
    fit: Callable[[Evidence], Tensors],
) -> tuple[list[Suspect], int]:
    """The suspects, and how many labels were looked at: sentiments, and causes of clauses that name one.

    `fit` gives the tensors of heads that are fitted to evidence; `causes` are the ids of the classes but the last.
    """
    fold = np.array([hashlib.sha256(comment.text.encode("utf-8", "replace")).digest()[0] for comment in comments])
    fold %= _FOLDS
    suspects: list[Suspect] = []
    judged = 0
    for number in range(_FOLDS):
        if not (fold == number).any() or not (fold != number).any():
            continue
        unseen = evidence.of(fold == number)
        heads = fit(evidence.of(fold != number))
        for kind, names, of in (
            ("sentiment", SENTIMENTS, _sentiments),
            ("causes", (*causes, NO_CAUSE), _causes),
        ):
            targets, before, rows = of(bundle, unseen, champion)
            after = of(bundle, unseen, heads)[1]
            for target, one, other, row in zip(targets, before, after, rows.tolist(), strict=True):
                label, instead = int(target.argmax()), int(other.argmax())
                judged += 1
                is_sure = min(one[instead], other[instead]) >= _SURE and max(one[label], other[label]) <= _UNLIKELY
                if label != instead and is_sure:
                    text = comments[int(unseen.spans.comment[row])].text
                    suspects.append(Suspect(text, kind, str(names[label]), str(names[instead])))
    return suspects, judged


def _sentiments(bundle: Bundle, evidence: Evidence, heads: Tensors) -> tuple[Floats, Floats, Integers]:
    """Targets (n, 4), probabilities (n, 4) and rows (n,) of the comments whose sentiment is labelled."""
    rows = np.flatnonzero(~np.isnan(evidence.targets.sentiment[:, 0]))
    pooled = evidence.spans.pooled[rows, len(bundle.code_frame.ids)].astype(np.float32)
    return evidence.targets.sentiment[rows], _softmax(pooled @ heads["weight"][:, -4:] + heads["bias"][-4:]), rows


def _causes(_: Bundle, evidence: Evidence, heads: Tensors) -> tuple[Floats, Floats, Integers]:
    """The same of the clauses that name one cause."""
    targets = evidence.targets.causes
    rows = np.flatnonzero((np.nan_to_num(targets[:, :-1]) == 1).any(axis=1))
    logits = LOGIT_SCALE * (evidence.spans.vectors[rows] @ heads[CAUSE_WEIGHT]) + heads[CAUSE_BIAS]
    return targets[rows], _softmax(logits), rows


def _softmax(logits: NDArray[np.floating]) -> Floats:
    return np.asarray(np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)), np.float64)
