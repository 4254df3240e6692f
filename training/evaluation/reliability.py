"""Whether confidences mean what they say: reliability diagram and expected calibration error.

    python -m training.evaluation.reliability --data DATA [--bundle FOLDER] [--svg docs/images/reliability.svg]

Sentiment: texts that a person labelled, of datasets that know neutrals (one that does not cannot say when "neutral" is
right). Themes: labels as they are shown, of datasets that are complete. A confidence of .8 should be right in 8 of 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from models.annotator import Annotator, Scores
from models.bundle import BUNDLED, open_bundle
from saywhy.feedback import Comment
from training.data.rows import GOLD, Conventions, Row, read_rows

BINS = 10


@dataclass(frozen=True)
class Answers:
    """Answers with their confidence (n,) and whether they are right (n,)."""

    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]

    def bins(self) -> list[tuple[float, float, int]]:
        """Mean confidence, share that is right, and how many: for each of the equally wide bins that has any."""
        at = np.minimum((self.confidence * BINS).astype(int), BINS - 1)
        return [
            (float(self.confidence[at == i].mean()), float(self.right[at == i].mean()), int((at == i).sum()))
            for i in range(BINS)
            if (at == i).any()
        ]

    @property
    def error(self) -> float:
        """Expected calibration error (Naeini et al. 2015): mean distance of the bins from the diagonal, by size."""
        return sum(n * abs(confidence - share) for confidence, share, n in self.bins()) / len(self.right)


def sentiment_answers(
    scores: Scores, temperature: float, rows: Sequence[Row], conventions: Conventions
) -> tuple[Answers, NDArray[np.int64]]:
    """The sentiment labels that can be checked, and the rows that they belong to."""
    targets = [conventions.targets(row) for row in rows]
    checked = np.array(
        [
            i
            for i, (row, target) in enumerate(zip(rows, targets, strict=True))
            if target.sentiment >= 0 and row.source in GOLD and target.classes[:3].all()
        ]
    )
    scaled = scores.sentiment[checked].astype(np.float64) / temperature
    probabilities = np.exp(scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True))
    truth = np.array([targets[i].sentiment for i in checked])
    return Answers(probabilities.max(axis=1), probabilities.argmax(axis=1) == truth), checked


def theme_answers(
    scores: Scores, thresholds: dict[str, float], rows: Sequence[Row], conventions: Conventions
) -> Answers:
    """The theme labels that are shown and can be checked."""
    probabilities = 1 / (1 + np.exp(-scores.themes.astype(np.float64)))
    targets = [conventions.targets(row) for row in rows]
    known = np.stack([target.theme_weights for target in targets]) >= 1
    known &= np.array([row.dataset in conventions.complete for row in rows])[:, None]
    shown = known & (probabilities >= np.array([thresholds[theme] for theme in conventions.themes]))
    return Answers(probabilities[shown], np.stack([target.themes for target in targets])[shown] > 0)


def _table(sentiment: Answers, themes: Answers) -> str:
    lines = ["| | answers | mean confidence | right | expected calibration error |", "|---|--:|--:|--:|--:|"]
    for name, answers in (("sentiment", sentiment), ("themes", themes)):
        lines.append(
            f"| {name} | {len(answers.right):,} | {answers.confidence.mean():.3f} | {answers.right.mean():.3f} "
            f"| {answers.error:.3f} |"
        )
    lines += ["", "| | confidence | right | answers |", "|---|--:|--:|--:|"]
    for name, answers in (("sentiment", sentiment), ("themes", themes)):
        lines += [f"| {name} | {confidence:.2f} | {share:.2f} | {n:,} |" for confidence, share, n in answers.bins()]
    return "\n".join(lines)


def _uncertain_table(answers: Answers, below: float) -> str:
    flagged = answers.confidence < below
    lines = [f"| sentiment, limit {below} | texts | right |", "|---|--:|--:|"]
    for name, chosen in (("uncertain", flagged), ("not uncertain", ~flagged)):
        right = f"{answers.right[chosen].mean():.3f}" if chosen.any() else "–"
        lines.append(f"| {name} | {chosen.mean():.1%} | {right} |")
    return "\n".join(lines)


def diagram(curves: dict[str, Answers]) -> str:
    """The reliability diagram as SVG: confidence to the right, share that is right upwards, size of a dot by how many
    answers."""
    size, left = 320, 44
    colours = ("#0b6e99", "#b3541e")

    def x(value: float) -> float:
        return left + value * size

    def y(value: float) -> float:
        return 12 + (1 - value) * size

    marks = [f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#999" stroke-dasharray="4 4"/>']
    for tick in np.linspace(0, 1, 6):
        marks.append(f'<path d="M{x(tick):.0f} {y(0)}v5M{x(0)} {y(tick):.0f}h-5" stroke="#444"/>')
        marks.append(f'<text x="{x(tick):.0f}" y="{y(0) + 18}" text-anchor="middle">{tick:.1f}</text>')
        marks.append(f'<text x="{x(0) - 8}" y="{y(tick) + 4:.0f}" text-anchor="end">{tick:.1f}</text>')
    for i, ((name, answers), colour) in enumerate(zip(curves.items(), colours, strict=True)):
        bins = answers.bins()
        line = " ".join(f"{x(confidence):.1f},{y(share):.1f}" for confidence, share, _ in bins)
        marks.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        for confidence, share, n in bins:
            radius = 2 + 8 * (n / len(answers.right)) ** 0.5
            marks.append(f'<circle cx="{x(confidence):.1f}" cy="{y(share):.1f}" r="{radius:.1f}" fill="{colour}"/>')
        label = f"{name}: calibration error {answers.error:.3f}"
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
        f'<rect x="{left}" y="12" width="{size}" height="{size}" fill="none" stroke="#444"/>\n{body}\n</svg>\n'
    )


def main(
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
    svg: Annotated[Path | None, typer.Option(help="Draw the diagram here.")] = None,
    every: Annotated[int, typer.Option(help="Take only every so many-th row, to be quick.")] = 1,
) -> None:
    """Print the tables."""
    opened = open_bundle(bundle)
    conventions = Conventions(
        read_rows(data / "feedback" / "train.jsonl.gz"), data / "themes.toml", opened.code_frame.ids
    )
    rows = list(read_rows(data / "feedback" / "dev.jsonl.gz"))[::every]
    scores = Annotator(opened).scores([Comment(row.text, row.language) for row in rows])
    sentiment, _ = sentiment_answers(scores, opened.config["temperature"], rows, conventions)
    themes = theme_answers(scores, opened.config["thresholds"], rows, conventions)
    print(_table(sentiment, themes) + "\n")
    print(_uncertain_table(sentiment, opened.config.get("uncertain_below", 0.0)))
    if svg:
        svg.write_text(diagram({"sentiment": sentiment, "themes": themes}), "utf-8")


if __name__ == "__main__":
    typer.run(main)
