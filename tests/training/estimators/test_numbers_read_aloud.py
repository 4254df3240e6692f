"""The checks of scikit-learn, most of which give an estimator a matrix of numbers: here they are read aloud to it.

`ReadsAloud` makes a comment of each row, so that the checks of what estimators do can run on estimators of text. Those
of how a matrix is checked (its type, columns, missing numbers) do not apply: comments have neither, and what a bad
comment is told is in `test_manners`.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from tests.training.estimators.small_model import SmallModel
from training.estimators import CauseFinder, CommentClassifier, TopicModel


def aloud(matrix: Any, steps_of_one: float = 2) -> Any:
    """A word for each cell of each row, of its column and its size in steps; what is no matrix as it is."""
    if sparse.issparse(matrix):
        raise TypeError("a sparse matrix holds no comments")
    cells = np.asarray(matrix)
    if cells.ndim != 2:
        return matrix
    if not cells.size:
        return []
    steps = np.round(cells.astype(np.float64) * steps_of_one).astype(int)
    return [" ".join(f"column{number}size{step}" for number, step in enumerate(row)) for row in steps.tolist()]


class ReadsAloud(BaseEstimator):
    """Before an estimator of text: it gets rows of numbers, and says that it takes them."""

    steps_of_one = 2.0

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.string, tags.input_tags.one_d_array = True, False, False
        tags.no_validation = True
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        super().fit(aloud(X, self.steps_of_one), y)
        return self


class Classifier(ReadsAloud, CommentClassifier):  # type: ignore[misc]
    """Classes of rows."""

    def predict_proba(self, X: Any, *, languages: Any = None) -> Any:  # noqa: N803
        return super().predict_proba(aloud(X), languages=languages)


class Finder(ReadsAloud, CauseFinder):  # type: ignore[misc]
    """Causes that rows name."""

    def transform(self, X: Any) -> Any:  # type: ignore[override]  # noqa: N803
        return super().transform(aloud(X))


class Topics(ReadsAloud, TopicModel):  # type: ignore[misc]
    """Topics of rows, which have more words in common if the steps are coarse."""

    steps_of_one = 0.5

    def predict(self, X: Any) -> Any:  # type: ignore[override]  # noqa: N803
        return super().predict(aloud(X, self.steps_of_one))

    def transform(self, X: Any) -> Any:  # type: ignore[override]  # noqa: N803
        return super().transform(aloud(X, self.steps_of_one))


#: The checks that cannot pass, and why.
NOT_APPLICABLE = {
    "check_transformer_general": "it wants an error for a matrix of other columns: comments have no columns",
    "check_methods_subset_invariance": "to 1e-7, but vectors have single precision; `test_manners` has it to 1e-4",
    "check_methods_sample_order_invariance": "the same",
}


def not_applicable(_: Any) -> dict[str, str]:
    """Those of an estimator."""
    return NOT_APPLICABLE


@pytest.mark.exhaustive
@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [Classifier(), Finder({"own": ["column1size0"]}), Topics()], expected_failed_checks=not_applicable
)
def test_checks_of_scikit_learn(estimator: Any, check: Any, small: SmallModel) -> None:  # noqa: ARG001
    """A check of scikit-learn passes."""
    check(estimator)
