"""Rows → training examples, once for each recipe, before fine-tuning.

    python -m training.fit.prepare --config training/fit/finetune.toml --base CHECKPOINT --data DATA --out RUN

Writes `RUN/examples.pickle`. It needs a processor alone; fine-tuning then reads that file, on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from opencc import OpenCC
from tokenizers import Tokenizer

from models.bundle import TOKENIZER
from models.clauses import split_clauses
from models.encoder import encoder_text
from saywhy.code_frame import load_code_frame
from training.data.rows import NEUTRAL, Row
from training.data.targets import AnnotationSchemes, Targets
from training.data.typos import misspell
from training.fit.examples import EXAMPLES, PREFIX_TOKENS, CauseShare, Example, TrainingSet
from training.fit.recipe import Recipe, read_recipe
from training.fit.selection import select_rows

PREFIX = "query: "

#: OpenCC conversion to the other script and the words of its region.
_CONVERSIONS = {"zh-Hans": "s2twp", "zh-Hant": "tw2sp"}


def prepare(rows: Sequence[Row], schemes: AnnotationSchemes, tokenizer: Tokenizer, recipe: Recipe) -> list[Example]:
    """Examples of the rows, tokenised as in `models.encoder`.

    Random, by `recipe.seed`: which Chinese rows are converted to the other script's wording, which rows have typos,
    and which rows of feedback have `vector_ids`; texts that are no feedback all have, misspelt ones have none.
    """
    generator = np.random.default_rng(recipe.seed)
    converters = {language: OpenCC(conversion) for language, conversion in _CONVERSIONS.items()}
    examples = []
    for row in rows:
        texts = [part.text for part in row.parts] or [row.text]
        if row.language in converters and generator.random() < recipe.script_share:
            texts = [converters[row.language].convert(text) for text in texts]
        has_vectors = bool(generator.random() < recipe.vector_share) or row.dataset == NEUTRAL
        if row.dataset != NEUTRAL and generator.random() < recipe.typo_share:
            texts, has_vectors = [misspell(text, generator) for text in texts], False
        examples.append(_example(row, texts, schemes, tokenizer, recipe.max_tokens, has_vectors=has_vectors))
    return examples


def _example(
    row: Row, texts: list[str], schemes: AnnotationSchemes, tokenizer: Tokenizer, max_tokens: int, *, has_vectors: bool
) -> Example:
    """The example of a row whose parts (or whose only text) now read `texts`."""
    text = encoder_text("".join(texts))
    if row.parts:
        clause_ends = [int(end) for end in np.cumsum([len(part) for part in texts])]
    else:
        clause_ends = [end for _, end in split_clauses(text, row.language)]
    encoding = tokenizer.encode(PREFIX + text)
    ids = _truncated(encoding.ids, max_tokens)
    token_ends = np.array([end for _, end in encoding.offsets[: len(ids) - 1]]) - len(PREFIX)
    bounds = np.searchsorted(token_ends[PREFIX_TOKENS:], clause_ends, side="right") + PREFIX_TOKENS
    spans = list(zip([PREFIX_TOKENS, *bounds.tolist()], bounds.tolist(), strict=False))
    # Clauses without tokens (truncated, or within a token) are left out; a single clause is the whole text.
    kept = [i for i, (start, end) in enumerate(spans) if end > start]
    if len(kept) < 2:
        kept = []
    clauses = [spans[i] for i in kept]
    targets = schemes.targets(row)
    clause_targets = [schemes.targets(row.parts[i]) for i in kept] if row.parts else []
    clause_texts = [text[max(0, token_ends[start - 1]) : token_ends[end - 1]].strip() for start, end in clauses]
    vector_texts = [text, *clause_texts] if has_vectors else []
    vector_ids = [_ids(tokenizer, one, max_tokens) for one in vector_texts]
    causes = _causes(targets, clause_targets, no_cause=schemes.no_cause)
    return Example(ids, clauses, targets, clause_targets, vector_ids, causes)


def _ids(tokenizer: Tokenizer, text: str, max_tokens: int) -> list[int]:
    return _truncated(tokenizer.encode(PREFIX + text).ids, max_tokens)


def _truncated(ids: list[int], max_tokens: int) -> list[int]:
    return ids if len(ids) <= max_tokens else [*ids[: max_tokens - 1], ids[-1]]


def _causes(whole: Targets, clauses: Sequence[Targets], no_cause: int) -> list[tuple[CauseShare, ...]]:
    """What the whole text and each clause name. Two clauses in one name the causes of both, in equal shares: so the
    vector of a clause that names two causes, which the splitter leaves whole, has both."""
    of_clauses: list[tuple[CauseShare, ...]] = [((one.cause, 1.0),) if one.cause >= 0 else () for one in clauses]
    of_whole: tuple[CauseShare, ...] = ((whole.cause, 1.0),) if whole.cause >= 0 else ()
    if len(clauses) == 2 and all(of_clauses):
        named = sorted({one.cause for one in clauses} - {no_cause}) or [no_cause]
        of_whole = tuple((cause, 1 / len(named)) for cause in named)
    return [of_whole, *of_clauses]


def main(
    config_file: Annotated[Path, typer.Option("--config")],
    base: Annotated[Path, typer.Option(help="A checkpoint with tokenizer.json.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    out: Annotated[Path, typer.Option()],
    limit: Annotated[int, typer.Option(help="Use only so many rows (to try things).")] = 0,
) -> None:
    """Write the training set of a recipe."""
    recipe, code_frame = read_recipe(config_file), load_code_frame()
    selection = select_rows(data, recipe, code_frame, limit or None)
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
    index = {cause: number for number, cause in enumerate(selection.causes)}
    training_set = TrainingSet(
        prepare(selection.rows, selection.schemes, tokenizer, recipe),
        [_ids(tokenizer, encoder_text(row.text), recipe.max_tokens) for row in selection.library],
        [index[row.cause or ""] for row in selection.library],
        len(code_frame.ids),
        len(code_frame.causes),
    )
    out.mkdir(parents=True, exist_ok=True)
    training_set.save(out / EXAMPLES)
    tokens = sum(len(example.ids) for example in training_set.examples)
    print(f"{len(training_set.examples)} examples, {tokens} tokens")


if __name__ == "__main__":
    typer.run(main)
