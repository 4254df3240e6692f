"""Labelled comments as the examples of a fine-tuning, and what the model must answer for each of their spans.

A label says little of a comment: seldom every theme, never all causes of all clauses. Where people said nothing, the
answers of the version that serves are to be kept, so each span has them, as far as people did not correct them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.annotator import Annotator
from models.arrays import Floats, Integers
from models.bundle import Bundle
from models.decoding import softmax
from models.encoder import TextTokenizer, Tokens
from models.heads import Heads, mean_vectors
from saywhy.feedback import Comment
from saywhy.label import LabelledComment
from training.data.targets import Targets as TextTargets
from training.fit.batch import Batch
from training.fit.examples import CauseShare, Example
from training.fit.teachers import Answers
from training.retrain.spans import Spans, Targets

#: From this share on, a cause is one that people named.
_LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class SpanAnswers:
    """What a version says of n spans: `themes` (n, T), `polarities` (n, T, 3), `sentiment` (n, 4), `causes` (n, C + 1)
    are probabilities; `vectors` (n, d) are the encoder's own, of whole comments with prefix and special tokens.
    """

    themes: NDArray[np.floating]
    polarities: NDArray[np.floating]
    sentiment: NDArray[np.floating]
    causes: NDArray[np.floating]
    vectors: NDArray[np.float16]

    def of(self, rows: Integers) -> SpanAnswers:
        """Those of some spans."""
        return SpanAnswers(
            self.themes[rows], self.polarities[rows], self.sentiment[rows], self.causes[rows], self.vectors[rows]
        )


def answers_of(annotator: Annotator, bundle: Bundle, comments: Sequence[Comment], new_causes: int) -> SpanAnswers:
    """What the version says of the spans of the comments, in the order of `training.retrain.spans.read_spans`.

    It cannot say what `new_causes` are: they have probability 0.
    """
    heads = Heads(bundle.heads["weight"], bundle.heads["bias"], len(bundle.code_frame.ids))
    parts: dict[int, tuple[NDArray[np.floating], ...]] = {}
    for group in annotator.encoded(comments):
        starts, ends = group.bounds
        logits, wholes = heads(group.encoded.states, starts, ends), group.offsets[:-1]
        starts[wholes], ends[wholes] = group.encoded.starts[:-1], group.encoded.starts[1:]
        vectors = mean_vectors(group.encoded.states, starts, ends)
        causes = np.insert(bundle.cause_head(vectors), [-1] * new_causes, 0, axis=1)
        said = (
            1 / (1 + np.exp(-logits.themes)),
            softmax(logits.polarities),
            softmax(logits.sentiment),
            causes,
            vectors,
        )
        for index, first, end in zip(group.encoded.indices.tolist(), wholes, group.offsets[1:], strict=True):
            parts[index] = tuple(each[first:end] for each in said)
    ordered = [parts[index] for index in range(len(comments))]
    themes, polarities, sentiment, causes, vectors = (np.concatenate(each) for each in zip(*ordered, strict=True))
    return SpanAnswers(themes, polarities, sentiment, causes, vectors.astype(np.float16))


def corrected(said: SpanAnswers, targets: Targets) -> SpanAnswers:
    """The answers, with what people say instead where they said something."""
    causes = np.where(np.isnan(targets.causes), said.causes, targets.causes)
    is_among = np.isnan(targets.causes[:, 0]) & targets.among.any(axis=1)
    among = np.where(targets.among[is_among], np.maximum(said.causes[is_among], 1e-6), 0)
    causes[is_among] = among / among.sum(axis=1, keepdims=True)
    return SpanAnswers(
        np.where(np.isnan(targets.themes), said.themes, targets.themes),
        np.where(np.isnan(targets.polarities), said.polarities, targets.polarities),
        np.where(np.isnan(targets.sentiment), said.sentiment, targets.sentiment),
        causes,
        said.vectors,
    )


@dataclass(frozen=True, slots=True)
class Lessons:
    """Examples, the answers for their spans, and the vectors that those should keep (none: no such loss)."""

    examples: list[Example]
    answers: list[SpanAnswers]

    @property
    def vectors(self) -> list[NDArray[np.float16]]:
        """The vectors (spans, d) of each example that it should keep."""
        return [one.vectors for one in self.answers]

    def free_vectors(self, hidden: int) -> list[NDArray[np.float16]]:
        """No vectors (0, hidden) that an example should keep."""
        return [np.zeros((0, hidden), np.float16)] * len(self.examples)

    def of(self, chosen: NDArray[np.bool_]) -> Lessons:
        """The lessons of some of the examples (examples,)."""
        rows = np.flatnonzero(chosen).tolist()
        return Lessons([self.examples[row] for row in rows], [self.answers[row] for row in rows])

    def __add__(self, other: Lessons) -> Lessons:
        return Lessons(self.examples + other.examples, self.answers + other.answers)


def lessons_of(
    tokenizer: TextTokenizer,
    comments: Sequence[LabelledComment],
    spans: Spans,
    targets: Targets,
    said: SpanAnswers,
    max_tokens: int,
) -> Lessons:
    """The comments with their labels. `spans`, `targets` and `said` have a row for each of their spans."""
    bounds = np.append(np.flatnonzero(spans.is_whole), len(spans.comment))
    answers, lessons = corrected(said, targets), Lessons([], [])
    for tokens, first, last in zip(
        tokenizer([comment.text for comment in comments]), bounds[:-1].tolist(), bounds[1:].tolist(), strict=True
    ):
        ids, clauses, kept = _tokenised(tokenizer, tokens, spans.positions[first + 1 : last], max_tokens)
        rows = np.array([first, *(first + 1 + number for number in kept)])
        of_spans = [_text_targets(targets, row) for row in rows.tolist()]
        causes = [_shares(targets.causes[row]) for row in rows.tolist()]
        has_labels = any(target.theme_weights.any() or target.polarities.any() for target in of_spans[1:])
        lessons.examples.append(
            Example(
                ids.tolist(), clauses, of_spans[0], of_spans[1:] if has_labels else [], [], causes, len(tokenizer.lead)
            )
        )
        lessons.answers.append(answers.of(rows))
    return lessons


def _tokenised(
    tokenizer: TextTokenizer, tokens: Tokens, clauses: Sequence[tuple[int, int]], max_tokens: int
) -> tuple[Integers, list[tuple[int, int]], list[int]]:
    """The ids of a text, the spans of its clauses within them, and which clauses these are.

    Those without tokens (truncated, or within a token) are left out; a single clause is the whole text.
    """
    lead = len(tokenizer.lead)
    text_ids = tokens.ids[: max_tokens - lead - len(tokenizer.tail)]
    ends = np.searchsorted(tokens.ends[: len(text_ids)], [end for _, end in clauses], side="right") + lead
    spans = list(zip([lead, *ends[:-1].tolist()], ends.tolist(), strict=False)) if clauses else []
    kept = [number for number, (start, end) in enumerate(spans) if end > start]
    if len(kept) < 2:
        kept = []
    return tokenizer.with_special_tokens(text_ids), [spans[number] for number in kept], kept


def _text_targets(targets: Targets, row: int) -> TextTargets:
    """What people say of a span, as a fine-tuning wants it."""
    is_known = ~np.isnan(targets.themes[row])
    sentiment = targets.sentiment[row]
    return TextTargets(
        themes=np.nan_to_num(targets.themes[row]).astype(np.float32),
        theme_weights=is_known.astype(np.float32),
        polarities=np.nan_to_num(targets.polarities[row]).astype(np.float32),
        sentiment=-1 if np.isnan(sentiment[0]) else int(sentiment.argmax()),
        sentiment_weight=1.0,
        classes=np.ones(len(sentiment), bool),
    )


def _shares(causes: Floats) -> tuple[CauseShare, ...]:
    if np.isnan(causes[0]):
        return ()
    return tuple((int(cause), float(causes[cause])) for cause in np.flatnonzero(causes > _LEAST_SHARE))


class StoredAnswers:
    """Answers that are known before the training, by the number of the example."""

    def __init__(self, answers: Sequence[SpanAnswers]) -> None:
        self._answers = answers

    def answers(self, batch: Batch) -> Answers:
        """The answers for the batch; 0 for spans that an example does not have."""
        members, spans = [self._answers[number] for number in batch.numbers.tolist()], batch.is_span.shape[1]
        device = batch.ids.device

        def padded(each: Sequence[NDArray[np.floating]]) -> torch.Tensor:
            stacked = np.zeros((len(each), spans, *each[0].shape[1:]), np.float32)
            for row, values in enumerate(each):
                stacked[row, : len(values)] = values
            return torch.from_numpy(stacked).to(device)

        return Answers(
            padded([one.themes for one in members]),
            padded([one.polarities for one in members]),
            padded([one.sentiment for one in members]),
            padded([one.causes for one in members]),
        )
