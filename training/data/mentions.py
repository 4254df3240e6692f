"""How well mentions say what is felt about which theme: F1 of (theme, polarity) pairs, the sentence as unit.

python -m training.data.mentions --data DATA [--bundle FOLDER]
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
from training.data.rows import Conventions, Row, read_rows

#: Sets whose annotators marked every aspect of a sentence with its polarity.
DATASETS = ("semeval16_restaurants", "mams_en", "dimabsa2026")

Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Counts:
    """Pairs that are said and true, said, and true."""

    hit: int
    said: int
    true: int

    @property
    def precision(self) -> float:
        return self.hit / max(self.said, 1)

    @property
    def recall(self) -> float:
        return self.hit / max(self.true, 1)

    @property
    def f1(self) -> float:
        return 2 * self.hit / max(self.said + self.true, 1)


def said(annotation: Annotation, known: set[str]) -> Pairs:
    """The pairs of an annotation's mentions, of the themes that the dataset knows."""
    return {(m.theme, m.polarity.value) for m in annotation.mentions if m.theme in known}


def true(row: Row) -> Pairs:
    """The pairs of a row's labels; a theme of mixed feelings is both negative and positive. Themes whose polarity
    nobody marked are left out."""
    pairs: Pairs = set()
    for theme, polarity in row.labels:
        if polarity == "mixed":
            pairs |= {(theme, "negative"), (theme, "positive")}
        elif polarity:
            pairs.add((theme, polarity))
    return pairs


def count(both: Iterable[tuple[Pairs, Pairs]]) -> Counts:
    """Sum over (said, true) of the sentences."""
    total: Counter[str] = Counter()
    for one, other in both:
        total.update(hit=len(one & other), said=len(one), true=len(other))
    return Counts(total["hit"], total["said"], total["true"])


def report(rows: Sequence[Row], annotations: Sequence[Annotation], conventions: Conventions) -> str:
    """Markdown: a line a dataset and language, a line a dataset, the mean over datasets. With `themes alone`, the F1
    when polarity is ignored: what is lost between the two is lost to polarity."""
    groups: dict[str, list[tuple[Pairs, Pairs]]] = {}
    for row, annotation in zip(rows, annotations, strict=True):
        pair = said(annotation, conventions.mapped[row.dataset]), true(row)
        groups.setdefault(row.dataset, []).append(pair)
        groups.setdefault(f"{row.dataset}, {row.language}", []).append(pair)
    lines = [
        "| | sentences | precision | recall | F1 of (theme, polarity) | F1 of themes alone |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name in sorted(groups):
        counts = count(groups[name])
        themes = count((_without_polarity(a), _without_polarity(b)) for a, b in groups[name])
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
    every: Annotated[int, typer.Option(help="Take only every so many-th sentence, to be quick.")] = 1,
) -> None:
    """Print the table."""
    opened = open_bundle(bundle)
    conventions = Conventions(
        (row for row in read_rows(data / "feedback" / "train.jsonl.gz") if row.dataset in DATASETS),
        data / "themes.toml",
        opened.code_frame.ids,
    )
    rows = [row for row in read_rows(data / "feedback" / "dev.jsonl.gz") if row.dataset in DATASETS][::every]
    annotations = Annotator(opened).annotate([Comment(row.text, row.language) for row in rows])
    print(report(rows, annotations, conventions))


if __name__ == "__main__":
    typer.run(main)
