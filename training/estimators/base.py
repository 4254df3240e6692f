"""What all estimators share: the model that they read comments with, and what they tell scikit-learn of themselves."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from models.annotator import Annotator
from models.bundle import BUNDLED, Bundle, open_bundle
from saywhy.feedback import Comment
from training.estimators.memory import RememberingEncoder
from training.retrain.reference import anchor_texts
from training.retrain.spans import Spans, read_spans


@dataclass(frozen=True)
class OpenModel:
    """A version of the models that is open, for all estimators of this process."""

    bundle: Bundle
    annotator: Annotator

    @cached_property
    def anchors(self) -> Spans:
        """What fitted heads must answer as before (`training.retrain.reference`)."""
        return read_spans(self.annotator, self.bundle, [Comment(text, language) for text, language in anchor_texts()])


@lru_cache(maxsize=2)
def open_model(folder: Path) -> OpenModel:
    """The model in a folder. Raises `BundleDamaged` if there is none."""
    bundle = open_bundle(folder)
    return OpenModel(bundle, Annotator(bundle, encoder=RememberingEncoder(bundle)))


class CommentEstimator(BaseEstimator):
    """An estimator of comments. `model` is the folder of a version, or None for the one that ships.

    What is fitted does not hold the model: it is pickled without it, and opened again where it is used. A version that
    is another one than that of `fit` is refused.
    """

    model: Path | str | None
    model_version_: str

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags

    def _open(self) -> OpenModel:
        """The model, to fit with."""
        opened = open_model(BUNDLED if self.model is None else Path(self.model).resolve())
        self.model_version_ = opened.bundle.version
        return opened

    def _reopen(self) -> OpenModel:
        """The model that this was fitted with. Raises `NotFittedError`, and `ValueError` for another version."""
        check_is_fitted(self, "model_version_")
        opened = open_model(BUNDLED if self.model is None else Path(self.model).resolve())
        if opened.bundle.version != self.model_version_:
            raise ValueError(
                f"{type(self).__name__} was fitted with the model {self.model_version_}, but "
                f"{opened.bundle.folder} has {opened.bundle.version}: set `model` to the folder of "
                f"{self.model_version_}, or fit again"
            )
        return opened


def seed_of(random_state: Any) -> int:
    """The seed: a whole number as it is, so that it means what it means elsewhere; else one that is drawn."""
    if isinstance(random_state, numbers.Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))
