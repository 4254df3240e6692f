"""Labels → training targets. What a dataset's annotators did not look for is unknown, not absent."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.pairs import JOINED
from training.data.rows import LIBRARY, WRITTEN, Row

SENTIMENTS = ("negative", "neutral", "positive", "mixed")
_POLARITIES = {"negative": (1, 0, 0), "neutral": (0, 1, 0), "positive": (0, 0, 1), "mixed": (0.5, 0, 0.5)}

#: Sources of a sentiment that are a person's judgement of the text itself.
GOLD = ("gold", "section", "aspects")
#: Weight of a sentiment, by its source: how reliable it is.
_SENTIMENT_WEIGHTS = {"gold": 1.0, "section": 1.0, "aspects": 0.8, "stars": 0.5, "nps": 0.2}
_OTHER_SOURCE_WEIGHT = 0.5
#: Weight of "absent" for a theme that a complete dataset never labels: probably absent, not certainly.
_WEAK_NEGATIVE = 0.15
#: Weight of "absent" in datasets with one label a text, the most important theme: others are probably absent.
_SINGLE_LABEL_WEIGHTS = {"app_reviews_williamhtp_en": 0.6, "pxtextmining_nhs_p1": 0.6, LIBRARY: 0.4}
#: A sentiment class belongs to a dataset if more than this share of its rows have it.
_MIN_CLASS_SHARE = 0.005


@dataclass(frozen=True)
class Targets:
    """Training targets of a text, for T themes.

    `themes` (T,) in 0 … 1, with `theme_weights` (T,), 0 where unknown. `polarities` (T, 3): rows sum to 1 where known,
    else to 0. `sentiment`: index into `SENTIMENTS`, -1 where unknown. `classes` (4,): sentiments that the text's
    dataset uses at all. `cause`: index into the causes, -1 where unknown.
    """

    themes: NDArray[np.float32]
    theme_weights: NDArray[np.float32]
    polarities: NDArray[np.float32]
    sentiment: int
    sentiment_weight: float
    classes: NDArray[np.bool_]
    cause: int = -1


class AnnotationSchemes:
    """What the annotators of each dataset could label, learnt from its rows and from `themes.toml`.

    `themes`: all themes, in the order of the code frame. `complete`: datasets whose annotators marked every theme of a
    text. `labelled_themes`: themes that occur in each dataset.
    """

    def __init__(self, rows: Iterable[Row], data: Path, themes: Sequence[str], causes: Sequence[str] = ()) -> None:
        """`rows` are the training rows; `data` is the dataset folder (for its `themes.toml`)."""
        self.themes = tuple(themes)
        self.no_cause = len(causes) - 1  # the last class
        self._cause_index = {cause: index for index, cause in enumerate(causes)}
        with (data / "themes.toml").open("rb") as file:
            self.complete = {*tomllib.load(file)["complete"], "banking77_en", WRITTEN}
        self.labelled_themes: dict[str, set[str]] = defaultdict(set)
        counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in rows:
            self.labelled_themes[row.dataset].update(theme for theme, _ in row.labels)
            if row.sentiment:
                counts[row.dataset][row.sentiment] += 1
        self._classes = {
            dataset: np.array([of_dataset[label] > _MIN_CLASS_SHARE * sum(of_dataset.values()) for label in SENTIMENTS])
            for dataset, of_dataset in counts.items()
        }

    def targets(self, row: Row) -> Targets:
        """Targets of a row."""
        if row.dataset == JOINED:
            return reduce(_union, (self.targets(part) for part in row.parts))
        themes, weights, polarities = self._theme_targets(row)
        classes = self._classes.get(row.dataset, np.ones(len(SENTIMENTS), bool))
        sentiment = SENTIMENTS.index(row.sentiment) if row.sentiment else -1
        if sentiment >= 0 and not classes[sentiment]:
            sentiment = -1
        weight = _SENTIMENT_WEIGHTS.get(row.sentiment_source or "", _OTHER_SOURCE_WEIGHT)
        cause = self._cause_index[row.cause] if row.cause else -1
        return Targets(themes, weights, polarities, sentiment, weight, classes, cause)

    def _theme_targets(self, row: Row) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """`themes`, `theme_weights` and `polarities` of `Targets`."""
        size = len(self.themes)
        index = {theme: i for i, theme in enumerate(self.themes)}
        themes, weights = np.zeros(size, np.float32), np.zeros(size, np.float32)
        polarities = np.zeros((size, 3), np.float32)
        if not row.is_themed:
            return themes, weights, polarities
        is_complete = row.dataset in self.complete
        absent_weight = 1.0 if is_complete else _SINGLE_LABEL_WEIGHTS.get(row.dataset, 0.0)
        for theme in self.themes:
            is_labelled = theme in self.labelled_themes[row.dataset]
            weights[index[theme]] = absent_weight if is_labelled else _WEAK_NEGATIVE * is_complete
        for theme, polarity in row.labels:
            themes[index[theme]] = weights[index[theme]] = 1.0
            if polarity:
                polarities[index[theme]] += _POLARITIES[polarity]
            elif row.sentiment in ("negative", "positive"):  # a polar text: its themes have the polarity of the text
                polarities[index[theme]] += _POLARITIES[row.sentiment]
        polarities /= np.maximum(polarities.sum(axis=1, keepdims=True), 1)
        return themes, weights, polarities


def _union(one: Targets, other: Targets) -> Targets:
    """Targets of two texts joined into one. A theme is absent only if it is absent from both."""
    themes = np.maximum(one.themes, other.themes)
    weights = np.where(
        themes > 0,
        np.maximum(one.theme_weights * one.themes, other.theme_weights * other.themes),
        np.minimum(one.theme_weights, other.theme_weights),
    )
    polarities = one.polarities + other.polarities
    polarities /= np.maximum(polarities.sum(axis=1, keepdims=True), 1)
    neutral, mixed = SENTIMENTS.index("neutral"), SENTIMENTS.index("mixed")
    sentiment = one.sentiment if one.sentiment == other.sentiment else mixed
    if {one.sentiment, other.sentiment} & {-1, neutral} and one.sentiment != other.sentiment:
        sentiment = -1  # polar and neutral text: annotators disagree about the whole
    classes = one.classes | other.classes
    classes[mixed] |= sentiment == mixed
    weight = min(one.sentiment_weight, other.sentiment_weight) / 2
    return Targets(themes, weights, polarities, sentiment, weight, classes)
