"""Stand-ins for parts of the product that tests do not exercise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from models.arrays import Vectors, unpack
from saywhy.annotation import Annotation, Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment
from tests.builders.answers import annotate

#: A mention: start and end in the comment, theme, polarity.
Mention = tuple[int, int, str, Polarity]


def complaint_about_support(comment: Comment) -> list[Mention]:
    """The whole comment as a complaint about support."""
    return [(0, len(comment.verbatim), "support", Polarity.NEGATIVE)]


class FakeAnnotator:
    """An annotator without weights: `mentions_of` decides what each comment mentions; counts the comments it gets."""

    model = "test-1"
    code_frame = load_code_frame()

    def __init__(self, mentions_of: Callable[[Comment], Sequence[Mention]] = complaint_about_support) -> None:
        self._mentions_of = mentions_of
        self.annotated = 0

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        self.annotated += len(comments)
        return [replace(annotate(comment, self._mentions_of(comment)), model=self.model) for comment in comments]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Those that a clause with the same words has."""
        return unpack(b"".join(annotate(Comment(text), ()).vector for text in texts)).reshape(len(texts), -1)

    def cause_probabilities(self, vectors: Vectors) -> Vectors:
        """No clause names a cause of the library."""
        probabilities = np.zeros((len(vectors), len(self.code_frame.causes) + 1), np.float32)
        probabilities[:, -1] = 1
        return probabilities
