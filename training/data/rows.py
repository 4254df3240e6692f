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
from dataclasses import dataclass, replace
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
#: Comments written for this model, clause by clause (training/data/written/); every theme of them is marked.
WRITTEN = "written"
#: Two texts one after the other; what is known of them is known of each.
JOINED = "joined"
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
    parts: tuple[Row, ...] = ()  # texts that joined are `text`, each labelled on its own


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


def read_written(folder: Path) -> Iterator[Row]:
    """Comments whose parts are labelled one by one; a theme that is praised and blamed is mixed in the whole."""
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            entry: dict[str, Any] = json.loads(line)
            name = f"{path.stem}-{number}"
            parts = tuple(
                Row(name, WRITTEN, path.stem, part["text"], part["sentiment"], "gold", _pairs(part["labels"]), True)
                for part in entry["parts"]
            )
            felt: dict[str, set[str]] = defaultdict(set)
            for theme, polarity in (label for part in entry["parts"] for label in part["labels"]):
                felt[theme].add(polarity)
            labels = tuple((theme, _overall(polarities)) for theme, polarities in felt.items())
            text = "".join(part.text for part in parts)
            yield Row(name, WRITTEN, path.stem, text, entry["sentiment"], "gold", labels, True, parts)


def _pairs(labels: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, str | None], ...]:
    return tuple((theme, polarity) for theme, polarity in labels)


def _overall(polarities: set[str]) -> str:
    if {"negative", "positive"} <= polarities:
        return "mixed"
    return next(p for p in ("negative", "positive", "neutral") if p in polarities)


#: What stands between two statements, by language, where they feel alike and where they do not.
_ALIKE = {
    "zh": ("，", "。", "，"),
    "ja": ("。", "、"),
    "en": (". ", ", ", " and "),
    "": (". ", ", "),
}
_UNLIKE = {
    "zh": ("，但是", "，但", "。", "，"),
    "de": (", aber ", ". ", ", "),
    "en": (", but ", ". ", ", "),
    "": (". ", ", "),
}


def join_short(rows: Sequence[Row], longest: int, share: float, seed: int) -> list[Row]:
    """Replace a `share` of the texts of at most `longest` characters (a Chinese one counts threefold) by pairs of them.

    Pairs are of one language and of any two datasets. They teach that a clause is about its own words alone, which
    texts labelled as a whole cannot.
    """
    generator = np.random.default_rng(seed)
    chosen = [
        not row.parts
        and len(row.text) * (3 if row.language[:2] in ("zh", "ja") else 1) <= longest
        and generator.random() < share
        for row in rows
    ]
    kept = [row for row, joins in zip(rows, chosen, strict=True) if not joins]
    by_language: dict[str, list[Row]] = defaultdict(list)
    for row, joins in zip(rows, chosen, strict=True):
        if joins:
            by_language[row.language].append(row)
    for language, members in by_language.items():
        unlike, alike = (table.get(language[:2], table[""]) for table in (_UNLIKE, _ALIKE))
        for one, other in zip(members[::2], members[1::2], strict=False):
            between = str(generator.choice(unlike if {one.sentiment, other.sentiment} == _OPPOSED else alike))
            first = replace(one, text=one.text.rstrip(" .。!！,，") + between)
            parts = (first, replace(other, text=other.text.strip()))
            kept.append(Row(one.id, JOINED, language, first.text + parts[1].text, None, None, (), True, parts))
        kept += members[len(members) // 2 * 2 :]
    return [kept[i] for i in generator.permutation(len(kept))]


_OPPOSED = {"negative", "positive"}


class Conventions:
    """What each dataset's annotators could say, learnt from its rows and from `themes.toml`."""

    def __init__(self, rows: Iterable[Row], mapping: Path, themes: Sequence[str]) -> None:
        self.themes = tuple(themes)
        with mapping.open("rb") as file:
            self.complete = {*tomllib.load(file)["complete"], "banking77_en", WRITTEN}
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
        if row.dataset == JOINED:
            return _union(*(self.targets(part) for part in row.parts))
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


def _union(one: Targets, other: Targets) -> Targets:
    """What is known of two texts read as one: a theme is absent where it is absent from both."""
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
        sentiment = -1  # praise and a remark: people do not agree what the whole is
    classes = one.classes | other.classes
    classes[mixed] |= sentiment == mixed
    weight = min(one.sentiment_weight, other.sentiment_weight) / 2
    return Targets(themes, weights, polarities, sentiment, weight, classes)


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
