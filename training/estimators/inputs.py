"""Checks of comments, languages, labels and scores: what is wrong is said with its position, counted from 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.clean.comments import clean
from pipelines.clean.read_text import read
from saywhy.feedback import Comment

#: The score of a response that has none.
NO_SCORE = -1


def read_comments(comments: Any, languages: Any = None) -> list[Comment]:
    """The comments (n,) with their languages, which are detected; `languages` (n,) are hints, None where unknown.

    Raises `TypeError` for what is no list of texts, and `ValueError` if there is none, or one is missing.
    """
    texts = _listed(comments, "comments")
    if not texts:
        raise ValueError("there are no comments: 0 samples, and at least 1 is needed")
    for position, text in enumerate(texts):
        if isinstance(text, str):
            continue
        if is_missing(text):
            raise ValueError(f"comment {position} is missing ({text}): drop it, or put an empty text in its place")
        raise TypeError(f"comment {position} is no text but {type(text).__name__}: {text!r:.60}")
    hints: list[str | None] = [None] * len(texts)
    if languages is not None:
        hints = [None if is_missing(language) else str(language) for language in _listed(languages, "languages")]
        same_length(texts, hints, "languages")
    return clean([Comment(str(text), hint) for text, hint in zip(texts, hints, strict=True)])


def as_read(comments: Sequence[Comment]) -> list[Comment]:
    """The comments without what customers did not write, which annotations leave out too."""
    return [replace(comment, verbatim=read(comment.verbatim).text) for comment in comments]


def read_labels(labels: Any, comments: Sequence[Comment]) -> NDArray[Any]:
    """The labels (n,) of the comments. Raises `ValueError` if one is missing, or they are all the same."""
    if labels is None:
        raise ValueError("labels are needed: y is None, and this estimator requires y to be passed")
    listed = _listed(labels, "labels")
    same_length(comments, listed, "labels")
    for position, label in enumerate(listed):
        if is_missing(label):
            raise ValueError(f"label {position} is missing ({label}): leave its comment out")
    array = np.asarray(listed)
    if array.ndim != 1:
        raise ValueError(f"one label for each comment is expected, found the shape {array.shape}")
    if len(set(listed)) < 2:
        raise ValueError(f"all labels are of one class, {listed[0]!r:.60}: a classifier needs two or more")
    return array


def read_scores(scores: Any, comments: Sequence[Comment]) -> NDArray[np.int8]:
    """Scores (n,) of 0 to 10, `NO_SCORE` where there is none. Raises `ValueError` for other numbers."""
    listed = _listed(scores, "scores")
    same_length(comments, listed, "scores")
    values = np.full(len(listed), NO_SCORE, np.int8)
    for position, score in enumerate(listed):
        if is_missing(score):
            continue
        try:
            number = float(score)
        except (TypeError, ValueError):
            number = float("nan")
        if not (0 <= number <= 10 and number == int(number)):
            raise ValueError(f"score {position} is {score!r:.60}: whole numbers from 0 to 10 are expected")
        values[position] = int(number)
    return values


def same_length(comments: Sequence[Any], others: Sequence[Any], name: str) -> None:
    """Raises `ValueError` if there are not as many of the others as comments."""
    if len(comments) != len(others):
        raise ValueError(f"there are {len(comments)} comments but {len(others)} {name}: inconsistent numbers")


def is_missing(value: Any) -> bool:
    """Whether it stands for no value: None, NaN, NaT or NA."""
    return value is None or type(value).__name__ == "NAType" or bool(np.isscalar(value) and value != value)


def _listed(values: Any, name: str) -> list[Any]:
    if hasattr(values, "__array__") and not hasattr(values, "__len__"):
        values = np.asarray(values)
    if isinstance(values, (str, bytes, Mapping)) or not hasattr(values, "__len__") or not hasattr(values, "__iter__"):
        raise TypeError(f"a list of {name} is expected, found {type(values).__name__}")
    shape = getattr(values, "shape", None)
    if shape is not None and len(shape) != 1:
        raise ValueError(f"{name} must have one dimension, found the shape {shape}: choose one column")
    return list(values)
