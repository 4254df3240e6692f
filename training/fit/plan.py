"""The plan of a fine-tuning: which rows, which batches (one for each step), and the learning rate of each step."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np

from models.arrays import Integers
from models.causes import NO_CAUSE
from saywhy.code_frame import CodeFrame
from training.data.cause_library import comment_rows, library_rows
from training.data.pairs import join_short
from training.data.rows import Row, read_billing, read_train, read_written, sample
from training.data.targets import AnnotationSchemes
from training.fit.recipe import Recipe

#: Lowest learning rate, relative to the highest.
_MIN_FACTOR = 0.02


@dataclass(frozen=True)
class Selection:
    """`rows` to train on, with the schemes of their annotators.

    `pool` has all rows of the dataset folder, `library` the clauses of the cause library, `causes` its classes.
    """

    pool: list[Row]
    library: list[Row]
    causes: list[str]
    rows: list[Row]
    schemes: AnnotationSchemes


def select_rows(data: Path, recipe: Recipe, code_frame: CodeFrame, limit: int | None = None) -> Selection:
    """Sample the rows of a dataset folder, join short texts, and add what was written for training.

    With `limit`, at most so many rows of the folder and of the library are used (to try things).
    """
    pool = [*read_train(data), *read_billing(data)]
    written, library = list(read_written()), list(library_rows())
    causes = [*(cause.id for cause in code_frame.causes), NO_CAUSE]
    schemes = AnnotationSchemes([*pool, *written, *library], data, code_frame.ids, causes)
    rows = sample(pool, recipe.caps, recipe.default_cap, recipe.seed)
    rows = join_short(rows, recipe.join_longest, recipe.join_share, recipe.seed)[:limit]
    clauses = join_short(library, recipe.join_longest, recipe.library_join_share, recipe.seed)[:limit]
    comments = list(comment_rows())[:limit]
    return Selection(pool, library, causes, rows + written * recipe.written_copies + clauses + comments, schemes)


def plan_batches(lengths: Integers, recipe: Recipe) -> list[Integers]:
    """The batches of all steps: indices of examples. `lengths` (examples,) in tokens; epochs may be a fraction."""
    epochs = ceil(recipe.epochs)
    batches = [
        batch
        for epoch in range(epochs)
        for batch in random_batches(lengths, recipe.batch_tokens, np.random.default_rng([recipe.seed, epoch]))
    ]
    return batches[: round(len(batches) * recipe.epochs / epochs)]


def random_batches(lengths: Integers, tokens: int, generator: np.random.Generator) -> list[Integers]:
    """One epoch: random batches of about `tokens` tokens, each of texts with the same padded length.

    So there are few distinct shapes: matrix kernels are compiled for every new shape.
    """
    padded = padded_length(lengths)
    batches = []
    for length in np.unique(padded):
        members = generator.permutation(np.flatnonzero(padded == length))
        size = max(1, tokens // int(length))
        batches += [members[start : start + size] for start in range(0, len(members), size)]
    return [batches[i] for i in generator.permutation(len(batches))]


def padded_length(length: Integers) -> Integers:
    """Length rounded up to a multiple of 8."""
    return (length + 7) // 8 * 8


def learning_rate_factor(step: int, steps: int, warmup: float) -> float:
    """Factor of the learning rate in step 1 … `steps`: linear rise over the share `warmup`, then linear decay."""
    rising = warmup * steps
    return min(step / rising, 1.0) * max(_MIN_FACTOR, 1 - max(0.0, step - rising) / (steps - rising))
