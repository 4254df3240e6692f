"""Two versions on the same texts: F1 by what is labelled and by group, with bootstrap intervals of the difference.

The texts are resampled, not the labels, and both versions on the same resamples (paired), so that an interval says
what other texts of the same kind could have given (Efron & Tibshirani 1993, An Introduction to the Bootstrap).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.annotator import Annotator
from models.arrays import Floats, Integers
from pipelines.annotate.classification import annotate
from pipelines.topics.named_causes import named_causes
from saywhy.annotation import Annotation
from saywhy.feedback import Comment
from saywhy.label import LabelledComment
from training.evaluation.reliability import Predictions

#: What is labelled. A comment has one sentiment, and any number of themes and causes.
SENTIMENT, THEMES, CAUSES = KINDS = ("sentiment", "themes", "causes")
#: A group is compared if its texts have so many labels.
MIN_LABELS = 20
#: Characters from which a text is of medium length, and long; a Chinese or Japanese one counts threefold.
_MEDIUM, _LONG = 60, 200
#: The groups by length.
LENGTHS = SHORT, MEDIUM, LONG = "short", "medium", "long"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a version says of n comments: for each kind the labels of each comment; and how sure it is of them."""

    labels: dict[str, list[frozenset[str]]]
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """F1 of the champion and of the candidate on the texts of one group, and the 95 % interval of the difference.

    `kind` is what is compared, `group` is a pair such as ("language", "de"), ("all", "") for all texts. `labels` is how
    many labels people gave. Of the sentiment, F1 is the share of the comments that get their label.
    """

    kind: str
    group: tuple[str, str]
    texts: int
    labels: int
    champion: float
    candidate: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        return self.candidate - self.champion


def answers(annotator: Annotator, comments: Sequence[LabelledComment]) -> Answers:
    """What a version says of the comments, as in an analysis."""
    annotations = annotate([Comment(comment.text, comment.language) for comment in comments], annotator)
    causes = named_causes(annotations, annotator)
    return Answers(
        {
            SENTIMENT: [frozenset({annotation.sentiment.label.value}) for annotation in annotations],
            THEMES: [frozenset(label.theme for label in annotation.themes) for annotation in annotations],
            CAUSES: [frozenset(cause.cause for cause in named) for named in causes],
        },
        tuple(annotations),
    )


def truth(comments: Sequence[LabelledComment], kind: str) -> list[frozenset[str] | None]:
    """The labels of each comment, None where they are not known."""
    if kind == SENTIMENT:
        return [frozenset({comment.sentiment.value}) if comment.sentiment else None for comment in comments]
    if kind == THEMES:
        return [_all_themes(comment) for comment in comments]
    return [_all_causes(comment) for comment in comments]


def _all_themes(comment: LabelledComment) -> frozenset[str] | None:
    if comment.themes is not None:
        return frozenset(theme for theme, _ in comment.themes)
    of_clauses = [clause.themes for clause in comment.clauses if clause.themes]
    return frozenset(theme for themes in of_clauses for theme, _ in themes) if of_clauses else None


def _all_causes(comment: LabelledComment) -> frozenset[str] | None:
    if comment.causes is not None:
        return frozenset(comment.causes)
    of_clauses = [clause.causes for clause in comment.clauses if clause.causes]
    return frozenset(cause for causes in of_clauses for cause in causes) if of_clauses else None


def compare(
    comments: Sequence[LabelledComment], champion: Answers, candidate: Answers, *, resamples: int, seed: int
) -> list[Comparison]:
    """All comparisons that enough labels allow: of all texts first, then by label and by group."""
    generator = np.random.default_rng(seed)
    n = len(comments)
    weights = generator.multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float32)
    comparisons: list[Comparison] = []
    for kind in KINDS:
        known = truth(comments, kind)
        members = np.array([number for number, labels in enumerate(known) if labels is not None], np.int64)
        if not len(members):
            continue
        told = [known[number] or frozenset() for number in members.tolist()]
        # A comment of which only some clauses are labelled is judged by whether it has these labels.
        is_partial = [_is_partial(comments[number], kind) for number in members.tolist()]
        counts = [
            _counts(told, [version.labels[kind][number] for number in members.tolist()], is_partial)
            for version in (champion, candidate)
        ]
        groups = _groups([comments[number] for number in members.tolist()])
        for group, rows in groups.items():
            totals = [matrix[:, rows].sum(axis=2) for matrix, _ in counts]
            if comparison := _comparison(kind, group, totals, weights[:, members[rows]]):
                comparisons.append(comparison)
        names = sorted({label for labels in told for label in labels})
        for label in names if kind != SENTIMENT else ():
            of_label = [
                matrix[:, :, index[label]] if label in index else _missed(told, label) for matrix, index in counts
            ]
            if comparison := _comparison(kind, (kind, label), of_label, weights[:, members]):
                comparisons.append(comparison)
    return comparisons


def _is_partial(comment: LabelledComment, kind: str) -> bool:
    return kind != SENTIMENT and (comment.themes if kind == THEMES else comment.causes) is None


def _counts(
    told: Sequence[frozenset[str]], said: Sequence[frozenset[str]], is_partial: Sequence[bool]
) -> tuple[NDArray[np.float32], dict[str, int]]:
    """(3, n, labels): hits, wrong labels and missed labels of each comment; and the index of each label."""
    index = {label: number for number, label in enumerate(sorted(frozenset().union(*told, *said)))}
    matrix = np.zeros((3, len(told), len(index)), np.float32)
    for row, (right, given, partial) in enumerate(zip(told, said, is_partial, strict=True)):
        for outcome, labels in enumerate((right & given, frozenset() if partial else given - right, right - given)):
            matrix[outcome, row, [index[label] for label in labels]] = 1
    return matrix, index


def _missed(told: Sequence[frozenset[str]], label: str) -> NDArray[np.float32]:
    """The counts (3, n) of a version that does not know the label."""
    is_told = np.array([label in labels for labels in told], np.float32)
    return np.stack([np.zeros_like(is_told), np.zeros_like(is_told), is_told])


def _groups(comments: Sequence[LabelledComment]) -> dict[tuple[str, str], Integers]:
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row, comment in enumerate(comments):
        for group in _groups_of(comment):
            groups[group].append(row)
    return {group: np.array(rows, np.int64) for group, rows in groups.items()}


def _groups_of(comment: LabelledComment) -> Iterator[tuple[str, str]]:
    yield "all", ""
    yield "language", comment.language or "und"
    factor = 3 if (comment.language or "")[:2] in ("zh", "ja") else 1
    length = len(comment.text) * factor
    yield "length", SHORT if length < _MEDIUM else MEDIUM if length < _LONG else LONG
    yield from comment.segments


def _comparison(
    kind: str, group: tuple[str, str], counts: Sequence[NDArray[np.float32]], weights: NDArray[np.float32]
) -> Comparison | None:
    """`counts` (3, rows) of both versions; None if there are too few labels."""
    labels = int(counts[0][0].sum() + counts[0][2].sum())
    if labels < MIN_LABELS:
        return None
    champion, candidate = (float(_f1(matrix.sum(axis=1))) for matrix in counts)
    before, after = (_f1(matrix @ weights.T) for matrix in counts)
    low, high = np.quantile(after - before, [0.025, 0.975])
    return Comparison(kind, group, counts[0].shape[1], labels, champion, candidate, float(low), float(high))


def _f1(counts: NDArray[np.float32]) -> Floats:
    """F1 of hits, wrong and missed labels (3, …)."""
    hits, wrong, missed = counts.astype(np.float64)
    return np.asarray(2 * hits / np.maximum(2 * hits + wrong + missed, 1e-9))


def calibration_errors(comments: Sequence[LabelledComment], said: Answers) -> dict[str, float]:
    """The expected calibration error of the sentiment and of the themes, where enough comments are labelled."""
    sentiment = [
        (annotation.sentiment.confidence, annotation.sentiment.label == comment.sentiment)
        for comment, annotation in zip(comments, said.annotations, strict=True)
        if comment.sentiment is not None
    ]
    themes = [
        (label.confidence, label.theme in {theme for theme, _ in comment.themes})
        for comment, annotation in zip(comments, said.annotations, strict=True)
        if comment.themes is not None
        for label in annotation.themes
    ]
    return {
        kind: Predictions(
            np.array([confidence for confidence, _ in pairs]), np.array([is_right for _, is_right in pairs])
        ).calibration_error
        for kind, pairs in ((SENTIMENT, sentiment), (THEMES, themes))
        if len(pairs) >= MIN_LABELS
    }
