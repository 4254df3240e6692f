"""Rows → training examples: token ids, token spans of the clauses, and targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from opencc import OpenCC
from tokenizers import Tokenizer

from models.clauses import split_clauses
from models.script import fold_script
from training.data.rows import Row
from training.data.targets import AnnotationSchemes, Targets
from training.fit.recipe import Recipe

PREFIX = "query: "
#: Tokens before the text: <s> and the three pieces of `PREFIX`.
PREFIX_TOKENS = 4

#: OpenCC conversion to the other script and the words of its region.
_CONVERSIONS = {"zh-Hans": "s2twp", "zh-Hant": "tw2sp"}


@dataclass(frozen=True)
class Example:
    """A tokenised row.

    `clauses`: token spans [start, end) within `ids`; empty if the text is one clause. `clause_targets`: targets of each
    clause; empty if only the whole text is labelled. `vector_texts`: the whole text, then each clause; empty for texts
    whose vectors are not compared with the base encoder's.
    """

    ids: list[int]
    clauses: list[tuple[int, int]]
    targets: Targets
    clause_targets: list[Targets]
    vector_texts: list[str]


def prepare(rows: Sequence[Row], schemes: AnnotationSchemes, tokenizer: Tokenizer, recipe: Recipe) -> list[Example]:
    """Examples of the rows, tokenised as in `models.encoder`.

    Random, by `recipe.seed`: which Chinese rows are converted to the other script's wording, which rows are in lower
    case, and which have `vector_texts`.
    """
    generator = np.random.default_rng(recipe.seed)
    converters = {language: OpenCC(conversion) for language, conversion in _CONVERSIONS.items()}
    examples = []
    for row in rows:
        texts = [part.text for part in row.parts] or [row.text]
        if row.language in converters and generator.random() < recipe.script_share:
            texts = [converters[row.language].convert(text) for text in texts]
        if generator.random() < recipe.lower_case_share:
            texts = [text.lower() for text in texts]
        example = _example(row, texts, schemes, tokenizer, recipe.max_tokens)
        has_vectors = generator.random() < recipe.vector_share
        examples.append(example if has_vectors else _without_vectors(example))
    return examples


def _example(row: Row, texts: list[str], schemes: AnnotationSchemes, tokenizer: Tokenizer, max_tokens: int) -> Example:
    """The example of a row whose parts (or whose only text) now read `texts`."""
    text = fold_script("".join(texts))
    if row.parts:
        clause_ends = [int(end) for end in np.cumsum([len(part) for part in texts])]
    else:
        clause_ends = [end for _, end in split_clauses(text, row.language)]
    encoding = tokenizer.encode(PREFIX + text)
    ids = encoding.ids
    if len(ids) > max_tokens:
        ids = [*ids[: max_tokens - 1], ids[-1]]
    token_ends = np.array([end for _, end in encoding.offsets[: len(ids) - 1]]) - len(PREFIX)
    bounds = np.searchsorted(token_ends[PREFIX_TOKENS:], clause_ends, side="right") + PREFIX_TOKENS
    spans = list(zip([PREFIX_TOKENS, *bounds.tolist()], bounds.tolist(), strict=False))
    # Clauses without tokens (truncated, or within a token) are left out; a single clause is the whole text.
    kept = [i for i, (start, end) in enumerate(spans) if end > start]
    if len(kept) < 2:
        kept = []
    clauses = [spans[i] for i in kept]
    clause_targets = [schemes.targets(row.parts[i]) for i in kept] if row.parts else []
    clause_texts = [text[max(0, token_ends[start - 1]) : token_ends[end - 1]].strip() for start, end in clauses]
    return Example(ids, clauses, schemes.targets(row), clause_targets, [text, *clause_texts])


def _without_vectors(example: Example) -> Example:
    return Example(example.ids, example.clauses, example.targets, example.clause_targets, [])
