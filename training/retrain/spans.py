"""What the heads see of comments, and what people say of it: the spans of comments with the targets of each.

A comment's spans are the whole of it and its clauses, as in `models.annotator`. A label of a clause is one of the
clause which it overlaps most. A label of a whole comment belongs to the span for which the version that serves finds
it most probable: people say that a comment names a theme, not where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.annotator import Annotator, EncodedComments
from models.arrays import Floats, Integers, Vectors
from models.bundle import Bundle
from models.causes import CauseHead
from models.decoding import SENTIMENTS
from models.heads import ATTENTION_LIMIT, mean_vectors
from saywhy.annotation import Polarity
from saywhy.feedback import Comment
from saywhy.label import LabelledComment, LabelledTheme

_POLARITIES = {
    Polarity.NEGATIVE: (1.0, 0.0, 0.0),
    Polarity.NEUTRAL: (0.0, 1.0, 0.0),
    Polarity.POSITIVE: (0.0, 0.0, 1.0),
    Polarity.MIXED: (0.5, 0.0, 0.5),
}
UNKNOWN = np.nan


@dataclass(frozen=True, slots=True)
class Spans:
    """The n spans of comments, with T themes, hidden size d and C causes.

    `comment` (n,) numbers the comment, `is_whole` (n,) marks the first span of each. `pooled` (n, T + 1, d): what each
    query pools, the last one that of the sentiment. `vectors` (n, d) are the encoder's own, of unit length. A comment
    of one clause has no other span: `is_clause` (n,) marks the spans that causes are read from. `positions` are the
    spans in the text.
    """

    comment: Integers
    is_whole: NDArray[np.bool_]
    is_clause: NDArray[np.bool_]
    pooled: NDArray[np.float16]
    vectors: Vectors
    positions: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Targets:
    """What people say of n spans; unknown labels are `UNKNOWN`.

    `themes` (n, T) in 0 … 1; `polarities` (n, T, 3), rows sum to 1; `sentiment` (n, 4); `causes` (n, C + 1) are
    distributions over the causes and "no cause"; `among` (n, C + 1) marks, for clauses of which only that is known,
    which causes they may name at all.
    """

    themes: Floats
    polarities: Floats
    sentiment: Floats
    causes: Floats
    among: NDArray[np.bool_]


def read_spans(annotator: Annotator, bundle: Bundle, comments: Sequence[Comment]) -> Spans:
    """The spans of the comments, in their order."""
    queries = len(bundle.code_frame.ids) + 1
    weight, bias = bundle.heads["weight"][:, :queries], bundle.heads["bias"][:queries]
    parts: dict[int, tuple[NDArray[np.float16], Vectors, list[tuple[int, int]]]] = {}
    for group in annotator.encoded(comments):
        for number, index in enumerate(group.encoded.indices.tolist()):
            parts[index] = _of_comment(group, number, weight, bias)
    counts = [len(parts[index][0]) for index in range(len(comments))]
    firsts = np.cumsum([0, *counts[:-1]])
    is_whole = np.zeros(sum(counts), bool)
    is_whole[firsts] = True
    is_clause = ~is_whole
    is_clause[firsts[np.array(counts) == 1]] = True
    ordered = [parts[index] for index in range(len(comments))]
    return Spans(
        np.repeat(np.arange(len(comments)), counts),
        is_whole,
        is_clause,
        np.concatenate([pooled for pooled, _, _ in ordered]),
        np.concatenate([vectors for _, vectors, _ in ordered]),
        tuple(position for _, _, positions in ordered for position in positions),
    )


def _of_comment(
    group: EncodedComments, number: int, weight: Vectors, bias: Vectors
) -> tuple[NDArray[np.float16], Vectors, list[tuple[int, int]]]:
    """What is pooled from each span of one comment, the vectors of the spans, and their positions in the text."""
    start, end = group.encoded.starts[number], group.encoded.starts[number + 1]
    states, spans = group.encoded.states[start:end], group.spans[number] - start
    attention = np.exp(np.clip(states @ weight + bias, -ATTENTION_LIMIT, ATTENTION_LIMIT))
    pooled = [
        (attention[first:last] / attention[first:last].sum(axis=0)).T @ states[first:last]
        for first, last in spans.tolist()
    ]
    clauses = [(int(first), int(last)) for first, last in group.clauses[number]]
    whole = (clauses[0][0], clauses[-1][1])
    positions = [whole, *clauses] if len(spans) > 1 else [whole]
    # The vector of a whole comment includes prefix and special tokens, as in `models.annotator`.
    starts, ends = spans.T.copy()
    starts[0], ends[0] = 0, len(states)
    return np.stack(pooled).astype(np.float16), mean_vectors(states, starts, ends), positions


def targets_of(
    spans: Spans, comments: Sequence[LabelledComment], bundle: Bundle, causes: Sequence[str], head: CauseHead
) -> Targets:
    """The targets of the spans of labelled comments. `causes` are the ids of the classes of `head` but the last."""
    themes, k = bundle.code_frame.ids, len(bundle.code_frame.ids)
    n = len(spans.comment)
    targets = Targets(
        np.full((n, k), UNKNOWN),
        np.full((n, k, 3), UNKNOWN),
        np.full((n, 4), UNKNOWN),
        np.full((n, len(causes) + 1), UNKNOWN),
        np.zeros((n, len(causes) + 1), bool),
    )
    votes = slice(k + 1, 2 * k + 1)
    logits = np.einsum("nkh,hk->nk", spans.pooled[:, :k].astype(np.float32), bundle.heads["weight"][:, votes])
    logits += bundle.heads["bias"][votes]
    thresholds = np.array([bundle.config["thresholds"][theme] for theme in themes])
    main_theme = (1 / (1 + np.exp(-logits)) / thresholds).argmax(axis=1)
    probabilities = head(spans.vectors)
    bounds = np.append(np.flatnonzero(spans.is_whole), n)
    theme_index = {theme: number for number, theme in enumerate(themes)}
    cause_index = {cause: number for number, cause in enumerate(causes)}
    for comment, first, last in zip(comments, bounds[:-1], bounds[1:], strict=True):
        rows = np.arange(first, last)
        if comment.sentiment is not None:
            targets.sentiment[first] = np.eye(4)[SENTIMENTS.index(comment.sentiment)]
            if len(rows) == 1:  # a single clause: the polarity of its main theme is its sentiment (`models.decoding`)
                targets.polarities[first, main_theme[first]] = _POLARITIES[comment.sentiment]
        if comment.themes is not None:
            _themes_of_comment(targets, rows, comment.themes, theme_index, logits)
        if comment.causes is not None:
            clause_rows = rows[spans.is_clause[rows]]
            named = [cause_index[cause] for cause in dict.fromkeys(comment.causes)]
            _causes_of_comment(targets, clause_rows, named, probabilities)
        for clause in comment.clauses:
            row = _clause_row(spans, rows, clause.start, clause.end)
            if clause.themes is not None:
                _themes_of_clause(targets, int(first), row, clause.themes, theme_index)
            if clause.polarity is not None:
                column = theme_index[clause.themes[0][0]] if clause.themes else int(main_theme[row])
                targets.polarities[row, column] = _POLARITIES[clause.polarity]
            if clause.causes is not None:
                _share_causes(targets, row, [cause_index[cause] for cause in clause.causes])
    return targets


def _themes_of_comment(
    targets: Targets, rows: Integers, named: Sequence[LabelledTheme], index: dict[str, int], logits: Vectors
) -> None:
    """All spans lack what the comment does not name; what it names, the whole and its most probable clause have."""
    absent = sorted(set(index.values()) - {index[theme] for theme, _ in named})
    targets.themes[rows[:, None], absent] = 0
    for theme, polarity in named:
        column = index[theme]
        best = rows[1:][logits[rows[1:], column].argmax()] if len(rows) > 1 else rows[0]
        for row in {int(rows[0]), int(best)}:
            targets.themes[row, column] = 1
            if polarity is not None:
                targets.polarities[row, column] = _POLARITIES[polarity]


def _themes_of_clause(
    targets: Targets, whole: int, row: int, named: Sequence[LabelledTheme], index: dict[str, int]
) -> None:
    """The clause names these themes and no others; the whole comment names them too."""
    targets.themes[row] = 0
    for theme, polarity in named:
        targets.themes[[row, whole], index[theme]] = 1
        if polarity is not None:
            targets.polarities[row, index[theme]] = _POLARITIES[polarity]


def _causes_of_comment(targets: Targets, rows: Integers, named: Sequence[int], probabilities: Vectors) -> None:
    """Each cause is named by the clause for which it is most probable, one a clause while there are clauses; the other
    clauses name one of these causes or none.
    """
    shared: dict[int, list[int]] = {}
    for cause in sorted(named, key=lambda cause: -float(probabilities[rows, cause].max())):
        free = [row for row in rows.tolist() if row not in shared] or rows.tolist()
        shared.setdefault(max(free, key=lambda row: float(probabilities[row, cause])), []).append(cause)
    for row in rows.tolist():
        if row in shared or not named:
            _share_causes(targets, row, shared.get(row, []))
        else:
            targets.among[row, [*named, -1]] = True


def _share_causes(targets: Targets, row: int, causes: Sequence[int]) -> None:
    """The clause names these causes in equal shares; without any, it names none."""
    targets.causes[row] = 0
    targets.causes[row, list(causes) or [-1]] = 1 / max(1, len(causes))


def _clause_row(spans: Spans, rows: Integers, start: int, end: int) -> int:
    """The clause that shares most with `start:end`; the whole comment if it is the only span."""
    clauses = rows[spans.is_clause[rows]].tolist()
    return int(max(clauses, key=lambda row: min(end, spans.positions[row][1]) - max(start, spans.positions[row][0])))
