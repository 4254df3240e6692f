"""Make a bundle out of a checkpoint and its heads, and refuse one that does not answer like the checkpoint.

    python -m training.export --checkpoint RUN --data DATA --version core-2026.11 --out models/bundled

`RUN` holds a Hugging Face BertModel, its tokenizer.json and heads.safetensors (see `training.finetune`,
`training.linear`). Activation ranges are measured, thresholds and temperature calibrated, on texts of `DATA`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from models.annotator import Annotator
from models.bundle import BUNDLED, CARD, CODE_FRAME, CONFIG, HEADS, open_bundle, seal
from saywhy.code_frame import CORE, load_code_frame
from saywhy.feedback import Comment
from training.calibrate import calibrate
from training.card import write_card
from training.data import Conventions, read_rows
from training.evaluate import evaluate
from training.quantise import fidelity, write_encoder

LARGEST = 64_000_000  # bytes
LEAST_COSINE = 0.99


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
    }
    _write(part, config)
    dev = list(read_rows(data / "feedback" / "dev.jsonl.gz"))
    conventions = Conventions(rows, data / "themes.toml", themes)
    cosine = fidelity(checkpoint, Annotator(open_bundle(part)).vectors, dev[:: max(1, len(dev) // 2000)])
    print(
        f"cosine of the int8 vectors to float32: mean {cosine.mean():.4f}, lowest 1 % {np.quantile(cosine, 0.01):.4f}"
    )
    if cosine.mean() < LEAST_COSINE:
        raise ValueError(f"the int8 graph strays from the checkpoint: mean cosine {cosine.mean():.4f}")
    scores = Annotator(open_bundle(part)).scores([Comment(row.text, row.language) for row in dev])
    config |= calibrate(scores, dev, conventions)
    _write(part, config)
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
