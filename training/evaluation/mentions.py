"""Mentions against the labels of people: F1 of (theme, polarity) pairs, with the sentence as unit.

python -m training.evaluation.mentions --data DATA [--bundle FOLDER]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from models.annotator import Annotator
from models.bundle import BUNDLED, open_bundle
from saywhy.annotation import Annotation
from saywhy.feedback import Comment
from training.data.rows import Row, read_dev, read_train
from training.data.targets import AnnotationSchemes

#: Datasets whose annotators marked every aspect of a sentence with its polarity.
DATASETS = ("semeval16_restaurants", "mams_en", "dimabsa2026")

Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class PairCounts:
    """(theme, polarity) pairs that are predicted and labelled, predicted, and labelled."""

    hits: int
    predicted: int
    labelled: int

    @property
    def precision(self) -> float:
        return self.hits / max(self.predicted, 1)

    @property
    def recall(self) -> float:
        return self.hits / max(self.labelled, 1)

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(self.predicted + self.labelled, 1)


def predicted_pairs(annotation: Annotation, labelled_themes: set[str]) -> Pairs:
    """Pairs of an annotation's mentions, of the themes that the dataset labels."""
    return {(m.theme, m.polarity.value) for m in annotation.mentions if m.theme in labelled_themes}


def labelled_pairs(row: Row) -> Pairs:
    """Pairs of a row's labels. A mixed theme is two pairs, negative and positive; one without polarity is left out."""
    pairs: Pairs = set()
    for theme, polarity in row.labels:
        if polarity == "mixed":
            pairs |= {(theme, "negative"), (theme, "positive")}
        elif polarity:
            pairs.add((theme, polarity))
    return pairs


def count(sentences: Iterable[tuple[Pairs, Pairs]]) -> PairCounts:
    """Sum over the (predicted, labelled) pairs of the sentences."""
    total: Counter[str] = Counter()
    for predicted, labelled in sentences:
        total.update(hits=len(predicted & labelled), predicted=len(predicted), labelled=len(labelled))
    return PairCounts(total["hits"], total["predicted"], total["labelled"])


def report(rows: Sequence[Row], annotations: Sequence[Annotation], schemes: AnnotationSchemes) -> str:
    """Markdown table: each dataset, each dataset and language, the mean over datasets.

    `F1 of themes alone` ignores polarity: the difference between both F1 is due to wrong polarities.
    """
    groups: dict[str, list[tuple[Pairs, Pairs]]] = {}
    for row, annotation in zip(rows, annotations, strict=True):
        sentence = predicted_pairs(annotation, schemes.labelled_themes[row.dataset]), labelled_pairs(row)
        groups.setdefault(row.dataset, []).append(sentence)
        groups.setdefault(f"{row.dataset}, {row.language}", []).append(sentence)
    lines = [
        "| | sentences | precision | recall | F1 of (theme, polarity) | F1 of themes alone |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name in sorted(groups):
        counts = count(groups[name])
        themes = count(
            (_without_polarity(predicted), _without_polarity(labelled)) for predicted, labelled in groups[name]
        )
        lines.append(
            f"| {name} | {len(groups[name]):,} | {counts.precision:.3f} | {counts.recall:.3f} | {counts.f1:.3f} "
            f"| {themes.f1:.3f} |"
        )
    mean = np.mean([count(groups[dataset]).f1 for dataset in DATASETS if dataset in groups])
    lines.append(f"| **mean over datasets** | | | | **{mean:.3f}** | |")
    return "\n".join(lines)


def _without_polarity(pairs: Pairs) -> Pairs:
    return {(theme, "") for theme, _ in pairs}


def main(
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
    every: Annotated[int, typer.Option(help="Take only every n-th sentence (faster).")] = 1,
) -> None:
    """Print the table."""
    opened = open_bundle(bundle)
    schemes = AnnotationSchemes(
        (row for row in read_train(data) if row.dataset in DATASETS), data, opened.code_frame.ids
    )
    rows = [row for row in read_dev(data) if row.dataset in DATASETS][::every]
    annotations = Annotator(opened).annotate([Comment(row.text, row.language) for row in rows])
    print(report(rows, annotations, schemes))


if __name__ == "__main__":
    typer.run(main)
