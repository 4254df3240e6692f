"""The mean of the weights of several runs that started from the same weights.

    python -m training.fit.average --run RUN --run RUN --out AVERAGE

It is mostly better than each of them and costs nothing at inference (Wortsman et al. 2022, Model soups: averaging
weights of multiple fine-tuned models improves accuracy without increasing inference time).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from safetensors.numpy import load_file, save_file

from models.bundle import HEADS, TOKENIZER

WEIGHTS = "model.safetensors"
CONFIG = "config.json"


def average(runs: Sequence[Path], out: Path) -> None:
    """Write the mean of encoder and heads to `out`; raises `ValueError` if the runs differ in shape or tokenizer."""
    out.mkdir(parents=True, exist_ok=True)
    if len({(run / TOKENIZER).read_bytes() for run in runs}) > 1:
        raise ValueError("the runs have different tokenizers")
    for name in (WEIGHTS, HEADS):
        tensors = [load_file(run / name) for run in runs]
        shapes = [{key: values.shape for key, values in of_run.items()} for of_run in tensors]
        if any(other != shapes[0] for other in shapes):
            raise ValueError(f"{name} has other tensors in {runs[0]} than in the other runs")
        means = {key: np.mean([of_run[key] for of_run in tensors], axis=0, dtype=np.float32) for key in tensors[0]}
        save_file(means, out / name, metadata={"format": "pt"})
    for name in (CONFIG, TOKENIZER):
        shutil.copy(runs[0] / name, out / name)


def main(
    run: Annotated[list[Path], typer.Option(help="Folder of a run; give it for each run.")],
    out: Annotated[Path, typer.Option()],
) -> None:
    """Average runs."""
    average(run, out)


if __name__ == "__main__":
    typer.run(main)
