"""Labelled feedback as training targets, with what is unknown masked out.

A dataset folder holds `themes.toml` (which datasets are `complete`, and how labels map) and JSONL files with one text a
line: `id`, `dataset`, `lang`, `text`, `sentiment`, `sent_src`, `labels` ([[theme, polarity or null], …]), `themed`.
"""

from __future__ import annotations

import gzip
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SENTIMENTS = ("negative", "neutral", "positive", "mixed")
_POLARITIES = {"negative": (1, 0, 0), "neutral": (0, 1, 0), "positive": (0, 0, 1), "mixed": (0.5, 0, 0.5)}

#: How far a label is trusted, by where it came from.
_SENTIMENT_WEIGHT = {"gold": 1.0, "section": 1.0, "aspects": 0.8, "stars": 0.5, "nps": 0.2}
#: Sources that are a person's word on the text itself.
GOLD = ("gold", "section", "aspects")
#: A theme that no annotator looked for is probably absent.
_WEAK_NEGATIVE = 0.15
#: Annotators who gave one label a text named the most important theme, so the others are probably absent.
_SINGLE_LABEL = {"app_reviews_williamhtp_en": 0.6, "pxtextmining_nhs_p1": 0.6}


@dataclass(frozen=True)
class Row:
    """One labelled text as read."""

    id: str
    dataset: str
    language: str
    text: str
    sentiment: str | None
    source: str | None
    labels: tuple[tuple[str, str | None], ...]
    themed: bool


@dataclass(frozen=True)
class Targets:
    """What a row teaches. T themes.

    `themes` (T,) in 0 … 1 with `theme_weights` (T,), 0 where unknown; `polarities` (T, 3) sums to 1 where known, else
    0; `sentiment` is an index or -1, `classes` (4,) says which sentiments the row's dataset knows at all.
    """

    themes: NDArray[np.float32]
    theme_weights: NDArray[np.float32]
    polarities: NDArray[np.float32]
    sentiment: int
    sentiment_weight: float
    classes: NDArray[np.bool_]


def read_rows(path: Path) -> Iterator[Row]:
    """Read a `.jsonl` or `.jsonl.gz` file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in file:
            entry: dict[str, Any] = json.loads(line)
            yield Row(
                entry["id"],
                entry["dataset"],
                entry["lang"],
                entry["text"],
                entry.get("sentiment"),
                entry.get("sent_src"),
                tuple((theme, polarity) for theme, polarity in entry["labels"]),
                entry["themed"],
            )


def read_intents(path: Path, mapping: Path) -> Iterator[Row]:
    """Banking queries as rows of the theme billing (in a `complete` dataset of that theme alone)."""
    with mapping.open("rb") as file:
        intents = set(tomllib.load(file)["mapping"]["billing"]["banking77_en"])
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if entry["dataset"] == "banking77_en":
                billing = entry["raw_labels"][0][0] in intents
                labels = (("billing", None),) if billing else ()
                yield Row(entry["id"], "banking77_en", "en", entry["text"], None, None, labels, True)


class Conventions:
    """What each dataset's annotators could say, learnt from its rows and from `themes.toml`."""

    def __init__(self, rows: Iterable[Row], mapping: Path, themes: Sequence[str]) -> None:
        self.themes = tuple(themes)
        with mapping.open("rb") as file:
            self.complete = {*tomllib.load(file)["complete"], "banking77_en"}
        self.mapped: dict[str, set[str]] = defaultdict(set)
        classes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in rows:
            self.mapped[row.dataset].update(theme for theme, _ in row.labels)
            if row.sentiment:
                classes[row.dataset][row.sentiment] += 1
        self._classes = {
            dataset: np.array([counts[label] > 0.005 * sum(counts.values()) for label in SENTIMENTS])
            for dataset, counts in classes.items()
        }

    def targets(self, row: Row) -> Targets:
        """Encode a row's labels."""
        size = len(self.themes)
        index = {theme: i for i, theme in enumerate(self.themes)}
        themes, weights = np.zeros(size, np.float32), np.zeros(size, np.float32)
        polarities = np.zeros((size, 3), np.float32)
        if row.themed:
            complete = row.dataset in self.complete
            known = 1.0 if complete else _SINGLE_LABEL.get(row.dataset, 0.0)
            for theme in self.themes:
                weights[index[theme]] = known if theme in self.mapped[row.dataset] else _WEAK_NEGATIVE * complete
            for theme, polarity in row.labels:
                themes[index[theme]] = weights[index[theme]] = 1.0
                if polarity:
                    polarities[index[theme]] += _POLARITIES[polarity]
                elif row.sentiment in ("negative", "positive"):  # the theme of a clear text is felt as the text is
                    polarities[index[theme]] += _POLARITIES[row.sentiment]
            polarities /= np.maximum(polarities.sum(axis=1, keepdims=True), 1)
        known_classes = self._classes.get(row.dataset, np.ones(4, bool))
        sentiment = SENTIMENTS.index(row.sentiment) if row.sentiment else -1
        if sentiment >= 0 and not known_classes[sentiment]:
            sentiment = -1
        weight = _SENTIMENT_WEIGHT.get(row.source or "", 0.5)
        return Targets(themes, weights, polarities, sentiment, weight, known_classes)


def sample(rows: Iterable[Row], caps: dict[str, int], default: int, seed: int) -> list[Row]:
    """At most `caps[dataset]` (else `default`) rows of each dataset and language, drawn with `seed`, shuffled."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.dataset, row.language].append(row)
    generator = np.random.default_rng(seed)
    drawn: list[Row] = []
    for (dataset, _), members in sorted(groups.items()):
        cap = min(caps.get(dataset, default), len(members))
        drawn += [members[i] for i in generator.permutation(len(members))[:cap]]
    return [drawn[i] for i in generator.permutation(len(drawn))]
