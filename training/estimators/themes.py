"""Comments → themes of the core code frame, by the heads of the model, fitted further to labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats, Integers
from saywhy.feedback import Comment
from saywhy.label import LabelledComment
from training.estimators.heads import DEFAULTS, HeadsClassifier
from training.estimators.inputs import as_read, read_comments, same_length


class ThemeClassifier(HeadsClassifier):
    """The themes of comments in the core code frame; a comment may have several, or none.

    For themes of your own there is `CommentClassifier`.

    Parameters
    ----------
    model: folder of a model version; None for the one that ships.
    pull: how strongly the weights are held near those of the model; less for many labels.
    anchor: weight of each text that must be answered as before, beside a label.

    Attributes
    ----------
    classes_: the ids of the themes (T,), in the order of the code frame.
    thresholds_: the probabilities (T,) from which a theme applies: those of the model.
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

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = False
        return tags

    def fit(self, X: Any, y: Any, *, languages: Any = None) -> Self:  # noqa: N803
        """Learn from comments (n,) and their themes: a matrix (n, T) of 0 and 1 with a column for each of `classes_`,
        or a list of ids for each comment. All themes that a comment names count, so that what is left out is absent.

        Raises `ValueError` and `TypeError` for comments and labels that cannot be read.
        """
        comments = as_read(read_comments(X, languages))
        themes = self._open().bundle.code_frame.ids
        named = _named(y, comments, themes)
        self._fit_heads(
            [
                LabelledComment(comment.verbatim, comment.language, themes=tuple((theme, None) for theme in of_comment))
                for comment, of_comment in zip(comments, named, strict=True)
            ]
        )
        self.classes_ = np.array(themes)
        self.thresholds_ = self._open().annotator.thresholds
        return self

    def predict_proba(self, X: Any, *, languages: Any = None) -> Floats:  # noqa: N803
        """The probability (n, T) of each theme, independent of the others: that of the comment or of a clause of it."""
        _, probabilities = self._probabilities(X, languages)
        return np.stack([each.themes.max(axis=0) for each in probabilities]).astype(np.float64)

    def predict(self, X: Any, *, languages: Any = None) -> Integers:  # noqa: N803
        """Which themes each comment has: 0 and 1, (n, T)."""
        probable = self.predict_proba(X, languages=languages) >= self.thresholds_
        return probable.astype(np.int64)


def _named(y: Any, comments: Sequence[Comment], themes: Sequence[str]) -> list[list[str]]:
    """The ids of the themes of each comment. Raises `ValueError`."""
    if y is None:
        raise ValueError("labels are needed: y is None, and this estimator requires y to be passed")
    same_length(comments, y, "labels")
    known = f"there are: {', '.join(themes)}"
    if _is_matrix(y):
        matrix: NDArray[Any] = np.asarray(y)
        if matrix.shape[1] != len(themes):
            raise ValueError(
                f"labels have {matrix.shape[1]} columns, not one for each of {len(themes)} themes; {known}"
            )
        if not np.isin(matrix, (0, 1)).all():
            raise ValueError("labels must be 0 or 1 for each theme")
        return [[theme for theme, has in zip(themes, row, strict=True) if has] for row in matrix.tolist()]
    named: list[list[str]] = []
    for position, of_comment in enumerate(y):
        if isinstance(of_comment, str) or not hasattr(of_comment, "__iter__"):
            raise ValueError(f"the labels of comment {position} must be a list of ids, found {of_comment!r:.60}")
        named.append(list(dict.fromkeys(of_comment)))
        if unknown := [theme for theme in named[-1] if theme not in themes]:
            raise ValueError(f"comment {position}: there is no theme {unknown[0]!r:.60}; {known}")
    return named


def _is_matrix(y: Any) -> bool:
    shape = getattr(y, "shape", None)
    return shape is not None and len(shape) == 2
