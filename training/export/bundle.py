"""Make a bundle from a checkpoint and its heads; refused if its answers differ too much from the checkpoint's.

    python -m training.export.bundle --checkpoint RUN --data DATA --version core-2026.12 --out models/bundled

`RUN` holds a Hugging Face BertModel, its tokenizer.json and heads.safetensors; `training.fit.finetune` or
`training.fit.linear` wrote it. Activation ranges are measured on the training rows of `DATA`; thresholds and
temperature are calibrated on its dev rows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from safetensors.numpy import load_file, save_file

from models.annotator import Annotator, CommentLogits
from models.bundle import BUNDLED, CARD, CODE_FRAME, CONFIG, HEADS, open_bundle, seal
from saywhy.code_frame import CAUSES, CORE, load_code_frame
from saywhy.feedback import Comment
from training.data.rows import Row, read_dev, read_train
from training.data.targets import AnnotationSchemes
from training.evaluation.metrics import evaluate
from training.export.calibrate import calibrate, theme_scaling
from training.export.card import write_card
from training.export.quantise import Fidelity, fidelity, measured_texts, write_encoder

MAX_BYTES = 64_000_000  # of all files together
MIN_COSINE = 0.99  # of the vectors to float32, mean over the texts
MIN_AGREEMENT = 0.98  # with float32: share of the sentiment labels, and of the decisions on themes
FIDELITY_TEXTS = 2000


def export(checkpoint: Path, data: Path, version: str, out: Path, card: dict[str, Any]) -> None:
    """Write the bundle to `out`; raises `ValueError` if it is larger than `MAX_BYTES` or not faithful.

    It is written to `out` + ".part" first, so that `out` is replaced by a complete bundle or not at all.
    """
    train = list(read_train(data))
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    write_encoder(checkpoint, measured_texts(train), part)
    shutil.copy(checkpoint / HEADS, part / HEADS)
    complete(part, train, data, version, out, card, checkpoint)


def complete(
    part: Path,
    train: Sequence[Row],
    data: Path,
    version: str,
    out: Path,
    card: dict[str, Any],
    checkpoint: Path | None = None,
) -> None:
    """Calibrate the encoder and heads in `part`, write the rest of the bundle, and put it in the place of `out`.

    Raises `ValueError` if it is larger than `MAX_BYTES` or not faithful to the checkpoint, if that is given.
    """
    shutil.copy(CORE, part / CODE_FRAME)
    shutil.copy(CORE.with_name(CAUSES), part / CAUSES)
    (part / CARD).write_text("", "utf-8")
    themes = load_code_frame().ids
    config: dict[str, Any] = {
        "version": version,
        "thresholds": dict.fromkeys(themes, 0.5),
        "temperature": 1.0,
        "uncertain_below": 0.0,
    }
    _write_config(part, config)
    dev = list(read_dev(data))
    schemes = AnnotationSchemes(train, data, themes)
    logits = Annotator(open_bundle(part)).logits([Comment(row.text, row.language) for row in dev])
    scale, shift = theme_scaling(logits, dev, schemes)
    _scale_themes(part, len(themes), scale, shift)
    scaled_themes = logits.themes * np.float32(scale) + np.float32(shift)
    logits = CommentLogits(scaled_themes, logits.polarities, logits.sentiment)
    config |= calibrate(logits, dev, schemes)
    _write_config(part, config)
    if checkpoint is not None:
        check_fidelity(checkpoint, part, [row.text for row in dev])
    quality = evaluate(logits, config, dev, schemes)
    print(quality)
    (part / CARD).write_text(write_card(version, quality, card), "utf-8")
    seal(part)
    size = sum(path.stat().st_size for path in part.iterdir())
    print(f"bundle: {size / 1e6:.1f} MB")
    if size > MAX_BYTES:
        raise ValueError(f"the bundle has {size} bytes, more than {MAX_BYTES}")
    shutil.rmtree(out, ignore_errors=True)
    part.rename(out)


def check_fidelity(checkpoint: Path, folder: Path, texts: Sequence[str]) -> Fidelity:
    """Print and return how faithful a bundle is to its checkpoint, on `FIDELITY_TEXTS` of the texts.

    Raises `ValueError` if it is not faithful enough.
    """
    chosen = [texts[i] for i in np.linspace(0, len(texts) - 1, min(FIDELITY_TEXTS, len(texts))).astype(int)]
    agreement = fidelity(checkpoint, open_bundle(folder), chosen)
    print(
        f"int8 against float32 on {len(chosen)} texts: same sentiment {agreement.sentiment:.2%}, "
        f"same decisions on themes {agreement.decisions:.2%}, all themes of a text the same {agreement.themes:.2%}, "
        f"cosine of the vectors {agreement.cosine.mean():.4f} (lowest 1 %: {np.quantile(agreement.cosine, 0.01):.4f})"
    )
    if agreement.cosine.mean() < MIN_COSINE or min(agreement.sentiment, agreement.decisions) < MIN_AGREEMENT:
        raise ValueError(
            f"the int8 graph differs too much from the checkpoint: cosine {agreement.cosine.mean():.4f} "
            f"(least {MIN_COSINE}), same sentiment {agreement.sentiment:.4f}, same decisions on themes "
            f"{agreement.decisions:.4f} (least {MIN_AGREEMENT})"
        )
    return agreement


def _scale_themes(folder: Path, themes: int, scale: float, shift: float) -> None:
    """Scale and shift the theme votes of a bundle, and thereby the theme logits: those are weighted means of votes."""
    heads = load_file(folder / HEADS)
    votes = slice(themes + 1, 2 * themes + 1)
    heads["weight"][:, votes] *= scale
    heads["bias"][votes] = heads["bias"][votes] * scale + shift
    save_file(heads, folder / HEADS)


def _write_config(folder: Path, config: dict[str, Any]) -> None:
    """Write the configuration and seal the bundle, so that it can be opened."""
    (folder / CONFIG).write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    seal(folder)


def main(
    checkpoint: Annotated[Path, typer.Option()],
    data: Annotated[Path, typer.Option()],
    version: Annotated[str, typer.Option()],
    out: Annotated[Path, typer.Option()] = BUNDLED,
    recipe: Annotated[str, typer.Option(help="How it was trained, for the model card.")] = "",
) -> None:
    """Export a checkpoint as a bundle."""
    export(checkpoint, data, version, out, {"recipe": recipe})


if __name__ == "__main__":
    typer.run(main)
