"""Labelled feedback as read from a dataset folder.

A dataset folder holds

- `themes.toml`: `complete`, the datasets whose annotators marked every theme of a text, and `mapping`, how labels of
  the datasets map to themes;
- `feedback/train.jsonl.gz` and `feedback/dev.jsonl.gz`: JSON lines with one text each: `id`, `dataset`, `lang`, `text`,
  `sentiment`, `sent_src`, `labels` ([[theme, polarity or null], …]), `themed`;
- `clusters/intents.jsonl.gz`: texts with an intent (`raw_labels`), for the theme billing and for evaluating vectors.
"""

from __future__ import annotations

import gzip
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Labels = tuple[tuple[str, str | None], ...]  # (theme, polarity or None)

#: Dataset name of the comments that were written for this model (`WRITTEN_COMMENTS`).
WRITTEN = "written"
#: Comments that were written for this model, with every clause and every theme labelled: a file for each language.
WRITTEN_COMMENTS = Path(__file__).with_name("written")

#: Dataset name of texts that are no feedback (`NEUTRAL_TEXTS`): questions, requests, headlines, chat.
NEUTRAL = "neutral"
#: Texts that are no feedback, so that their vectors stay near the base encoder's: a file for each language.
NEUTRAL_TEXTS = Path(__file__).with_name("neutral")

#: Dataset name of the clauses of the cause library (`training.data.cause_library`).
LIBRARY = "library"

_BANKING = "banking77_en"


@dataclass(frozen=True)
class Row:
    """One labelled text.

    `sentiment_source` says where the sentiment comes from (`training.data.targets.GOLD`). `is_themed`: annotators
    looked for themes. `parts` are labelled texts whose concatenation is `text`. `cause` is the id of the root cause
    that the text names, `models.causes.NO_CAUSE` if it names none, and None if nobody looked for causes.
    """

    id: str
    dataset: str
    language: str
    text: str
    sentiment: str | None
    sentiment_source: str | None
    labels: Labels
    is_themed: bool
    parts: tuple[Row, ...] = ()
    cause: str | None = None


def read_train(data: Path) -> Iterator[Row]:
    """Training rows of a dataset folder."""
    return read_rows(data / "feedback" / "train.jsonl.gz")


def read_dev(data: Path) -> Iterator[Row]:
    """Rows of a dataset folder that are not trained on: for calibration and evaluation."""
    return read_rows(data / "feedback" / "dev.jsonl.gz")


def read_rows(path: Path) -> Iterator[Row]:
    """Rows of a `.jsonl` or `.jsonl.gz` file."""
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
                _labels(entry["labels"]),
                entry["themed"],
            )


def read_intents(data: Path) -> Iterator[dict[str, Any]]:
    """Entries of the folder's `clusters/intents.jsonl.gz`."""
    with gzip.open(data / "clusters" / "intents.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_billing(data: Path) -> Iterator[Row]:
    """Banking queries (banking77), labelled with the theme billing or none: a complete dataset of that theme alone."""
    with (data / "themes.toml").open("rb") as file:
        billing_intents = set(tomllib.load(file)["mapping"]["billing"][_BANKING])
    for entry in read_intents(data):
        if entry["dataset"] == _BANKING:
            labels: Labels = (("billing", None),) if entry["raw_labels"][0][0] in billing_intents else ()
            yield Row(entry["id"], _BANKING, "en", entry["text"], None, None, labels, True)


def read_written(folder: Path = WRITTEN_COMMENTS) -> Iterator[Row]:
    """Comments whose parts are labelled one by one. A theme that is negative and positive in them is mixed overall."""
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            entry: dict[str, Any] = json.loads(line)
            row_id = f"{path.stem}-{number}"
            parts = tuple(
                Row(row_id, WRITTEN, path.stem, part["text"], part["sentiment"], "gold", _labels(part["labels"]), True)
                for part in entry["parts"]
            )
            polarities: dict[str, set[str]] = defaultdict(set)
            for theme, polarity in (label for part in entry["parts"] for label in part["labels"]):
                polarities[theme].add(polarity)
            labels = tuple((theme, _overall(of_theme)) for theme, of_theme in polarities.items())
            text = "".join(part.text for part in parts)
            yield Row(row_id, WRITTEN, path.stem, text, entry["sentiment"], "gold", labels, True, parts)


def read_neutral(folder: Path = NEUTRAL_TEXTS) -> Iterator[Row]:
    """Texts that are no feedback, one a line, without any label."""
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            yield Row(f"{NEUTRAL}-{path.stem}-{number}", NEUTRAL, path.stem, line, None, None, (), False)


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


def _labels(pairs: Iterable[tuple[str, str | None]]) -> Labels:
    return tuple((theme, polarity) for theme, polarity in pairs)


def _overall(polarities: set[str]) -> str:
    if "mixed" in polarities or {"negative", "positive"} <= polarities:
        return "mixed"
    return next(polarity for polarity in ("negative", "positive", "neutral") if polarity in polarities)
