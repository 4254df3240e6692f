"""Whether languages, and both Chinese scripts, get the same quality and the same answers.

    python -m training.evaluation.parity --data DATA [--bundle FOLDER]

Scripts: Chinese sentences against the same sentences converted to the other script by OpenCC, without and with the
words of its region. Languages: datasets of one kind of feedback in several languages; each language against English.
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
from training.data.rows import Row, read_dev, read_train
from training.data.targets import AnnotationSchemes
from training.evaluation.metrics import evaluate

#: Script, script converted to, OpenCC conversion: of the script alone, and of the region's words too (软件 → 軟體).
_CONVERSIONS = (
    ("zh-Hans", "zh-Hant", "s2t"),
    ("zh-Hant", "zh-Hans", "t2s"),
    ("zh-Hans", "zh-Hant", "s2twp"),
    ("zh-Hant", "zh-Hans", "tw2sp"),
)

#: Datasets of one kind of feedback in several languages. Their domains and annotation schemes still differ.
COMPARABLE = {
    "restaurants": ("semeval16_restaurants", "gerestaurant_de"),
    "hotels": ("asqp_hotels_coursera_en", "hotel_absa_de"),
    "hotels, the author's own plus and minus": ("booking_hotels_multi",),
    "restaurants, laptops, hotels (DimABSA)": ("dimabsa2026",),
    "goods": ("semeval_absa_en_other", "online_shopping_10_cats", "tianchi_zhijiang"),
    "tweets, Amazon reviews (Chinese, Japanese)": ("tyqiangz_multisent",),
}


def scripts(rows: Sequence[Row], annotator: Annotator) -> str:
    """Markdown table: shares of the Chinese rows that get the same answer in both scripts."""
    lines = [
        "| written in | converted by | sentences | same sentiment | same themes | both | polar, written | converted |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    chinese = {script: [row for row in rows if row.language == script] for script in ("zh-Hans", "zh-Hant")}
    as_written = {
        script: annotator.annotate([Comment(row.text, script) for row in of_script])
        for script, of_script in chinese.items()
    }
    for script, other, converter in _CONVERSIONS:
        originals, written = chinese[script], as_written[script]
        convert = OpenCC(converter).convert
        converted = annotator.annotate([Comment(convert(row.text), other) for row in originals])
        same_sentiment = np.array(
            [a.sentiment.label == b.sentiment.label for a, b in zip(written, converted, strict=True)]
        )
        same_themes = np.array([_themes(a) == _themes(b) for a, b in zip(written, converted, strict=True)])
        polar = [i for i, row in enumerate(originals) if row.sentiment in ("negative", "positive")]
        accuracy = [
            np.mean([(annotations[i].sentiment.score > 0) == (originals[i].sentiment == "positive") for i in polar])
            for annotations in (written, converted)
        ]
        lines.append(
            f"| {script} | {converter} | {len(originals):,} | {same_sentiment.mean():.1%} | {same_themes.mean():.1%} "
            f"| {(same_sentiment & same_themes).mean():.1%} | {accuracy[0]:.3f} | {accuracy[1]:.3f} |"
        )
    return "\n".join(lines)


def _themes(annotation: Annotation) -> set[str]:
    return {label.theme for label in annotation.themes}


def languages(
    rows: Sequence[Row], annotator: Annotator, thresholds: dict[str, float], schemes: AnnotationSchemes
) -> str:
    """Markdown table: polar accuracy and micro-F1 of themes (`training.evaluation.metrics`), each against English."""
    lines = [
        "| feedback | language | texts | polar | against English | themes (micro-F1) | against English |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for name, datasets in COMPARABLE.items():
        chosen = [row for row in rows if row.dataset in datasets]
        logits = annotator.logits([Comment(row.text, row.language) for row in chosen])
        by_language = evaluate(logits, {"thresholds": thresholds}, chosen, schemes).languages
        english = next((quality for quality in by_language if quality.name == "en"), None)
        if english is None:  # too few rows (`--every`)
            continue
        lines += [
            f"| {name} | {quality.name} | {quality.texts:,} "
            f"| {_number(quality.polar)} | {_difference(quality.polar, english.polar)} "
            f"| {_number(quality.theme_f1)} | {_difference(quality.theme_f1, english.theme_f1)} |"
            for quality in sorted(by_language, key=lambda quality: (quality.name != "en", quality.name))
        ]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _difference(value: float | None, english: float | None) -> str:
    return "–" if value is None or english is None else f"{value - english:+.3f}"


def main(
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
    every: Annotated[int, typer.Option(help="Take only every n-th row (faster).")] = 1,
) -> None:
    """Print both tables."""
    opened = open_bundle(bundle)
    annotator = Annotator(opened)
    schemes = AnnotationSchemes(read_train(data), data, opened.code_frame.ids)
    rows = list(read_dev(data))[::every]
    print(scripts(rows, annotator) + "\n")
    print(languages(rows, annotator, opened.config["thresholds"], schemes))


if __name__ == "__main__":
    typer.run(main)
