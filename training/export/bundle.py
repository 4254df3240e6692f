"""Make a bundle out of a checkpoint and its heads, and refuse one that does not answer like the checkpoint.

    python -m training.export.bundle --checkpoint RUN --data DATA --version core-2026.12 --out models/bundled

`RUN` holds a Hugging Face BertModel, its tokenizer.json and heads.safetensors (see `training.fit.finetune`,
`training.fit.linear`). Activation ranges are measured, thresholds and temperature calibrated, on texts of `DATA`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from safetensors.numpy import load_file, save_file

from models.annotator import Annotator
from models.bundle import BUNDLED, CARD, CODE_FRAME, CONFIG, HEADS, open_bundle, seal
from saywhy.code_frame import CORE, load_code_frame
from saywhy.feedback import Comment
from training.data.rows import Conventions, read_rows
from training.evaluation.metrics import evaluate
from training.export.calibrate import calibrate, theme_scaling
from training.export.card import write_card
from training.export.quantise import Fidelity, fidelity, write_encoder

LARGEST = 64_000_000  # bytes
LEAST_COSINE = 0.99  # mean over the texts
LEAST_SAME = 0.985  # share of the sentiment labels, and of the decisions on themes, that are the same
CHECKED_TEXTS = 2000


def export(checkpoint: Path, data: Path, version: str, out: Path, card: dict[str, Any]) -> None:
    """Write the bundle to `out`; raises `ValueError` when it is too large or not faithful."""
    rows = list(read_rows(data / "feedback" / "train.jsonl.gz"))
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    write_encoder(checkpoint, rows, part)
    shutil.copy(checkpoint / HEADS, part / HEADS)
    shutil.copy(CORE, part / CODE_FRAME)
    (part / CARD).write_text("", "utf-8")
    themes = load_code_frame().ids
    config: dict[str, Any] = {
        "version": version,
        "thresholds": dict.fromkeys(themes, 0.5),
        "temperature": 1.0,
        "uncertain_below": 0.0,
    }
    _write(part, config)
    dev = list(read_rows(data / "feedback" / "dev.jsonl.gz"))
    conventions = Conventions(rows, data / "themes.toml", themes)
    scores = Annotator(open_bundle(part)).scores([Comment(row.text, row.language) for row in dev])
    scale, shift = theme_scaling(scores, dev, conventions)
    _scale_themes(part, len(themes), scale, shift)
    scores = replace(scores, themes=scores.themes * np.float32(scale) + np.float32(shift))
    config |= calibrate(scores, dev, conventions)
    _write(part, config)
    check_fidelity(checkpoint, part, [row.text for row in dev])
    results = evaluate(scores, config, dev, conventions)
    print(results)
    (part / CARD).write_text(write_card(version, results, card), "utf-8")
    seal(part)
    size = sum(path.stat().st_size for path in part.iterdir())
    print(f"bundle: {size / 1e6:.1f} MB")
    if size > LARGEST:
        raise ValueError(f"the bundle has {size} bytes, more than {LARGEST}")
    shutil.rmtree(out, ignore_errors=True)
    part.rename(out)


def check_fidelity(checkpoint: Path, folder: Path, texts: Sequence[str]) -> Fidelity:
    """Print how faithful a bundle is to its checkpoint on some of the texts; raises `ValueError` when too little."""
    some = [texts[i] for i in np.linspace(0, len(texts) - 1, min(CHECKED_TEXTS, len(texts))).astype(int)]
    found = fidelity(checkpoint, open_bundle(folder), some)
    print(
        f"int8 against float32 on {len(some)} texts: same sentiment {found.sentiment:.2%}, same decisions on themes "
        f"{found.decisions:.2%}, all themes of a text the same {found.themes:.2%}, cosine of the vectors "
        f"{found.cosine.mean():.4f} (lowest 1 %: {np.quantile(found.cosine, 0.01):.4f})"
    )
    if found.cosine.mean() < LEAST_COSINE or min(found.sentiment, found.decisions) < LEAST_SAME:
        raise ValueError(
            f"the int8 graph strays from the checkpoint: cosine {found.cosine.mean():.4f} (least {LEAST_COSINE}), same "
            f"sentiment {found.sentiment:.4f}, same decisions on themes {found.decisions:.4f} (least {LEAST_SAME})"
        )
    return found


def _scale_themes(folder: Path, themes: int, scale: float, shift: float) -> None:
    """Scale and shift the theme logits. Pooling is a weighted mean, so it is enough to do so to each token's votes."""
    heads = load_file(folder / HEADS)
    votes = slice(themes + 1, 2 * themes + 1)
    heads["weight"][:, votes] *= scale
    heads["bias"][votes] = heads["bias"][votes] * scale + shift
    save_file(heads, folder / HEADS)


def _write(folder: Path, config: dict[str, Any]) -> None:
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
