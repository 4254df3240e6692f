"""Make a bundle of the encoder of another one and new heads, calibrated anew.

python -m training.export.reheaded --heads RUN/heads.safetensors --data DATA --version NAME
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from models.bundle import BUNDLED, HEADS
from training.data.rows import read_train
from training.export.bundle import complete


def main(
    heads: Annotated[Path, typer.Option(help="The heads, as `training.fit.refit` writes them.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    version: Annotated[str, typer.Option()],
    bundle: Annotated[Path, typer.Option(help="The bundle that has the encoder.")] = BUNDLED,
    out: Annotated[Path, typer.Option()] = BUNDLED,
    recipe: Annotated[str, typer.Option(help="How it was trained, for the model card.")] = "",
) -> None:
    """Write the bundle; `out` may be `bundle`."""
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(bundle, part)
    shutil.copy(heads, part / HEADS)
    complete(part, list(read_train(data)), data, version, out, {"recipe": recipe})


if __name__ == "__main__":
    typer.run(main)
