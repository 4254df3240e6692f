"""Comments → annotations: one pass of the encoder, then sentiment, themes, mentions and vectors.

annotator = load_annotator()
[annotation] = annotator.annotate([Comment("Too slow.", "en")])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from models.arrays import Integers, Vectors
from models.bundle import Bundle, open_bundle
from models.clauses import Span, split_clauses
from models.decoding import Decoder, SpanProbabilities, softmax
from models.encoder import EncodedTexts, Encoder, Tokens
from models.heads import Heads, Logits, mean_vectors
from models.registry import champion
from saywhy.annotation import Annotation
from saywhy.feedback import Comment

#: Comments whose token states may be in memory at once.
_CHUNK = 2048


def load_annotator(registry: Path | None = None, threads: int = 0) -> Annotator:
    """Annotator of the registry's champion, or of the bundle that ships; `threads` of 0: all cores.

    Raises `BundleDamaged` if a file is missing or does not match its checksum.
    """
    return Annotator(open_bundle(champion(registry)), threads=threads)


@dataclass(frozen=True, slots=True)
class CommentLogits:
    """Logits of n comments: `themes` (n, T), `polarities` (n, T, 3), `sentiment` (n, 4).

    A theme's logit is the maximum over the whole comment and its clauses; the others are those of the whole comment.
    """

    themes: Logits
    polarities: Logits
    sentiment: Logits


@dataclass(frozen=True, slots=True)
class EncodedComments:
    """A group of encoded texts. For the i-th of them: `spans[i]` (s, 2), token rows of the whole comment, then of each
    clause; `clauses[i]`, the same clauses in characters."""

    encoded: EncodedTexts
    spans: list[Integers]
    clauses: list[list[Span]]

    @property
    def bounds(self) -> tuple[Integers, Integers]:
        """First and end row of all spans, one text after the other."""
        stacked = np.concatenate(self.spans)
        return stacked[:, 0], stacked[:, 1]

    @property
    def offsets(self) -> Integers:
        """Where the spans of each text begin in `bounds`, and their total: (texts + 1,)."""
        return np.cumsum([0, *map(len, self.spans)])


class Annotator:
    """Sentiment, themes, mentions and vectors of comments. Safe to call from several threads."""

    def __init__(self, bundle: Bundle, *, threads: int = 0, encoder: Encoder | None = None) -> None:
        """`encoder` is that of the bundle, if it is open already: versions of which only the heads differ share it."""
        self.model = bundle.version
        self.folder = bundle.folder
        self.code_frame = bundle.code_frame
        themes = bundle.code_frame.ids
        self.encoder = encoder or Encoder(bundle.encoder, bundle.tokenizer, threads=threads)
        self._heads = Heads(bundle.heads["weight"], bundle.heads["bias"], len(themes))
        self._cause_head = bundle.cause_head
        self._map = bundle.vector_map
        self._temperature = np.float32(bundle.config["temperature"])
        self.thresholds = np.array([bundle.config["thresholds"][theme] for theme in themes], np.float32)
        self._decoder = Decoder(
            bundle.version,
            themes,
            self.thresholds,
            bundle.config.get("uncertain_below", 0.0),
        )

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        """One annotation for each comment, in order.

        An annotation depends on verbatim and language alone, so identical comments are encoded once.
        """
        distinct = {(comment.verbatim, comment.language): comment for comment in comments}
        annotations: dict[tuple[str, str | None], Annotation] = {}
        keys = list(distinct)
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            annotations.update(zip(chunk, self._annotate([distinct[key] for key in chunk]), strict=True))
        return [annotations[comment.verbatim, comment.language] for comment in comments]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Vectors of whole texts, of unit length: (texts, hidden)."""
        vectors: Vectors = np.empty((0, 0), np.float32)
        for encoded in self.encoder.encode(self.encoder.tokenise(texts)):
            means = self._vectors(encoded.states, encoded.starts[:-1], encoded.starts[1:])
            if not vectors.size:
                vectors = np.empty((len(texts), means.shape[1]), np.float32)
            vectors[encoded.indices] = means
        return vectors

    def cause_probabilities(self, vectors: Vectors) -> Vectors:
        """Probabilities (n, causes + 1) of the code frame's causes and of no cause, for clauses with these vectors."""
        return self._cause_head(self._map.inverse(vectors) if self._map else vectors)

    def logits(self, comments: Sequence[Comment]) -> CommentLogits:
        """Output of the heads before temperature, sigmoid and thresholds: for calibration and evaluation.

        In a finished bundle the heads already contain the scaling of the theme logits."""
        themes = np.empty((len(comments), len(self.code_frame.ids)), np.float32)
        polarities = np.empty((*themes.shape, 3), np.float32)
        sentiment = np.empty((len(comments), 4), np.float32)
        for group in self.encoded(comments):
            logits = self._heads(group.encoded.states, *group.bounds)
            wholes = group.offsets[:-1]
            themes[group.encoded.indices] = np.maximum.reduceat(logits.themes, wholes)
            polarities[group.encoded.indices] = logits.polarities[wholes]
            sentiment[group.encoded.indices] = logits.sentiment[wholes]
        return CommentLogits(themes, polarities, sentiment)

    def _vectors(self, states: Vectors, starts: Integers, ends: Integers) -> Vectors:
        """Vectors of the spans `starts[i]:ends[i]` of `states` (tokens, hidden), of unit length."""
        means = mean_vectors(states, starts, ends)
        return self._map(means) if self._map else means

    def _annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        annotations: dict[int, Annotation] = {}
        for group in self.encoded(comments):
            annotations.update(zip(group.encoded.indices.tolist(), self._decode(group), strict=True))
        return [annotations[index] for index in range(len(comments))]

    def encoded(self, comments: Sequence[Comment]) -> Iterator[EncodedComments]:
        """Every comment, encoded in groups: what the heads see, for training."""
        tokens = self.encoder.tokenise([comment.verbatim for comment in comments])
        clauses = [
            split_clauses(comment.verbatim, comment.language) or [(0, len(comment.verbatim))] for comment in comments
        ]
        for encoded in self.encoder.encode(tokens):
            spans = [_token_spans(encoded, i, tokens[text], clauses[text]) for i, text in enumerate(encoded.indices)]
            yield EncodedComments(encoded, spans, [clauses[text] for text in encoded.indices])

    def probabilities(self, comments: Sequence[Comment]) -> list[SpanProbabilities]:
        """What the annotation of each comment is decided from, in order."""
        probabilities: dict[int, SpanProbabilities] = {}
        for group in self.encoded(comments):
            probabilities.update(zip(group.encoded.indices.tolist(), self._probabilities(group), strict=True))
        return [probabilities[index] for index in range(len(comments))]

    def _decode(self, group: EncodedComments) -> Iterator[Annotation]:
        """Annotations of the texts of one group, in order."""
        for clauses, probabilities in zip(group.clauses, self._probabilities(group), strict=True):
            yield self._decoder.annotation(clauses, probabilities)

    def _probabilities(self, group: EncodedComments) -> Iterator[SpanProbabilities]:
        """Probabilities of the texts of one group, in order."""
        states, text_starts = group.encoded.states, group.encoded.starts
        starts, ends = group.bounds
        logits = self._heads(states, starts, ends)
        # The vector of a whole comment includes prefix and special tokens, as the vectors of the base encoder do.
        wholes = group.offsets[:-1]
        starts[wholes], ends[wholes] = text_starts[:-1], text_starts[1:]
        vectors = self._vectors(states, starts, ends)
        themes = np.asarray(1 / (1 + np.exp(-logits.themes)), np.float32)
        polarities = softmax(logits.polarities)
        sentiments = softmax(logits.sentiment / self._temperature)
        offsets = group.offsets.tolist()
        for first, end in pairwise(offsets):
            rows = slice(first, end)
            probabilities = SpanProbabilities(
                themes[rows], polarities[rows], sentiments[first], vectors[rows].astype("<f2")
            )
            yield self._decoder.consistent(probabilities)


def _token_spans(encoded: EncodedTexts, i: int, tokens: Tokens, clauses: list[Span]) -> Integers:
    """Rows of `encoded.states` of the i-th text's words: of the whole text and, if it has several, of each clause.

    Prefix and special tokens are excluded, as in training: their states carry the whole text, and a clause must be
    classified by its own words. Only a text without words spans all of its tokens.
    """
    start, end = encoded.starts[i], encoded.starts[i + 1]
    content = start + np.flatnonzero(encoded.is_content[start:end])
    if not len(content):
        return np.array([(start, end)])
    whole = [(content[0], content[-1] + 1)]
    if len(clauses) < 2:
        return np.array(whole)
    # A token belongs to the clause in which it ends: it may start at the space before the clause.
    bounds = np.searchsorted(tokens.ends, [clause_end for _, clause_end in clauses], side="right")
    spans = []
    first = 0
    for bound in bounds:
        last = max(int(bound), first + 1)  # a clause in which no token ends takes the next token
        first = min(first, len(content) - 1)
        spans.append((content[first], content[min(last, len(content)) - 1] + 1))
        first = int(bound)
    return np.array(whole + spans)
