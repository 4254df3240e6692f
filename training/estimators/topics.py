"""Comments → topics, which are discovered among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClusterMixin, TransformerMixin

from models.arrays import NONE, Floats, Integers, Vectors
from pipelines.impact.leave_out import leave_out
from pipelines.impact.nps import by_group, points_of
from pipelines.topics.plain_texts import TextTopics, find_topics
from saywhy.feedback import Comment
from training.estimators.base import CommentEstimator, OpenModel, seed_of
from training.estimators.inputs import NO_SCORE, as_read, read_comments, read_scores


class TopicModel(ClusterMixin, TransformerMixin, CommentEstimator):
    """Topics that many comments share, in all languages together: what `saywhy topics` finds in texts.

    Every comment is in one topic at most, as it is read as a whole; an analysis (`saywhy analyse`) reads its clauses,
    and takes out first what names a cause of the library. How many topics there are is read from the comments.

    Parameters
    ----------
    model: folder of a model version; None for the one that ships.
    random_state: seed of the clustering.

    Attributes
    ----------
    topics_: the topics (T,), largest first, with label, keywords and size.
    labels_: the number of the topic of each comment (n,), -1 for those that are in none.
    confidence_: how sure that is, (n,), 0 … 1.
    leave_out_, leave_out_error_: if scores were given, the NPS points that would be gained without the comments of each
        topic, and their standard error, (T,) each. An association, not a cause.
    model_version_: the version whose vectors were clustered.
    """

    def __init__(self, model: Path | str | None = None, *, random_state: Any = 0) -> None:
        self.model = model
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, languages: Any = None, scores: Any = None) -> Self:  # noqa: ARG002, N803
        """Find the topics of comments (n,); `y` is ignored. `languages` (n,) are hints, `scores` (n,) from 0 to 10.

        Raises `ValueError` and `TypeError` for comments and scores that cannot be read.
        """
        comments = as_read(read_comments(X, languages))
        read = read_scores(scores, comments) if scores is not None else None
        seed = seed_of(self.random_state)
        texts = [comment.verbatim for comment in comments]
        result = find_topics(texts, _vectors(self._open(), comments), _languages(comments), seed=seed)
        number: dict[str | None, int] = {topic.id: index for index, topic in enumerate(result.topics)}
        self.topics_ = tuple(result.topics)
        self.labels_: Integers = np.array([number.get(one.topic, NONE) for one in result.assignments], np.int64)
        self.confidence_: Floats = np.array([one.confidence for one in result.assignments])
        # The comments themselves are not kept.
        self.fitted_: TextTopics = replace(result, assignments=[], centring=result.centring.for_languages(()))
        if read is not None:
            self.leave_out_, self.leave_out_error_ = _leave_out(read, self.labels_, len(self.topics_))
        return self

    def predict(self, X: Any, *, languages: Any = None) -> Integers:  # noqa: N803
        """The number of the topic (n,) that is nearest to each comment, -1 if none is near.

        Of the comments of `fit` nine in ten get the topic in `labels_`, which is decided by more than how near it is.
        """
        opened = self._reopen()
        comments = as_read(read_comments(X, languages))
        return self.fitted_.assign(_vectors(opened, comments), _languages(comments))[0]

    def transform(self, X: Any, *, languages: Any = None) -> Floats:  # noqa: N803
        """The similarity (n, T) of each comment to each topic: the cosine, -1 … 1."""
        opened = self._reopen()
        comments = as_read(read_comments(X, languages))
        return self.fitted_.similarity(_vectors(opened, comments), _languages(comments))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:  # noqa: ARG002
        """The labels (T,) of the topics; one that several have with the id."""
        self._reopen()
        counts = Counter(topic.label for topic in self.topics_)
        names = [topic.label if counts[topic.label] == 1 else f"{topic.label} ({topic.id})" for topic in self.topics_]
        return np.array(names, dtype=object)


def _vectors(opened: OpenModel, comments: Sequence[Comment]) -> Vectors:
    return opened.annotator.vectors([comment.verbatim for comment in comments])


def _languages(comments: Sequence[Comment]) -> list[str]:
    return [comment.language or "und" for comment in comments]


def _leave_out(scores: NDArray[np.int8], labels: Integers, topics: int) -> tuple[Floats, Floats]:
    """The points and their standard error of each topic. Raises `ValueError` if there is no score."""
    is_scored = scores != NO_SCORE
    if not is_scored.any():
        raise ValueError("no comment has a score")
    groups = by_group(points_of(scores[is_scored]))
    of_topic = np.arange(topics)[:, None] == labels[is_scored]
    points, error = leave_out(of_topic.astype(np.int64) @ groups.astype(np.int64), groups.sum(axis=0))
    return points, error
