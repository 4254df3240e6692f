"""Comments to annotations: one pass of the encoder, four answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle, open_bundle
from models.clauses import Span, split_clauses
from models.encoder import Encoded, Encoder, Tokens
from models.heads import Array, Heads, mean_vectors
from models.registry import champion
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.feedback import Comment

_SENTIMENTS = (Polarity.NEGATIVE, Polarity.NEUTRAL, Polarity.POSITIVE, Polarity.MIXED)
_POLARITIES = _SENTIMENTS[:3]
#: Comments whose token states are held in memory at once.
_CHUNK = 2048


def load_annotator(registry: Path | None = None, threads: int = 0) -> Annotator:
    """The champion of a registry, or the bundle that ships; `threads` of 0 means all cores.

    Raises `BundleDamaged` when a file is missing or does not match its checksum.
    """
    return Annotator(open_bundle(champion(registry)), threads=threads)


@dataclass(frozen=True, slots=True)
class Scores:
    """Logits of n comments: `themes` (n, T), the strongest of the whole and its clauses; `polarities` (n, T, 3) and
    `sentiment` (n, 4), of the whole."""

    themes: Array
    polarities: Array
    sentiment: Array


class Annotator:
    """Sentiment, themes, mentions and vectors of comments. Safe to call from several threads."""

    def __init__(self, bundle: Bundle, *, threads: int = 0) -> None:
        self.model = bundle.version
        self.code_frame = bundle.code_frame
        self._themes = bundle.code_frame.ids
        self._encoder = Encoder(bundle.encoder, bundle.tokenizer, threads=threads)
        self._heads = Heads(bundle.heads["weight"], bundle.heads["bias"], len(self._themes))
        self._thresholds = np.array([bundle.config["thresholds"][theme] for theme in self._themes], np.float32)
        self._temperature = np.float32(bundle.config["temperature"])
        self._uncertain_below: float = bundle.config.get("uncertain_below", 0.0)

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        """One annotation a comment, in order. A comment's answer depends on nothing but the comment;
        identical comments are read once."""
        distinct = {(comment.verbatim, comment.language): comment for comment in comments}
        answers: dict[tuple[str, str | None], Annotation] = {}
        keys = list(distinct)
        for at in range(0, len(keys), _CHUNK):
            chunk = keys[at : at + _CHUNK]
            answers.update(zip(chunk, self._annotate([distinct[key] for key in chunk]), strict=True))
        return [answers[comment.verbatim, comment.language] for comment in comments]

    def vectors(self, texts: Sequence[str]) -> Array:
        """Unit-length vectors (texts, hidden) of whole texts."""
        tokens = self._encoder.tokenise(texts)
        out: Array = np.empty((0, 0), np.float32)
        for encoded in self._encoder.encode(tokens):
            vectors = mean_vectors(encoded.states, encoded.starts[:-1], encoded.starts[1:])
            if not out.size:
                out = np.empty((len(texts), vectors.shape[1]), np.float32)
            out[encoded.texts] = vectors
        return out

    def scores(self, comments: Sequence[Comment]) -> Scores:
        """The numbers behind the annotations of comments, before any threshold: for calibration and evaluation."""
        themes = np.empty((len(comments), len(self._themes)), np.float32)
        polarities = np.empty((*themes.shape, 3), np.float32)
        sentiment = np.empty((len(comments), 4), np.float32)
        for encoded, spans, _ in self._encode(comments):
            flat = np.concatenate(spans)
            logits = self._heads(encoded.states, flat[:, 0], flat[:, 1])
            starts = np.cumsum([0, *map(len, spans)])[:-1]
            themes[encoded.texts] = np.maximum.reduceat(logits.themes, starts)
            polarities[encoded.texts] = logits.polarities[starts]
            sentiment[encoded.texts] = logits.sentiment[starts]
        return Scores(themes, polarities, sentiment)

    def _annotate(self, comments: list[Comment]) -> list[Annotation]:
        found: list[Annotation | None] = [None] * len(comments)
        for encoded, spans, clauses in self._encode(comments):
            for text, annotation in zip(encoded.texts, self._read(encoded, spans, clauses), strict=True):
                found[text] = annotation
        return [annotation for annotation in found if annotation is not None]

    def _encode(
        self, comments: Sequence[Comment]
    ) -> Iterator[tuple[Encoded, list[NDArray[np.int64]], list[list[Span]]]]:
        """Groups of encoded comments, with the token spans of each (the whole, then its clauses) and all clauses."""
        tokens = self._encoder.tokenise([comment.verbatim for comment in comments])
        clauses = [
            split_clauses(comment.verbatim, comment.language) or [(0, len(comment.verbatim))] for comment in comments
        ]
        for encoded in self._encoder.encode(tokens):
            yield (
                encoded,
                [_token_spans(encoded, i, tokens[text], clauses[text]) for i, text in enumerate(encoded.texts)],
                clauses,
            )

    def _read(self, encoded: Encoded, spans: list[NDArray[np.int64]], clauses: list[list[Span]]) -> list[Annotation]:
        """Annotations of the texts of one group. `spans[i]` are the token spans of text i: the whole, then clauses."""
        flat = np.concatenate(spans)
        logits = self._heads(encoded.states, flat[:, 0], flat[:, 1])
        vectors = mean_vectors(encoded.states, flat[:, 0], flat[:, 1])
        # The vector of a whole comment is that of the base encoder: prefix and special tokens belong to it.
        wholes = np.cumsum([0, *map(len, spans)])[:-1]
        vectors[wholes] = mean_vectors(encoded.states, encoded.starts[:-1], encoded.starts[1:])
        probabilities = np.asarray(1 / (1 + np.exp(-logits.themes)), np.float32)
        polarities = _softmax(logits.polarities)
        sentiments = _softmax(logits.sentiment / self._temperature)
        annotations: list[Annotation] = []
        at = 0
        for text, own in zip(encoded.texts, spans, strict=True):
            rows = slice(at, at + len(own))
            at += len(own)
            annotations.append(
                self._annotation(
                    clauses[text],
                    probabilities[rows],
                    polarities[rows],
                    sentiments[rows.start],
                    vectors[rows].astype("<f2"),
                )
            )
        return annotations

    def _annotation(
        self,
        clauses: list[Span],
        probabilities: Array,
        polarities: Array,
        sentiment: Array,
        vectors: NDArray[np.float16],
    ) -> Annotation:
        """Row 0 is the whole comment, the rows after it are its clauses (none where the comment is one clause)."""
        single = len(probabilities) == 1
        rows = range(1) if single else range(1, len(probabilities))
        evidence = probabilities.max(axis=0)
        mentions: list[Mention] = []
        themes: list[ThemeLabel] = []
        for t in np.flatnonzero(evidence >= self._thresholds):
            theme = self._themes[t]
            # The clauses that are about it; at least the one that is most.
            best = max(rows, key=lambda row: float(probabilities[row, t]))
            about = [row for row in rows if row == best or probabilities[row, t] >= self._thresholds[t]]
            felt: set[Polarity] = set()
            for row in about:
                start, end = clauses[row if single else row - 1]
                polarity = _POLARITIES[int(polarities[row, t].argmax())]
                felt.add(polarity)
                mentions.append(Mention(start, end, theme, polarity, _rounded(probabilities[row, t])))
            themes.append(ThemeLabel(theme, _overall(felt), _rounded(evidence[t])))
        themes.sort(key=lambda label: -label.confidence)
        mentions.sort(key=lambda mention: (mention.start, -mention.confidence))
        label = int(sentiment.argmax())
        confidence = _rounded(sentiment[label])
        return Annotation(
            model=self.model,
            sentiment=Sentiment(
                _SENTIMENTS[label],
                _rounded(sentiment[2] - sentiment[0]),
                confidence,
                uncertain=confidence < self._uncertain_below,
            ),
            themes=tuple(themes),
            mentions=tuple(mentions),
            clauses=tuple(
                Clause(
                    *clauses[row if single else row - 1],
                    theme=self._themes[best],
                    polarity=_POLARITIES[int(polarities[row, best].argmax())],
                    vector=vectors[row].tobytes(),
                )
                for row in rows
                for best in [int((probabilities[row] / self._thresholds).argmax())]
            ),
            vector=vectors[0].tobytes(),
        )


def _token_spans(encoded: Encoded, i: int, tokens: Tokens, clauses: list[Span]) -> NDArray[np.int64]:
    """Rows of `encoded.states` that are the words of text i and, where it has several, of each of its clauses.

    Prefix and special tokens are left out, as in training: they know the whole text, and no clause may lean on them.
    """
    start, end = encoded.starts[i], encoded.starts[i + 1]
    content = start + np.flatnonzero(encoded.is_content[start:end])
    if not len(content):
        return np.array([(start, end)])
    whole = [(content[0], content[-1] + 1)]
    if len(clauses) < 2:
        return np.array(whole)
    # A token belongs to the clause in which it ends. Its start may be the space before.
    bounds = np.searchsorted(tokens.ends, [clause_end for _, clause_end in clauses], side="right")
    spans = []
    first = 0
    for bound in bounds:
        last = max(int(bound), first + 1)  # a clause without a token of its own borrows its neighbour's
        first = min(first, len(content) - 1)
        spans.append((content[first], content[min(last, len(content)) - 1] + 1))
        first = int(bound)
    return np.array(whole + spans)


def _overall(felt: set[Polarity]) -> Polarity:
    if {Polarity.NEGATIVE, Polarity.POSITIVE} <= felt:
        return Polarity.MIXED
    for polarity in (Polarity.NEGATIVE, Polarity.POSITIVE):
        if polarity in felt:
            return polarity
    return Polarity.NEUTRAL


def _softmax(logits: Array) -> Array:
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), np.float32)


def _rounded(value: float) -> float:
    return round(float(value), 4)
