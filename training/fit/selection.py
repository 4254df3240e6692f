"""Which rows a fine-tuning trains on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.causes import NO_CAUSE
from saywhy.code_frame import CodeFrame
from training.data.cause_library import comment_rows, library_rows
from training.data.pairs import join_short
from training.data.rows import Row, read_billing, read_neutral, read_train, read_written, sample
from training.data.targets import AnnotationSchemes
from training.fit.recipe import Recipe


@dataclass(frozen=True)
class Selection:
    """`rows` to train on, with the schemes of their annotators.

    `library` has the clauses of the cause library, `causes` its classes.
    """

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
    copied = [*written, *read_neutral()] * recipe.written_copies
    return Selection(library, causes, rows + copied + clauses + comments, schemes)
