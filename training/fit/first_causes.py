"""First values for the map of the causes, so that fine-tuning begins with a classifier instead of noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from models.bundle import ENCODER, TOKENIZER
from models.causes import LOGIT_SCALE
from models.encoder import Encoder
from training.data.rows import Row
from training.fit.base_vectors import encode
from training.fit.heads import SpanHeads

#: Share of the identity in the covariance: close to that of many, small classes chosen by cross-validation.
_SHRINKAGE = 0.1


def set_causes(heads: SpanHeads, rows: Sequence[Row], causes: Sequence[str], folder: Path) -> None:
    """Set the map of the causes to the linear discriminant of the rows' vectors, all causes equally probable.

    `folder` holds the graph of the encoder and its tokenizer. `causes` are all classes, in order; each has a row.
    """
    encoder = Encoder(folder / ENCODER, folder / TOKENIZER)
    classifier = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=_SHRINKAGE, priors=[1 / len(causes)] * len(causes))
    index = {cause: number for number, cause in enumerate(causes)}
    classifier.fit(encode(encoder, [row.text for row in rows]), [index[row.cause or ""] for row in rows])
    with torch.no_grad():
        heads.causes.weight.copy_(torch.from_numpy(classifier.coef_) / LOGIT_SCALE)
        heads.causes.bias.copy_(torch.from_numpy(classifier.intercept_))
