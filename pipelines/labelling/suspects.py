"""Labels that are probably wrong: confident learning over probabilities of models that have not seen the label.

C. Northcutt, L. Jiang, I. Chuang, Confident Learning: Estimating Uncertainty in Dataset Labels, JAIR 70 (2021), by the
library cleanlab. The probabilities are out of fold: a logistic regression on the frozen vectors, five folds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Vectors

#: Folds, and the fewest labels of a value for it to be judged: one for each fold.
FOLDS = 5

#: Fewest labels in all; set by hand: with fewer, the regression is no judge of people.
LEAST_LABELS = 40


@dataclass(frozen=True, slots=True)
class SuspectLabel:
    """A label by its index: the value that is more probable, and the probability of the value that was given."""

    index: int
    suggested: str
    probability: float


def suspect_labels(vectors: Vectors, values: Sequence[str]) -> list[SuspectLabel]:
    """The labels (n) of things with these vectors (n, hidden) that are probably wrong, the worst first.

    None with fewer than `LEAST_LABELS` labels or than two values; values with fewer than `FOLDS` labels are left out.
    """
    numbers = Counter(values)
    classes = sorted(value for value, number in numbers.items() if number >= FOLDS)
    chosen = [index for index, value in enumerate(values) if value in classes]
    if len(classes) < 2 or len(chosen) < LEAST_LABELS:
        return []
    # Imported here: scikit-learn and cleanlab take a second, and only who asks for suspects needs them.
    from cleanlab.filter import find_label_issues
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    labels = np.array([classes.index(values[index]) for index in chosen])
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    regression = LogisticRegression(C=10.0, max_iter=1000)
    probabilities = cross_val_predict(regression, vectors[chosen], labels, cv=folds, method="predict_proba")
    ranked = find_label_issues(labels, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
    return [
        SuspectLabel(chosen[row], classes[int(probabilities[row].argmax())], float(probabilities[row, labels[row]]))
        for row in ranked
    ]
