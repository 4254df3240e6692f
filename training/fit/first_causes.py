"""First values for the map of the causes, so that fine-tuning begins with a classifier instead of noise."""

from __future__ import annotations

import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from transformers import PreTrainedModel

from models.causes import LOGIT_SCALE
from training.fit.base_vectors import encode
from training.fit.examples import TrainingSet
from training.fit.heads import SpanHeads

#: Share of the identity in the covariance: close to that of many, small classes chosen by cross-validation.
_SHRINKAGE = 0.1


def set_causes(heads: SpanHeads, encoder: PreTrainedModel, training_set: TrainingSet) -> None:
    """Set the map of the causes to the linear discriminant of the vectors of the library's clauses.

    All causes are equally probable; each has a clause, and so has "no cause".
    """
    classes = training_set.causes + 1
    classifier = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=_SHRINKAGE, priors=[1 / classes] * classes)
    classifier.fit(encode(encoder, training_set.library_ids), training_set.library_causes)
    with torch.no_grad():
        heads.causes.weight.copy_(torch.from_numpy(classifier.coef_) / LOGIT_SCALE)
        heads.causes.bias.copy_(torch.from_numpy(classifier.intercept_))
