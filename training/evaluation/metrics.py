"""Quality of a bundle on labelled feedback, per dataset and language.

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

from models.annotator import Annotator, Scores
from models.bundle import BUNDLED, open_bundle
from saywhy.feedback import Comment
from training.data.rows import SENTIMENTS, Conventions, Row, read_rows

_LEAST = 20  # texts that a cell of the table needs


@dataclass(frozen=True)
class Cell:
    """One row of the table. Shares in 0 … 1, `None` where the texts cannot tell."""

    name: str
    texts: int
    polar: float | None  # of the clearly negative or positive, those whose score has the right sign
    sentiment: float | None  # of all with a sentiment, those labelled so
    theme_f1: float | None  # micro-F1 over the themes that the dataset knows


@dataclass(frozen=True)
class Results:
    """The table by dataset and by language, and the means over datasets."""

    datasets: tuple[Cell, ...]
    languages: tuple[Cell, ...]

    @property
    def polar(self) -> float:
        return _mean(cell.polar for cell in self.datasets)

    @property
    def theme_f1(self) -> float:
        return _mean(cell.theme_f1 for cell in self.datasets)

    def __str__(self) -> str:
        lines = ["| | texts | polar | sentiment | themes (micro-F1) |", "|---|--:|--:|--:|--:|"]
        for cell in (*self.datasets, *self.languages):
            shown = ("–" if v is None else f"{v:.3f}" for v in (cell.polar, cell.sentiment, cell.theme_f1))
            lines.append(f"| {cell.name} | {cell.texts:,} | {' | '.join(shown)} |")
        lines.append(f"| **mean over datasets** | | **{self.polar:.3f}** | | **{self.theme_f1:.3f}** |")
        return "\n".join(lines)


def evaluate(scores: Scores, config: dict[str, Any], rows: Sequence[Row], conventions: Conventions) -> Results:
    """Compare the labels that `scores` and a bundle's `config` give with those of people."""
    thresholds = np.array([config["thresholds"][theme] for theme in conventions.themes])
    themes = 1 / (1 + np.exp(-scores.themes)) >= thresholds
    sentiment = scores.sentiment.argmax(axis=1)
    sign = np.where(scores.sentiment[:, 2] > scores.sentiment[:, 0], 2, 0)
    datasets = np.array([row.dataset for row in rows])
    languages = np.array([row.language for row in rows])

    def cells(groups: NDArray[np.str_]) -> tuple[Cell, ...]:
        return tuple(
            _cell(str(name), np.flatnonzero(groups == name), rows, themes, sentiment, sign, conventions)
            for name in np.unique(groups)
            if (groups == name).sum() >= _LEAST
        )

    return Results(cells(datasets), cells(languages))


def _cell(
    name: str,
    members: NDArray[np.int64],
    rows: Sequence[Row],
    themes: NDArray[np.bool_],
    sentiment: NDArray[np.int64],
    sign: NDArray[np.int64],
    conventions: Conventions,
) -> Cell:
    gold = [i for i in members if rows[i].sentiment]
    polar = [i for i in gold if rows[i].sentiment in ("negative", "positive")]
    hit = predicted = true = 0
    for i in members:
        if not rows[i].themed:
            continue
        known = np.array([theme in conventions.mapped[rows[i].dataset] for theme in conventions.themes])
        truth = np.isin(conventions.themes, [theme for theme, _ in rows[i].labels])
        hit += int((themes[i] & truth).sum())
        predicted += int((themes[i] & known).sum())
        true += int(truth.sum())
    return Cell(
        name,
        len(members),
        _share(sign[i] == SENTIMENTS.index(rows[i].sentiment or "") for i in polar),
        _share(sentiment[i] == SENTIMENTS.index(rows[i].sentiment or "") for i in gold),
        2 * hit / (predicted + true) if true >= _LEAST else None,
    )


def _share(hits: Iterable[np.bool_]) -> float | None:
    values = list(hits)
    return float(np.mean(values)) if len(values) >= _LEAST else None


def _mean(values: Iterable[float | None]) -> float:
    return float(np.mean([value for value in values if value is not None]))


def main(
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
) -> None:
    """Print the table."""
    opened = open_bundle(bundle)
    conventions = Conventions(
        read_rows(data / "feedback" / "train.jsonl.gz"), data / "themes.toml", opened.code_frame.ids
    )
    rows = list(read_rows(data / "feedback" / "dev.jsonl.gz"))
    scores = Annotator(opened).scores([Comment(row.text, row.language) for row in rows])
    print(evaluate(scores, opened.config, rows, conventions))


if __name__ == "__main__":
    typer.run(main)
