"""Classifiers that fit the heads of the model further, as `saywhy retrain` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sklearn.base import ClassifierMixin

from models.annotator import Annotator
from models.arrays import Tensors
from models.decoding import SpanProbabilities
from saywhy.errors import InvalidInput
from saywhy.feedback import Comment
from saywhy.label import LabelledComment
from training.estimators.base import CommentEstimator
from training.estimators.inputs import as_read, read_comments
from training.retrain.new_heads import Evidence, fit_heads
from training.retrain.options import RetrainOptions
from training.retrain.spans import read_spans, targets_of

#: The options of `saywhy retrain`.
DEFAULTS = RetrainOptions()


class HeadsClassifier(ClassifierMixin, CommentEstimator):
    """The part that is common to sentiment and themes. The heads of the model are where the fit starts."""

    pull: float
    anchor: float
    heads_: Tensors

    def _fit_heads(self, labelled: Sequence[LabelledComment]) -> None:
        """Fit the heads to labels of texts as they were read. Raises `ValueError` for options that are none."""
        try:
            options = RetrainOptions(pull=self.pull, anchor=self.anchor)
        except InvalidInput as error:
            raise ValueError(str(error)) from None
        opened = self._open()
        bundle = opened.bundle
        spans = read_spans(opened.annotator, bundle, [Comment(one.text, one.language) for one in labelled])
        causes = [cause.id for cause in bundle.code_frame.causes]
        targets = targets_of(spans, labelled, bundle, causes, bundle.cause_head)
        tensors = fit_heads(bundle, Evidence(spans, targets, opened.anchors), bundle.cause_head, 0, options)
        self.heads_ = {name: tensors[name] for name in ("weight", "bias")}

    def _probabilities(self, X: Any, languages: Any) -> tuple[Annotator, list[SpanProbabilities]]:  # noqa: N803
        """The annotator with the fitted heads, and what it decides from."""
        opened = self._reopen()
        bundle = replace(opened.bundle, heads=opened.bundle.heads | self.heads_)
        annotator = Annotator(bundle, encoder=opened.annotator.encoder)
        return annotator, annotator.probabilities(as_read(read_comments(X, languages)))
