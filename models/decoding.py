"""Probabilities of a comment's spans → its annotation: which themes and mentions apply, and the overall sentiment."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.clauses import Span
from models.heads import Logits
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel, overall_polarity

SENTIMENTS = (Polarity.NEGATIVE, Polarity.NEUTRAL, Polarity.POSITIVE, Polarity.MIXED)
POLARITIES = SENTIMENTS[:3]

Probabilities = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SpanProbabilities:
    """Probabilities of the s spans of one comment. Row 0 is the whole comment; the rows after it are its clauses.

    A comment of one clause has row 0 only. `themes` (s, T) are independent probabilities, `polarities` (s, T, 3) and
    `sentiment` (4,) distributions; `vectors` (s, hidden) are of unit length, float16.
    """

    themes: Probabilities
    polarities: Probabilities
    sentiment: Probabilities
    vectors: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Decoder:
    """The decision rules of one model version. `thresholds` (T,) belong to `themes`, `uncertain_below` to sentiment."""

    model: str
    themes: tuple[str, ...]
    thresholds: NDArray[np.float32]
    uncertain_below: float

    def annotation(self, clauses: list[Span], probabilities: SpanProbabilities) -> Annotation:
        """Annotation of a comment with these clauses (at least one), of probabilities as `consistent` returns them."""
        rows = _clause_rows(probabilities)
        themes, mentions = self._themes_and_mentions(clauses, probabilities)
        best_themes = (probabilities.themes / self.thresholds).argmax(axis=1)
        return Annotation(
            model=self.model,
            sentiment=self._sentiment(probabilities.sentiment),
            themes=themes,
            mentions=mentions,
            clauses=tuple(
                Clause(
                    *clause,
                    theme=self.themes[best_themes[row]],
                    polarity=_polarity(probabilities, row, best_themes[row]),
                    vector=probabilities.vectors[row].tobytes(),
                )
                for row, clause in zip(rows, clauses, strict=False)  # a text without tokens has one row only
            ),
            vector=probabilities.vectors[0].tobytes(),
        )

    def consistent(self, probabilities: SpanProbabilities) -> SpanProbabilities:
        """The probabilities that the annotation is decided from: those of a comment of several clauses as they are.

        A single clause says one thing: its main theme is not praised where it complains as a whole, nor the reverse.

        Where sentiment and polarity are such opposites, both become their product, normalised.
        """
        if len(probabilities.themes) > 1:
            return probabilities
        sentiment, polarities = probabilities.sentiment, probabilities.polarities
        polarity = polarities[0, (probabilities.themes[0] / self.thresholds).argmax()]
        if {SENTIMENTS[sentiment.argmax()], POLARITIES[polarity.argmax()]} != {Polarity.NEGATIVE, Polarity.POSITIVE}:
            return probabilities
        product = sentiment[:3] * polarity
        product /= product.sum()
        mixed = sentiment[3:]
        return replace(
            probabilities,
            sentiment=np.concatenate([product * (1 - mixed), mixed]),
            polarities=np.broadcast_to(product, polarities.shape),
        )

    def _sentiment(self, distribution: Probabilities) -> Sentiment:
        label = int(distribution.argmax())
        confidence = _rounded(distribution[label])
        score = _rounded(distribution[2] - distribution[0])
        return Sentiment(SENTIMENTS[label], score, confidence, uncertain=confidence < self.uncertain_below)

    def _themes_and_mentions(
        self, clauses: list[Span], probabilities: SpanProbabilities
    ) -> tuple[tuple[ThemeLabel, ...], tuple[Mention, ...]]:
        """Themes that reach their threshold in the comment or a clause, and the clauses that mention them.

        A theme's mentions are the clauses that reach its threshold, and always its most probable clause. Where one
        has an opinion of the theme, clauses that are no more surely about it and have none are not mentions of it.
        """
        rows = _clause_rows(probabilities)
        confidences = probabilities.themes.max(axis=0)
        mentions: list[Mention] = []
        labels: list[ThemeLabel] = []
        for theme in np.flatnonzero(confidences >= self.thresholds).tolist():
            column = probabilities.themes[:, theme]
            best = rows[int(column[rows.start :].argmax())]
            of_theme = [
                Mention(start, end, self.themes[theme], _polarity(probabilities, row, theme), _rounded(column[row]))
                for row, (start, end) in zip(rows, clauses, strict=False)
                if row == best or column[row] >= self.thresholds[theme]
            ]
            of_theme = _without_asides(of_theme)
            mentions += of_theme
            polarity = overall_polarity({mention.polarity for mention in of_theme})
            labels.append(ThemeLabel(self.themes[theme], polarity, _rounded(confidences[theme])))
        labels.sort(key=lambda label: -label.confidence)
        mentions.sort(key=lambda mention: (mention.start, -mention.confidence))
        return tuple(labels), tuple(mentions)


def softmax(logits: Logits) -> Probabilities:
    """Softmax over the last axis."""
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), np.float32)


def _without_asides(mentions: list[Mention]) -> list[Mention]:
    """The mentions of one theme without neutral ones, where an opinion is at least as surely about the theme."""
    opinion = max((mention.confidence for mention in mentions if mention.polarity is not Polarity.NEUTRAL), default=0.0)
    return [mention for mention in mentions if mention.polarity is not Polarity.NEUTRAL or mention.confidence > opinion]


def _clause_rows(probabilities: SpanProbabilities) -> range:
    """Rows of the clauses: the whole comment if it is a single clause, else all rows after it."""
    count = len(probabilities.themes)
    return range(1) if count == 1 else range(1, count)


def _polarity(probabilities: SpanProbabilities, row: int, theme: int) -> Polarity:
    return POLARITIES[int(probabilities.polarities[row, theme].argmax())]


def _rounded(value: float) -> float:
    return round(float(value), 4)
