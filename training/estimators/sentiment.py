"""Comments → sentiment, by the head of the model, fitted further to labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.decoding import SENTIMENTS
from saywhy.annotation import Polarity
from saywhy.label import LabelledComment
from training.estimators.heads import DEFAULTS, HeadsClassifier
from training.estimators.inputs import as_read, read_comments, read_labels

_NAMES = np.array([sentiment.value for sentiment in SENTIMENTS])


class SentimentClassifier(HeadsClassifier):
    """The sentiment of comments: negative, neutral, positive or mixed.

    The model knows sentiments already, so a few labels are enough to teach it what is different in your comments.

    Parameters
    ----------
    model: folder of a model version; None for the one that ships.
    pull: how strongly the weights are held near those of the model; less for many labels.
    anchor: weight of each text that must be answered as before, beside a label.

    Attributes
    ----------
    classes_: the sentiments (C,) that occur in the labels, sorted.
    heads_: the tensors of the fitted heads, as in `models.heads`.
    model_version_: the version that was fitted.
    """

    def __init__(
        self,
        model: Path | str | None = None,
        *,
        pull: float = DEFAULTS.pull,
        anchor: float = DEFAULTS.anchor,
    ) -> None:
        self.model = model
        self.pull = pull
        self.anchor = anchor

    def fit(self, X: Any, y: Any, *, languages: Any = None) -> Self:  # noqa: N803
        """Learn from comments (n,) and their sentiments (n,). `languages` (n,) are hints such as `de`.

        Raises `ValueError` and `TypeError` for comments and labels that cannot be read.
        """
        comments = as_read(read_comments(X, languages))
        labels = read_labels(y, comments)
        for position, label in enumerate(labels.tolist()):
            if label not in _NAMES:
                raise ValueError(f"label {position} is {label!r:.60}; sentiments are: {', '.join(_NAMES)}")
        self._fit_heads(
            [
                LabelledComment(comment.verbatim, comment.language, sentiment=Polarity(label))
                for comment, label in zip(comments, labels.tolist(), strict=True)
            ]
        )
        self.classes_ = np.unique(labels)
        return self

    def predict_proba(self, X: Any, *, languages: Any = None) -> Floats:  # noqa: N803
        """Probabilities (n, C) of the sentiments in `classes_`; rows sum to 1."""
        _, probabilities = self._probabilities(X, languages)
        columns = [_NAMES.tolist().index(name) for name in self.classes_.tolist()]
        known = np.stack([each.sentiment for each in probabilities]).astype(np.float64)[:, columns]
        return np.asarray(known / known.sum(axis=1, keepdims=True))

    def predict(self, X: Any, *, languages: Any = None) -> NDArray[np.str_]:  # noqa: N803
        """The most probable sentiment of each comment, (n,)."""
        best = self.predict_proba(X, languages=languages).argmax(axis=1)
        return np.asarray(self.classes_[best])
