"""Sentiment and themes of a bundle against the labels of people, by dataset and language.

python -m training.evaluation.metrics --data DATA [--bundle FOLDER]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from models.annotator import Annotator, CommentLogits
from models.bundle import BUNDLED, open_bundle
from saywhy.feedback import Comment
from training.data.rows import Row, read_dev, read_train
from training.data.targets import SENTIMENTS, AnnotationSchemes

_MIN_TEXTS = 20  # of a row or a cell of the table


@dataclass(frozen=True)
class QualityRow:
    """One row of the table. Shares in 0 … 1; `None` where fewer than `_MIN_TEXTS` texts have the label."""

    name: str
    texts: int
    polar: float | None  # share of the negative and positive texts whose score has the right sign
    sentiment: float | None  # share of the texts with a sentiment that get its label (of four)
    own_classes: float | None  # the same, of the classes that the text's dataset uses at all
    theme_f1: float | None  # micro-F1 over the themes that the dataset labels


@dataclass(frozen=True)
class QualityTable:
    """Quality by dataset and by language; the means are over datasets."""

    datasets: tuple[QualityRow, ...]
    languages: tuple[QualityRow, ...]

    @property
    def polar(self) -> float:
        return _mean(row.polar for row in self.datasets)

    @property
    def theme_f1(self) -> float:
        return _mean(row.theme_f1 for row in self.datasets)

    def __str__(self) -> str:
        lines = ["| | texts | polar | sentiment | of its classes | themes (micro-F1) |", "|---|--:|--:|--:|--:|--:|"]
        for row in (*self.datasets, *self.languages):
            values = (row.polar, row.sentiment, row.own_classes, row.theme_f1)
            cells = ("–" if value is None else f"{value:.3f}" for value in values)
            lines.append(f"| {row.name} | {row.texts:,} | {' | '.join(cells)} |")
        lines.append(f"| **mean over datasets** | | **{self.polar:.3f}** | | | **{self.theme_f1:.3f}** |")
        return "\n".join(lines)


def evaluate(
    logits: CommentLogits, config: dict[str, Any], rows: Sequence[Row], schemes: AnnotationSchemes
) -> QualityTable:
    """Compare the labels that follow from the logits of `rows` and a bundle's `config` with those of people."""
    thresholds = np.array([config["thresholds"][theme] for theme in schemes.themes])
    themes = 1 / (1 + np.exp(-logits.themes)) >= thresholds
    sentiment = logits.sentiment.argmax(axis=1)
    is_used = np.stack([schemes.targets(row).classes for row in rows])
    own_class = np.where(is_used, logits.sentiment, -np.inf).argmax(axis=1)
    polar = np.where(logits.sentiment[:, 2] > logits.sentiment[:, 0], 2, 0)
    datasets = np.array([row.dataset for row in rows])
    languages = np.array([row.language for row in rows])

    def by_group(groups: NDArray[np.str_]) -> tuple[QualityRow, ...]:
        return tuple(
            _quality(str(name), np.flatnonzero(groups == name), rows, themes, sentiment, own_class, polar, schemes)
            for name in np.unique(groups)
            if (groups == name).sum() >= _MIN_TEXTS
        )

    return QualityTable(by_group(datasets), by_group(languages))


def _quality(
    name: str,
    members: NDArray[np.int64],
    rows: Sequence[Row],
    themes: NDArray[np.bool_],
    sentiment: NDArray[np.int64],
    own_class: NDArray[np.int64],
    polar: NDArray[np.int64],
    schemes: AnnotationSchemes,
) -> QualityRow:
    """One row of the table, of the texts `members`. Predictions of all texts: `themes` (n, T); `sentiment`, `own_class`
    and `polar` (n,), indices into `SENTIMENTS`: `own_class` is of the classes that the dataset uses, `polar` is
    negative or positive, by the sign of the score."""
    with_sentiment = [i for i in members if rows[i].sentiment]
    are_polar = [i for i in with_sentiment if rows[i].sentiment in ("negative", "positive")]
    hits = predicted = actual = 0
    for i in members:
        if not rows[i].is_themed:
            continue
        is_labelled = np.array([theme in schemes.labelled_themes[rows[i].dataset] for theme in schemes.themes])
        truth = np.isin(schemes.themes, [theme for theme, _ in rows[i].labels])
        hits += int((themes[i] & truth).sum())
        predicted += int((themes[i] & is_labelled).sum())
        actual += int(truth.sum())
    return QualityRow(
        name,
        len(members),
        _share(polar[i] == SENTIMENTS.index(rows[i].sentiment or "") for i in are_polar),
        _share(sentiment[i] == SENTIMENTS.index(rows[i].sentiment or "") for i in with_sentiment),
        _share(own_class[i] == SENTIMENTS.index(rows[i].sentiment or "") for i in with_sentiment),
        2 * hits / (predicted + actual) if actual >= _MIN_TEXTS else None,
    )


def _share(hits: Iterable[np.bool_]) -> float | None:
    values = list(hits)
    return float(np.mean(values)) if len(values) >= _MIN_TEXTS else None


def _mean(values: Iterable[float | None]) -> float:
    return float(np.mean([value for value in values if value is not None]))


def main(
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
) -> None:
    """Print the table."""
    opened = open_bundle(bundle)
    schemes = AnnotationSchemes(read_train(data), data, opened.code_frame.ids)
    rows = list(read_dev(data))
    logits = Annotator(opened).logits([Comment(row.text, row.language) for row in rows])
    print(evaluate(logits, opened.config, rows, schemes))


if __name__ == "__main__":
    typer.run(main)
