"""Texts of a few classes → a classifier of other texts: logistic regression on frozen vectors, and on words.

The encoder has learnt what customers write, not what the classes of somebody's code frame are. A text is described by
its vector and by the log-probabilities of the core's causes, which say which differences between texts are those
between causes. With few examples that is all that can be learnt. With many, the words themselves tell classes apart
that the vectors do not: a second regression on character n-grams has a say that grows with the number of examples.
Both are combined as products of probabilities (Hinton 2002, Training Products of Experts). `benchmarks/code_frames.py`
measures both, and chose the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline

from models.arrays import Vectors, unit
from saywhy.text import normalise

Probabilities = NDArray[np.float32]

#: The class of texts that are in none of the others.
NO_CLASS = ""

#: Inverse strengths of the regularisation of both regressions, and the weight of the log-probabilities.
_VECTOR_C, _WORD_C, _LOG_WEIGHT = 1.0, 10.0, 0.7
#: Examples of a class with which the words count half as much as the vectors.
_HALF_WEIGHT = 15
#: Added to probabilities before their logarithm.
_MIN_PROBABILITY = 1e-3

#: Thresholds that are tried. Below, a clause would often be about two themes at once.
_THRESHOLDS = np.arange(0.35, 0.76, 0.05)
#: Folds of the cross-validation: every class needs so many examples.
FOLDS = 3


@dataclass(frozen=True, slots=True)
class Texts:
    """n texts, their vectors (n, d) of unit length, and the probabilities (n, causes + 1) that the core gives them."""

    texts: Sequence[str]
    vectors: Vectors
    core: Probabilities

    def take(self, rows: NDArray[np.int64]) -> Texts:
        """Some of them."""
        return Texts([self.texts[row] for row in rows.tolist()], self.vectors[rows], self.core[rows])


@dataclass(frozen=True, slots=True)
class ExampleClassifier:
    """`classes` in the order of the probabilities; a class applies from the probability `threshold` on."""

    classes: tuple[str, ...]
    threshold: float
    _means: tuple[Vectors, Vectors]
    _of_vectors: Any
    _of_words: Any
    _word_weight: float

    @classmethod
    def fit(cls, examples: Texts, labels: Sequence[str], *, seed: int = 0) -> ExampleClassifier:
        """Learn from texts with these classes, at least `FOLDS` of each; those of `NO_CLASS` are the background.

        The threshold is the one with the best F1 on examples that were left out, in a cross-validation whose folds
        `seed` draws.
        """
        known = np.array(labels)
        classifier = cls._fit(examples, known)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        left_out = np.empty((len(known), len(classifier.classes)), np.float32)
        for train, test in folds.split(known, known):
            left_out[test] = cls._fit(examples.take(train), known[train])(examples.take(test))
        return replace(classifier, threshold=_best_threshold(left_out, np.searchsorted(classifier.classes, known)))

    @classmethod
    def _fit(cls, examples: Texts, labels: NDArray[np.str_]) -> ExampleClassifier:
        means = examples.vectors.mean(axis=0), _logs(examples.core).mean(axis=0)
        of_vectors = LogisticRegression(C=_VECTOR_C, max_iter=300, class_weight="balanced").fit(
            _features(examples, means), labels
        )
        of_words = make_pipeline(
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=60_000),
            OneVsRestClassifier(LogisticRegression(C=_WORD_C, solver="liblinear", class_weight="balanced")),
        ).fit([*map(normalise, examples.texts)], labels)
        counts = np.array([np.sum(labels == one) for one in of_vectors.classes_ if one != NO_CLASS])
        weight = float(counts.mean() / (counts.mean() + _HALF_WEIGHT))
        return cls(tuple(of_vectors.classes_.tolist()), 0.5, means, of_vectors, of_words, weight)

    def __call__(self, texts: Texts) -> Probabilities:
        """Probabilities (n, classes); rows sum to 1."""
        logs = self._of_vectors.predict_log_proba(_features(texts, self._means))
        words = self._of_words.predict_proba([*map(normalise, texts.texts)])
        return _normalised(logs + self._word_weight * np.log(words + _MIN_PROBABILITY))

    def of_vectors(self, vectors: Vectors, core: Probabilities) -> Probabilities:
        """Probabilities (n, classes) where the texts are not known."""
        texts = Texts([], vectors, core)
        return _normalised(self._of_vectors.predict_log_proba(_features(texts, self._means)))


def _features(texts: Texts, means: tuple[Vectors, Vectors]) -> Vectors:
    """(n, d + causes + 1): vectors and log-probabilities, both without the means of the examples."""
    centred, logs = unit(texts.vectors - means[0]), unit(_logs(texts.core) - means[1])
    return np.concatenate([centred, np.float32(_LOG_WEIGHT) * logs], axis=1)


def _logs(probabilities: Probabilities) -> Probabilities:
    return np.asarray(np.log(probabilities + np.float32(_MIN_PROBABILITY)), np.float32)


def _normalised(logs: NDArray[np.float64]) -> Probabilities:
    exponents = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True), np.float32)


def _best_threshold(probabilities: Probabilities, known: NDArray[np.int64]) -> float:
    """The threshold with the best micro-F1 of the classes; `known` (n,) are columns. `NO_CLASS` sorts first."""
    best, right = probabilities.argmax(axis=1), probabilities.argmax(axis=1) == known
    confidence, is_class = probabilities.max(axis=1), best != 0
    scores = [
        2
        * np.sum(right & is_class & (confidence >= limit))
        / (np.sum(is_class & (confidence >= limit)) + np.sum(known != 0))
        for limit in _THRESHOLDS
    ]
    return round(float(_THRESHOLDS[int(np.argmax(scores))]), 2)
