"""Whether every language and both Chinese scripts are read alike.

    python -m training.export.parity --data DATA [--bundle FOLDER]

Scripts: Chinese sentences and the same ones converted to the other script (OpenCC, with the words of the region).
Languages: sets of one kind of feedback that exist in several languages; each against English.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from opencc import OpenCC

from models.annotator import Annotator
from models.bundle import BUNDLED, open_bundle
from saywhy.annotation import Annotation
from saywhy.feedback import Comment
from training.data.rows import Conventions, Row, read_rows
from training.evaluation.metrics import evaluate

#: Written in, converted to; the OpenCC conversion of the script alone, and of the region's words too (软件 → 軟體).
_CONVERSIONS = (
    ("zh-Hans", "zh-Hant", "s2t"),
    ("zh-Hant", "zh-Hans", "t2s"),
    ("zh-Hans", "zh-Hant", "s2twp"),
    ("zh-Hant", "zh-Hans", "tw2sp"),
)

#: Feedback of one kind in several languages, as alike as public data has it: domains and conventions still differ.
COMPARABLE = {
    "restaurants": ("semeval16_restaurants", "gerestaurant_de"),
    "hotels": ("asqp_hotels_coursera_en", "hotel_absa_de"),
    "hotels, the author's own plus and minus": ("booking_hotels_multi",),
    "restaurants, laptops, hotels (DimABSA)": ("dimabsa2026",),
    "goods": ("semeval_absa_en_other", "online_shopping_10_cats", "tianchi_zhijiang"),
    "tweets, Amazon reviews (Chinese, Japanese)": ("tyqiangz_multisent",),
}


def scripts(rows: Sequence[Row], annotator: Annotator) -> str:
    """Markdown: shares of the Chinese rows that get the same answer in both scripts."""
    lines = [
        "| written in | converted by | sentences | same sentiment | same themes | both | polar, written | converted |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    chinese = {script: [row for row in rows if row.language == script] for script in ("zh-Hans", "zh-Hant")}
    as_written = {
        script: annotator.annotate([Comment(row.text, script) for row in own]) for script, own in chinese.items()
    }
    for script, other, converter in _CONVERSIONS:
        own, written = chinese[script], as_written[script]
        convert = OpenCC(converter).convert
        converted = annotator.annotate([Comment(convert(row.text), other) for row in own])
        felt = np.array([a.sentiment.label == b.sentiment.label for a, b in zip(written, converted, strict=True)])
        themes = np.array([_themes(a) == _themes(b) for a, b in zip(written, converted, strict=True)])
        polar = [i for i, row in enumerate(own) if row.sentiment in ("negative", "positive")]
        right = [
            np.mean([(answers[i].sentiment.score > 0) == (own[i].sentiment == "positive") for i in polar])
            for answers in (written, converted)
        ]
        lines.append(
            f"| {script} | {converter} | {len(own):,} | {felt.mean():.1%} | {themes.mean():.1%} "
            f"| {(felt & themes).mean():.1%} | {right[0]:.3f} | {right[1]:.3f} |"
        )
    return "\n".join(lines)


def _themes(annotation: Annotation) -> set[str]:
    return {label.theme for label in annotation.themes}


def languages(rows: Sequence[Row], annotator: Annotator, thresholds: dict[str, float], conventions: Conventions) -> str:
    """Markdown: polar accuracy and theme micro-F1 (as in `training.evaluation.metrics`) of each language against English."""
    lines = [
        "| feedback | language | texts | polar | against English | themes (micro-F1) | against English |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for name, datasets in COMPARABLE.items():
        chosen = [row for row in rows if row.dataset in datasets]
        scores = annotator.scores([Comment(row.text, row.language) for row in chosen])
        cells = evaluate(scores, {"thresholds": thresholds}, chosen, conventions).languages
        english = next((cell for cell in cells if cell.name == "en"), None)
        if english is None:  # too few rows were asked for
            continue
        lines += [
            f"| {name} | {cell.name} | {cell.texts:,} | {_shown(cell.polar)} | {_less(cell.polar, english.polar)} "
            f"| {_shown(cell.theme_f1)} | {_less(cell.theme_f1, english.theme_f1)} |"
            for cell in sorted(cells, key=lambda cell: (cell.name != "en", cell.name))
        ]
    return "\n".join(lines)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _less(value: float | None, english: float | None) -> str:
    return "–" if value is None or english is None else f"{value - english:+.3f}"


def main(
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
    every: Annotated[int, typer.Option(help="Take only every so many-th row, to be quick.")] = 1,
) -> None:
    """Print both tables."""
    opened = open_bundle(bundle)
    annotator = Annotator(opened)
    conventions = Conventions(
        read_rows(data / "feedback" / "train.jsonl.gz"), data / "themes.toml", opened.code_frame.ids
    )
    rows = list(read_rows(data / "feedback" / "dev.jsonl.gz"))[::every]
    print(scripts(rows, annotator) + "\n")
    print(languages(rows, annotator, opened.config["thresholds"], conventions))


if __name__ == "__main__":
    typer.run(main)
