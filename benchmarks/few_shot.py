"""How well a created topic collects what is like its examples: precision and recall of the clauses.

    python -m benchmarks.few_shot

The clauses are those that were written for the library's causes (`training/data/causes/en`). Each of 20 random causes
is created from a few of its clauses; the others are mixed with clauses of all other causes and of none. The head has to
forget the 20 causes, so that it knows as little of them as of one that is not in the library. The encoder has learnt
from these clauses: of a cause that is new to it, it knows less.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.timing import print_table
from models.annotator import Annotator, load_annotator
from models.arrays import Vectors
from pipelines.topics.clauses import ClauseText
from pipelines.topics.few_shot import match_examples
from pipelines.topics.library import match_library
from saywhy.annotation import Annotation, Polarity
from saywhy.code_frame import CodeFrame, LibraryCause
from saywhy.feedback import Comment
from saywhy.topic import ExampleCause
from training.data.cause_library import WITHOUT_CAUSE, read_clauses

CAUSES = 20
SHOTS = (1, 3, 5, 10)
#: Clauses of each other cause, and of none.
_OTHERS, _NO_CAUSE = 8, 200


class Forgetful:
    """The annotator without some causes: their probability is shared out among the other classes."""

    def __init__(self, annotator: Annotator, forgotten: Sequence[str]) -> None:
        """`forgotten` are ids of causes."""
        self.model, self._annotator = annotator.model, annotator
        known = [cause for cause in annotator.code_frame.causes if cause.id not in forgotten]
        self.code_frame = CodeFrame(annotator.code_frame.themes, tuple(known))
        self._is_known = np.array([cause.id not in forgotten for cause in annotator.code_frame.causes] + [True])

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        """One annotation for each comment, in order."""
        return self._annotator.annotate(comments)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Vectors of whole texts."""
        return self._annotator.vectors(texts)

    def cause_probabilities(self, vectors: Vectors) -> Vectors:
        """Probabilities (n, known causes + 1)."""
        p = self._annotator.cause_probabilities(vectors)[:, self._is_known]
        return np.asarray(p / p.sum(axis=1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Pool:
    """Clauses with the ids of their causes ("" for none) and their vectors (n, d)."""

    clauses: Sequence[ClauseText]
    causes: Sequence[str]
    vectors: Vectors


def main() -> None:
    """Encode the clauses and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    annotator = load_annotator()
    causes = {cause.id: cause for cause in annotator.code_frame.causes}
    chosen = np.random.default_rng(seed).choice(sorted(causes), CAUSES, replace=False).tolist()
    data, forgetful = pool(annotator, causes, chosen, seed), Forgetful(annotator, chosen)
    print(f"{len(data.clauses):,} clauses; {CAUSES} causes of {len(causes)}\n")
    rows = []
    for shots in SHOTS:
        scores = np.array([collected(data, forgetful, causes[cause], shots, seed) for cause in chosen])
        right, taken, existing = scores.sum(axis=0)
        has_taken = scores[:, 1] > 0
        precision, recall = scores[has_taken, 0] / scores[has_taken, 1], scores[:, 0] / scores[:, 2]
        cells = (right / taken, right / existing, precision.mean(), recall.mean())
        rows.append((f"{shots}", *(f"{cell:.2f}" for cell in cells)))
    print_table(("examples", "precision", "recall", "mean precision of a cause", "mean recall of a cause"), rows)


def pool(annotator: Annotator, causes: dict[str, LibraryCause], chosen: Sequence[str], seed: int) -> Pool:
    """All clauses of the chosen causes, some of every other, and some of none."""
    texts: dict[str, list[str]] = {}
    for clause in read_clauses():
        if clause.language == "en":
            texts.setdefault(clause.cause, []).append(clause.text)
    texts[""] = [line for line in (WITHOUT_CAUSE / "en.txt").read_text("utf-8").splitlines() if line]
    generator = np.random.default_rng(seed)
    clauses, labels = [], []
    for cause, written in sorted(texts.items()):
        count = len(written) if cause in chosen else _OTHERS if cause else _NO_CAUSE
        polarity = Polarity(causes[cause].polarity) if cause else Polarity.NEUTRAL
        for text in generator.permutation(written)[:count].tolist():
            theme = causes[cause].theme if cause else "general"
            clauses.append(ClauseText(Comment(text).content_hash, 0, len(text), text, theme, polarity, "en"))
            labels.append(cause)
    return Pool(clauses, labels, annotator.vectors([clause.text for clause in clauses]))


def collected(data: Pool, annotator: Forgetful, cause: LibraryCause, shots: int, seed: int) -> tuple[int, int, int]:
    """Of the clauses that are no examples: how many are collected rightly, are collected, and name the cause."""
    is_of_cause = np.array([label == cause.id for label in data.causes])
    examples = np.random.default_rng(seed).permutation(np.flatnonzero(is_of_cause))[:shots]
    created = ExampleCause(cause, frozenset(data.clauses[row].key for row in examples.tolist()))
    library = annotator.code_frame.causes
    match = match_library(data.clauses, data.vectors, library, annotator.cause_probabilities, None)
    match = match_examples(match, data.clauses, data.vectors, [created], annotator, None)
    is_taken = match.cause == len(library)
    is_taken[examples] = is_of_cause[examples] = False
    return int((is_taken & is_of_cause).sum()), int(is_taken.sum()), int(is_of_cause.sum())


if __name__ == "__main__":
    main()
