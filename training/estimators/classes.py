"""Comments → classes of one's own, by labelled examples of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from models.arrays import Floats, Integers
from pipelines.annotate.example_classifier import FOLDS, NO_CLASS, ExampleClassifier, Texts
from saywhy.feedback import Comment
from training.estimators.base import CommentEstimator, OpenModel, seed_of
from training.estimators.inputs import as_read, read_comments, read_labels


class CommentClassifier(ClassifierMixin, CommentEstimator):
    """The class of each comment, one of those in the labels: themes of your own, departments, anything.

    It is the classifier of code frames: logistic regression on frozen vectors, and on character n-grams, which count
    for more the more examples there are.

    Parameters
    ----------
    model: folder of a model version; None for the one that ships.
    background: the label of comments that are in none of the other classes. A comment is then given another class
        only if that is probable enough; the threshold is learnt. None: every comment is in a class.
    random_state: seed of the folds in which the threshold is learnt.

    Attributes
    ----------
    classes_: the classes (C,), sorted.
    threshold_: the probability from which a class applies, if there is a `background`.
    classifier_: the `ExampleClassifier`.
    model_version_: the version whose vectors were used.
    """

    def __init__(self, model: Path | str | None = None, *, background: Any = None, random_state: Any = 0) -> None:
        self.model = model
        self.background = background
        self.random_state = random_state

    def fit(self, X: Any, y: Any, *, languages: Any = None) -> Self:  # noqa: N803
        """Learn from comments (n,) and the class (n,) of each, at least three comments of every class.

        Raises `ValueError` and `TypeError` for comments and labels that cannot be read.
        """
        comments = as_read(read_comments(X, languages))
        labels = read_labels(y, comments)
        check_classification_targets(labels)
        for label, count in sorted(Counter(labels.tolist()).items(), key=lambda item: item[1]):
            if count < FOLDS:
                raise ValueError(f"the class {label!r:.60} has fewer than {FOLDS} comments: {count}")
        self.classes_ = np.unique(labels)
        if self.background is not None and self.background not in self.classes_:
            raise ValueError(f"no comment has the background {self.background!r:.60}; the labels are: {self.classes_}")
        seed = seed_of(self.random_state)
        names = [self._name(number) for number in np.searchsorted(self.classes_, labels).tolist()]
        self.classifier_ = ExampleClassifier.fit(_described(self._open(), comments), names, seed=seed)
        self.threshold_ = self.classifier_.threshold
        return self

    def predict_proba(self, X: Any, *, languages: Any = None) -> Floats:  # noqa: N803
        """Probabilities (n, C) of `classes_`; rows sum to 1."""
        opened = self._reopen()
        p = self.classifier_(_described(opened, as_read(read_comments(X, languages)))).astype(np.float64)
        order = np.argsort(np.argsort([self._name(number) for number in range(len(self.classes_))]))
        return np.asarray(p[:, order] / p.sum(axis=1, keepdims=True))

    def predict(self, X: Any, *, languages: Any = None) -> NDArray[Any]:  # noqa: N803
        """The class of each comment, (n,)."""
        p = self.predict_proba(X, languages=languages)
        best: Integers = p.argmax(axis=1)
        if self.background is not None:
            best[p.max(axis=1) < self.threshold_] = np.flatnonzero(self.classes_ == self.background)
        return np.asarray(self.classes_[best])

    def _name(self, number: int) -> str:
        """What the `ExampleClassifier` calls the class with this number."""
        is_background = self.background is not None and self.classes_[number] == self.background
        return NO_CLASS if is_background else f"{number:06}"


def _described(opened: OpenModel, comments: Sequence[Comment]) -> Texts:
    texts = [comment.verbatim for comment in comments]
    vectors = opened.annotator.vectors(texts)
    return Texts(texts, vectors, opened.annotator.cause_probabilities(vectors))
