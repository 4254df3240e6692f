"""Fit the map of the vectors (`models.vector_map`) and add it to a bundle, which it seals anew.

    python -m training.export.vector_map --bundle models/bundled --base CHECKPOINT --data DATA --version core-2027.05

`CHECKPOINT` is the base encoder with the bundle's vocabulary (`training.data.vocabulary`). The texts are training rows
of `DATA` and written clauses, whole and clause by clause. Run it again after each change of encoder or heads: it
replaces an earlier map. The vectors of another version have another meaning, so `--version` must be new.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from safetensors.numpy import load_file, save_file

from models.annotator import Annotator
from models.arrays import Vectors, unit, unpack
from models.bundle import BUNDLED, CONFIG, ENCODER, HEADS, TOKENIZER, Bundle, open_bundle, seal
from models.vector_map import MAP_BIAS, MAP_WEIGHT, VectorMap
from saywhy.annotation import Annotation
from saywhy.feedback import Comment
from training.data.cause_library import library_rows
from training.data.rows import read_neutral, read_train, sample
from training.export.graph import build
from training.export.quantise import read_checkpoint

#: How much the base encoder's directions are evened out: their standard deviations to the power of 1 less this.
DAMPING = 0.25
#: Shares of the mean variance that are added to each direction: of the base encoder's vectors, and in the regression.
_PRIOR, _RIDGE = 1e-2, 1e-4
#: Smallest singular value of the map, so that its inverse does not magnify the rounding of stored vectors.
_MIN_SINGULAR = 0.5


def fit(vectors: Vectors, base: Vectors) -> VectorMap:
    """The map from `vectors` to the base encoder's vectors of the same texts (n, d), evened out by `DAMPING`.

    Ridge regression; then small singular values are raised, and the mean stays where it was.
    """
    centre = base.mean(axis=0)
    variance, directions = np.linalg.eigh(np.cov((base - centre).T))
    scale = (variance.clip(0) + _PRIOR * variance.mean()) ** (-DAMPING / 2)
    target = unit((base - centre) @ ((directions * scale) @ directions.T).astype(np.float32))
    mean, target_mean = vectors.mean(axis=0), target.mean(axis=0)
    centred = (vectors - mean).astype(np.float64)
    covariance = centred.T @ centred / len(centred)
    covariance += np.eye(len(covariance)) * _RIDGE * np.trace(covariance) / len(covariance)
    left, singular, right = np.linalg.svd(
        np.linalg.solve(covariance, centred.T @ (target - target_mean) / len(centred))
    )
    weight = ((left * np.maximum(singular, _MIN_SINGULAR)) @ right).astype(np.float16).astype(np.float32)
    return VectorMap(weight, np.asarray(target_mean - mean @ weight, np.float32))


def training_texts(data: Path, feedback: int, written: int) -> list[Comment]:
    """At most so many rows of feedback and of written clauses, drawn evenly over datasets and languages; and chat."""
    rows = sample(read_train(data), {}, 1500, seed=5)[:feedback]
    library = list(library_rows())
    chosen = np.random.default_rng(0).permutation(len(library))[:written].tolist()
    return [Comment(row.text, row.language) for row in (*rows, *(library[i] for i in chosen), *read_neutral())]


def base_annotator(bundle: Bundle, base: Path, folder: Path) -> Annotator:
    """The bundle with the base encoder in float32 and without a map: only its vectors mean something."""
    weights, shape, _ = read_checkpoint(base)
    (folder / ENCODER).write_bytes(build(weights, shape, {}).SerializeToString())
    shutil.copy(bundle.tokenizer, folder / TOKENIZER)
    return Annotator(replace(without_map(bundle), folder=folder))


def without_map(bundle: Bundle) -> Bundle:
    """The bundle whose vectors are the encoder's own."""
    heads = {name: tensor for name, tensor in bundle.heads.items() if name not in (MAP_WEIGHT, MAP_BIAS)}
    return replace(bundle, heads=heads)


def add_map(folder: Path, vector_map: VectorMap, version: str) -> None:
    """Write the map into a bundle, and seal it as another version."""
    heads = load_file(folder / HEADS)
    heads |= {MAP_WEIGHT: vector_map.weight.astype(np.float16), MAP_BIAS: vector_map.bias}
    save_file(heads, folder / HEADS)
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    (folder / CONFIG).write_text(json.dumps(config | {"version": version}, indent=1) + "\n", "utf-8")
    seal(folder)


def stacked(annotations: Iterable[Annotation]) -> Vectors:
    """Vectors (n, d) of the whole comments and of their clauses."""
    rows = []
    for annotation in annotations:
        rows.append(annotation.vector)
        if len(annotation.clauses) > 1:  # else the clause is the comment
            rows += [clause.vector for clause in annotation.clauses]
    return unpack(b"".join(rows)).reshape(len(rows), -1)


def vectors_of(annotator: Annotator, comments: Sequence[Comment]) -> Vectors:
    """The vectors that the annotator gives to the comments and their clauses; the same rows for the same texts."""
    return stacked(annotator.annotate(comments))


def main(
    base: Annotated[Path, typer.Option(help="The base encoder, as a checkpoint with the bundle's vocabulary.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    version: Annotated[str, typer.Option(help="The new version.")],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
    feedback: Annotated[int, typer.Option(help="Rows of feedback.")] = 9000,
    written: Annotated[int, typer.Option(help="Written clauses.")] = 7000,
) -> None:
    """Fit the map and add it to the bundle."""
    opened = open_bundle(bundle)
    if version == opened.version:
        raise typer.BadParameter(f"{bundle} is {version} already; vectors of another meaning need another version")
    comments = training_texts(data, feedback, written)
    vectors = vectors_of(Annotator(without_map(opened)), comments)
    with TemporaryDirectory() as folder:
        of_base = vectors_of(base_annotator(opened, base, Path(folder)), comments)
    vector_map = fit(vectors, of_base)
    add_map(bundle, vector_map, version)
    error = np.linalg.norm(vector_map.inverse(vector_map(vectors)) - vectors, axis=1).max()
    print(f"{len(vectors):,} vectors of {len(comments):,} texts; largest error of the inverse {error:.1e}")


if __name__ == "__main__":
    typer.run(main)
