"""The mean of the weights of several runs that started from the same weights, and a share of those.

    python -m training.fit.average --run RUN --run RUN --base CHECKPOINT --base-share 0.07 --out AVERAGE

The mean of runs is mostly better than each of them and costs nothing at inference (Wortsman et al. 2022, Model soups:
averaging weights of multiple fine-tuned models improves accuracy without increasing inference time). A share of the
base weights keeps the vectors nearer to those of the base encoder (Wortsman et al. 2022, Robust fine-tuning of
zero-shot models).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from safetensors.numpy import load_file, save_file

from models.arrays import Tensors
from models.bundle import HEADS, TOKENIZER

WEIGHTS = "model.safetensors"
CONFIG = "config.json"


def average(runs: Sequence[Path], base: Path, base_share: float, out: Path) -> None:
    """Write the mean of the runs' encoders and heads to `out`; `base_share` of the weights are the base's, those of the
    heads if it has heads.

    Raises `ValueError` if runs or base differ in shape or tokenizer.
    """
    if len({(folder / TOKENIZER).read_bytes() for folder in (*runs, base)}) > 1:
        raise ValueError("runs and base have different tokenizers")
    encoder = _mixed(_mean([run / WEIGHTS for run in runs]), base / WEIGHTS, base_share)
    heads = _mean([run / HEADS for run in runs])
    if (base / HEADS).is_file():
        heads = _mixed(heads, base / HEADS, base_share)
    out.mkdir(parents=True, exist_ok=True)
    save_file(encoder, out / WEIGHTS, metadata={"format": "pt"})
    save_file(heads, out / HEADS)
    for name in (CONFIG, TOKENIZER):
        shutil.copy(runs[0] / name, out / name)


def _mixed(tensors: Tensors, base: Path, base_share: float) -> Tensors:
    """The tensors, moved by a share of the way to those in the file of the base."""
    of_base = load_file(base)
    if _shapes(tensors).items() - _shapes(of_base).items():
        raise ValueError(f"{base} lacks tensors of the runs, or has them in another shape")
    return {key: values + np.float32(base_share) * (of_base[key] - values) for key, values in tensors.items()}


def _mean(paths: Sequence[Path]) -> Tensors:
    tensors = [load_file(path) for path in paths]
    for path, of_run in zip(paths, tensors, strict=True):
        if _shapes(of_run) != _shapes(tensors[0]):
            raise ValueError(f"{path} has other tensors than {paths[0]}")
    return {key: np.mean([of_run[key] for of_run in tensors], axis=0, dtype=np.float32) for key in tensors[0]}


def _shapes(tensors: Tensors) -> dict[str, tuple[int, ...]]:
    return {key: values.shape for key, values in tensors.items()}


def main(
    run: Annotated[list[Path], typer.Option(help="Folder of a run; give it for each run.")],
    base: Annotated[Path, typer.Option(help="The checkpoint that they started from.")],
    out: Annotated[Path, typer.Option()],
    base_share: Annotated[float, typer.Option(min=0, max=1)] = 0.0,
) -> None:
    """Average runs."""
    average(run, base, base_share, out)


if __name__ == "__main__":
    typer.run(main)
