"""Comments → causes: those of the library, and one's own by a few examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin

from models.annotator import Annotator
from models.arrays import Floats
from pipelines.annotate.classification import annotate
from pipelines.topics.few_shot import MIN_SIMILARITY, ExampleMatcher
from pipelines.topics.library import MIN_PROBABILITY
from pipelines.topics.named_causes import named_causes, single_clauses
from saywhy.annotation import NamedCause, Polarity
from saywhy.code_frame import LibraryCause
from saywhy.topic import ExampleCause
from training.estimators.base import CommentEstimator
from training.estimators.inputs import read_comments


class CauseFinder(TransformerMixin, CommentEstimator):
    """The root causes that comments name: a transformer with a column for each cause.

    The causes of the library are known without examples. For one of your own a few examples are enough, in any of the
    languages; a clause names it if it is similar enough to their mean. Every comment is read by itself.

    Parameters
    ----------
    own: examples of your own causes, by id: `{"till.queue": ["Waited half an hour at the till", …]}`. Theme and
        polarity are those of most examples; a clause of the opposite polarity does not name the cause.
    model: folder of a model version; None for the one that ships.
    min_probability: probability from which a clause names a cause of the library.
    min_similarity: similarity to the mean of the examples, 0 … 1, from which it names one of your own.

    Attributes
    ----------
    causes_: the causes (C,): those of the library, then your own.
    model_version_: the version that finds them.
    """

    def __init__(
        self,
        own: Mapping[str, Sequence[str]] | None = None,
        model: Path | str | None = None,
        *,
        min_probability: float = MIN_PROBABILITY,
        min_similarity: float = MIN_SIMILARITY,
    ) -> None:
        self.own = own
        self.model = model
        self.min_probability = min_probability
        self.min_similarity = min_similarity

    def fit(self, X: Any, y: Any = None, *, languages: Any = None) -> Self:  # noqa: ARG002, N803
        """Learn what is usual in comments (n,) like those that causes are to be found in; `y` is ignored.

        What all comments have in common says nothing of a cause, so similarity is measured without their mean. Raises
        `ValueError` and `TypeError` for comments and examples that cannot be read.
        """
        comments = read_comments(X, languages)
        for name in ("min_probability", "min_similarity"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be 0 to 1, found {getattr(self, name)}")
        annotator = self._open().annotator
        library = annotator.code_frame.causes
        own = [_own_cause(key, texts, annotator) for key, texts in _examples(self.own, library).items()]
        self.matcher_ = None
        if own:
            clauses, vectors = single_clauses(annotate(comments, annotator), comments)
            self.matcher_ = ExampleMatcher.fit(clauses, vectors, own, annotator)
        self.causes_ = (*library, *(cause.cause for cause in own))
        return self

    def find(self, X: Any, *, languages: Any = None) -> list[tuple[NamedCause, ...]]:  # noqa: N803
        """The causes that each comment names, with the clause that does: `comment[start:end]`, and a confidence."""
        annotator = self._reopen().annotator
        comments = read_comments(X, languages)
        return named_causes(
            annotate(comments, annotator),
            annotator,
            comments,
            self.matcher_,
            min_probability=self.min_probability,
            min_similarity=self.min_similarity,
        )

    def transform(self, X: Any, *, languages: Any = None) -> Floats:  # noqa: N803
        """How sure it is that each comment names each cause: (n, C), 0 for those that it does not name."""
        named = self.find(X, languages=languages)
        column = {cause.id: number for number, cause in enumerate(self.causes_)}
        confidence = np.zeros((len(named), len(column)))
        for row, causes in enumerate(named):
            for cause in causes:
                confidence[row, column[cause.cause]] = max(confidence[row, column[cause.cause]], cause.confidence)
        return confidence

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:  # noqa: ARG002
        """The ids (C,) of the causes."""
        self._reopen()
        return np.array([cause.id for cause in self.causes_], dtype=object)


def _examples(own: Any, library: Sequence[LibraryCause]) -> dict[str, list[str]]:
    """The examples by id. Raises `ValueError` and `TypeError`."""
    if own is not None and not isinstance(own, Mapping):
        raise TypeError(f"own must be a mapping from ids to examples, found {type(own).__name__}")
    known = {cause.id for cause in library}
    examples: dict[str, list[str]] = {}
    for key, texts in (own or {}).items():
        if not isinstance(key, str) or not key.strip():
            raise ValueError(f"the id of a cause must be a text, found {key!r:.60}")
        if key in known:
            raise ValueError(f"the library has a cause {key!r} already: choose another id")
        if isinstance(texts, str) or not hasattr(texts, "__iter__"):
            raise TypeError(f"the examples of {key!r} must be a list of texts, found {texts!r:.60}")
        examples[key] = list(texts)
        for text in examples[key]:
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"an example of {key!r} must be a text that is not blank, found {text!r:.60}")
        if not examples[key]:
            raise ValueError(f"{key!r} has no example")
    return examples


def _own_cause(key: str, texts: Sequence[str], annotator: Annotator) -> ExampleCause:
    """The cause with the theme and the polarity of most clauses of its examples; neutral if they have no opinion."""
    clauses = [clause for annotation in annotate(read_comments(texts), annotator) for clause in annotation.clauses]
    themes = Counter(clause.theme for clause in clauses)
    polarities = Counter(clause.polarity for clause in clauses if clause.polarity is not Polarity.NEUTRAL)
    theme = themes.most_common(1)[0][0]
    polarity = polarities.most_common(1)[0][0] if polarities else Polarity.NEUTRAL
    return ExampleCause(LibraryCause(key, theme, polarity.value, {"en": key}, {}), texts=tuple(texts))
