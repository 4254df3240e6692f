"""Calibration of confidences: reliability diagram and expected calibration error.

    python -m training.evaluation.reliability --data DATA [--bundle FOLDER] [--svg docs/images/reliability.svg]

Of the labels with confidence .8, 8 in 10 should be right. Sentiment: texts that a person labelled, of datasets with a
neutral class (without one, a predicted "neutral" cannot be judged). Themes: predicted labels, of complete datasets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from models.annotator import Annotator, CommentLogits
from models.arrays import Floats, Integers
from models.bundle import BUNDLED, open_bundle
from saywhy.feedback import Comment
from training.data.rows import Row, read_dev, read_train
from training.data.targets import GOLD, AnnotationSchemes

BINS = 10
_COLOURS = ("#0b6e99", "#b3541e")


@dataclass(frozen=True)
class Predictions:
    """Confidence (n,) of predicted labels, and whether they are right (n,)."""

    confidence: Floats
    is_right: NDArray[np.bool_]

    def bins(self) -> list[tuple[float, float, int]]:
        """(mean confidence, share right, count) of each non-empty bin; bins have equal width."""
        bin_index = np.minimum((self.confidence * BINS).astype(int), BINS - 1)
        return [
            (float(self.confidence[is_in_bin].mean()), float(self.is_right[is_in_bin].mean()), int(is_in_bin.sum()))
            for is_in_bin in (bin_index == i for i in range(BINS))
            if is_in_bin.any()
        ]

    @property
    def calibration_error(self) -> float:
        """Expected calibration error (Naeini et al. 2015): mean |confidence - share right| of bins, by count."""
        return sum(n * abs(confidence - share) for confidence, share, n in self.bins()) / len(self.is_right)


def sentiment_predictions(
    logits: CommentLogits, temperature: float, rows: Sequence[Row], schemes: AnnotationSchemes
) -> tuple[Predictions, Integers]:
    """Predicted sentiments that can be judged, and the indices of their rows."""
    targets = [schemes.targets(row) for row in rows]
    judged = np.array(
        [
            i
            for i, (row, target) in enumerate(zip(rows, targets, strict=True))
            if target.sentiment >= 0 and row.sentiment_source in GOLD and target.classes[:3].all()
        ]
    )
    scaled = logits.sentiment[judged].astype(np.float64) / temperature
    probabilities = np.exp(scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True))
    truth = np.array([targets[i].sentiment for i in judged])
    return Predictions(probabilities.max(axis=1), probabilities.argmax(axis=1) == truth), judged


def theme_predictions(
    logits: CommentLogits, thresholds: dict[str, float], rows: Sequence[Row], schemes: AnnotationSchemes
) -> Predictions:
    """Predicted themes (probability at or above the threshold) that can be judged."""
    probabilities = 1 / (1 + np.exp(-logits.themes.astype(np.float64)))
    targets = [schemes.targets(row) for row in rows]
    is_known = np.stack([target.theme_weights for target in targets]) >= 1
    is_known &= np.array([row.dataset in schemes.complete for row in rows])[:, None]
    is_predicted = is_known & (probabilities >= np.array([thresholds[theme] for theme in schemes.themes]))
    truth = np.stack([target.themes for target in targets])
    return Predictions(probabilities[is_predicted], truth[is_predicted] > 0)


def _table(sentiment: Predictions, themes: Predictions) -> str:
    lines = ["| | answers | mean confidence | right | expected calibration error |", "|---|--:|--:|--:|--:|"]
    for name, predictions in (("sentiment", sentiment), ("themes", themes)):
        lines.append(
            f"| {name} | {len(predictions.is_right):,} | {predictions.confidence.mean():.3f} "
            f"| {predictions.is_right.mean():.3f} | {predictions.calibration_error:.3f} |"
        )
    lines += ["", "| | confidence | right | answers |", "|---|--:|--:|--:|"]
    for name, predictions in (("sentiment", sentiment), ("themes", themes)):
        lines += [f"| {name} | {confidence:.2f} | {share:.2f} | {n:,} |" for confidence, share, n in predictions.bins()]
    return "\n".join(lines)


def _uncertain_table(predictions: Predictions, below: float) -> str:
    is_uncertain = predictions.confidence < below
    lines = [f"| sentiment, limit {below} | texts | right |", "|---|--:|--:|"]
    for name, mask in (("uncertain", is_uncertain), ("not uncertain", ~is_uncertain)):
        right = f"{predictions.is_right[mask].mean():.3f}" if mask.any() else "–"
        lines.append(f"| {name} | {mask.mean():.1%} | {right} |")
    return "\n".join(lines)


def diagram(curves: dict[str, Predictions]) -> str:
    """The reliability diagram as SVG: x is the confidence, y the share right; the area of a dot is the bin's count."""
    size, left, top = 320, 44, 12

    def x(value: float) -> float:
        return left + value * size

    def y(value: float) -> float:
        return top + (1 - value) * size

    marks = [f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#999" stroke-dasharray="4 4"/>']
    for tick in np.linspace(0, 1, 6):
        marks.append(f'<path d="M{x(tick):.0f} {y(0)}v5M{x(0)} {y(tick):.0f}h-5" stroke="#444"/>')
        marks.append(f'<text x="{x(tick):.0f}" y="{y(0) + 18}" text-anchor="middle">{tick:.1f}</text>')
        marks.append(f'<text x="{x(0) - 8}" y="{y(tick) + 4:.0f}" text-anchor="end">{tick:.1f}</text>')
    for i, ((name, predictions), colour) in enumerate(zip(curves.items(), _COLOURS, strict=True)):
        bins = predictions.bins()
        line = " ".join(f"{x(confidence):.1f},{y(share):.1f}" for confidence, share, _ in bins)
        marks.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        for confidence, share, n in bins:
            radius = 2 + 8 * (n / len(predictions.is_right)) ** 0.5
            marks.append(f'<circle cx="{x(confidence):.1f}" cy="{y(share):.1f}" r="{radius:.1f}" fill="{colour}"/>')
        label = f"{name}: calibration error {predictions.calibration_error:.3f}"
        marks.append(f'<text x="{x(0.05):.0f}" y="{28 + 16 * i}" fill="{colour}">{label}</text>')
    marks.append(f'<text x="{x(0.5):.0f}" y="{y(0) + 36}" text-anchor="middle">confidence</text>')
    marks.append(
        f'<text x="12" y="{y(0.5):.0f}" text-anchor="middle" transform="rotate(-90 12 {y(0.5):.0f})">right</text>'
    )
    body = "\n".join(marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + size + 16} {size + 56}" role="img" '
        f'font-family="sans-serif" font-size="11">\n<title>Share of right answers by confidence</title>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n'
        f'<rect x="{left}" y="{top}" width="{size}" height="{size}" fill="none" stroke="#444"/>\n{body}\n</svg>\n'
    )


def main(
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
    svg: Annotated[Path | None, typer.Option(help="Draw the diagram here.")] = None,
    every: Annotated[int, typer.Option(help="Take only every n-th row (faster).")] = 1,
) -> None:
    """Print the tables."""
    opened = open_bundle(bundle)
    schemes = AnnotationSchemes(read_train(data), data, opened.code_frame.ids)
    rows = list(read_dev(data))[::every]
    logits = Annotator(opened).logits([Comment(row.text, row.language) for row in rows])
    sentiment, _ = sentiment_predictions(logits, opened.config["temperature"], rows, schemes)
    themes = theme_predictions(logits, opened.config["thresholds"], rows, schemes)
    print(_table(sentiment, themes) + "\n")
    print(_uncertain_table(sentiment, opened.config.get("uncertain_below", 0.0)))
    if svg:
        svg.write_text(diagram({"sentiment": sentiment, "themes": themes}), "utf-8")


if __name__ == "__main__":
    typer.run(main)
