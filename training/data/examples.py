"""Rows as the encoder reads them when it learns: tokenised, cut into clauses, in batches of few shapes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from opencc import OpenCC
from tokenizers import Tokenizer
from torch import Tensor

from models.clauses import split_clauses
from models.script import fold_script
from training.data.rows import Conventions, Row, Targets
from training.fit.recipe import Config

PREFIX = 4  # <s>, and the three pieces of "query:"


@dataclass(frozen=True)
class Example:
    """A tokenised row. `clauses` are token spans [start, end) within `ids`, empty where the text is one clause.

    `known` is what is known of each clause: empty where only the whole is labelled.
    """

    ids: list[int]
    clauses: list[tuple[int, int]]
    targets: Targets
    known: list[Targets]
    texts: list[str]  # of some: the whole, then each clause; where the base encoder has them, the vectors are held


def prepare(rows: list[Row], conventions: Conventions, tokenizer: Tokenizer, config: Config) -> list[Example]:
    """Tokenise as the encoder does when it serves; a share of the Chinese rows takes the other script's wording."""
    generator = np.random.default_rng(config.seed)
    convert = {"zh-Hans": OpenCC("s2twp"), "zh-Hant": OpenCC("tw2sp")}
    examples = []
    for row in rows:
        texts = [part.text for part in row.parts] or [row.text]
        if row.language in convert and generator.random() < config.script_share:
            texts = [convert[row.language].convert(text) for text in texts]
        text = fold_script("".join(texts))
        if row.parts:
            stops = [int(end) for end in np.cumsum([len(part) for part in texts])]
        else:
            stops = [end for _, end in split_clauses(text, row.language)]
        encoding = tokenizer.encode("query: " + text)
        ids = encoding.ids
        if len(ids) > config.max_tokens:
            ids = [*ids[: config.max_tokens - 1], ids[-1]]
        ends = np.array([end for _, end in encoding.offsets[: len(ids) - 1]]) - len("query: ")
        bounds = np.searchsorted(ends[PREFIX:], stops, side="right") + PREFIX
        spans = list(zip([PREFIX, *bounds.tolist()], bounds.tolist(), strict=False))
        kept = [i for i, (start, end) in enumerate(spans) if end > start]
        if len(kept) < 2:
            kept = []
        clauses = [spans[i] for i in kept]
        known = [conventions.targets(row.parts[i]) for i in kept] if row.parts else []
        texts = [text, *(text[max(0, ends[a - 1]) : ends[b - 1]].strip() for a, b in clauses)]
        held = generator.random() < config.vector_share
        examples.append(Example(ids, clauses, conventions.targets(row), known, texts if held else []))
    return examples


def batches(lengths: NDArray[np.int64], tokens: int, generator: np.random.Generator) -> list[NDArray[np.int64]]:
    """Random batches of about `tokens` tokens, each of texts of one padded length.

    Few distinct shapes: the matrix kernels are compiled for each shape that they meet.
    """
    padded = padded_length(lengths)
    out = []
    for length in np.unique(padded):
        members = generator.permutation(np.flatnonzero(padded == length))
        size = max(1, tokens // int(length))
        out += [members[at : at + size] for at in range(0, len(members), size)]
    return [out[i] for i in generator.permutation(len(out))]


def padded_length(length: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rounded up to a multiple of 8."""
    return (length + 7) // 8 * 8


def pad(ids: list[list[int]], pad_id: int) -> tuple[Tensor, Tensor]:
    """Ids and mask (n, longest)."""
    longest = int(padded_length(np.array([len(one) for one in ids])).max())
    padded = torch.full((len(ids), longest), pad_id)
    for i, one in enumerate(ids):
        padded[i, : len(one)] = torch.tensor(one)
    return padded, (torch.arange(longest)[None] < torch.tensor([len(one) for one in ids])[:, None]).float()
