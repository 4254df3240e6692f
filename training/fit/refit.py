"""Refit the votes of a bundle's heads to a training set; its encoder, attention and causes stay as they are.

    python -m training.fit.prepare --config training/fit/finetune.toml --base CHECKPOINT --data DATA --out RUN
    python -m training.fit.refit --out RUN [--bundle models/bundled]
    python -m training.export.reheaded --heads RUN/heads.safetensors --data DATA --version NAME

With its attention as it is, what a label pools from a span does not change, and the heads are linear in it: minutes on
a processor instead of a fine-tuning. The result is a weighted mean of the votes before and after: of the two, it keeps
what each is good at (Wortsman et al. 2022, Robust fine-tuning of zero-shot models).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import Tensor

from models.bundle import BUNDLED, HEADS, Bundle, open_bundle
from models.encoder import Encoder, Tokens
from models.heads import ATTENTION_LIMIT
from training.data.targets import Targets
from training.fit.examples import EXAMPLES, PREFIX_TOKENS, Example, TrainingSet
from training.fit.heads import loss, stack

_WHOLES = 50_000  # texts without labelled clauses; those with labelled clauses are all used
_STEPS = 2500
_SPANS = 1024  # of a step
_RATE = 8e-3  # learning rate at the start; falls to 0 along a cosine
_SMOOTHING = 0.05
_SHARE = 0.75  # of the refitted votes in the result; the rest are those before

#: What the queries pool from n spans, (n, themes + 1, hidden).
Pooled = NDArray[np.float16]


def choose(examples: Sequence[Example], wholes: int, generator: np.random.Generator) -> list[Example]:
    """The examples whose clauses are labelled, and so many random others, in random order."""
    is_cut = np.array([bool(example.clause_targets) for example in examples])
    others = np.flatnonzero(~is_cut)
    drawn = generator.choice(others, min(wholes, len(others)), replace=False)
    return [examples[i] for i in generator.permutation([*np.flatnonzero(is_cut), *drawn])]


def pool(bundle: Bundle, examples: Sequence[Example]) -> tuple[Pooled, list[Targets]]:
    """What the bundle pools from each labelled span, with the span's targets: whole texts, then their clauses."""
    encoder = Encoder(bundle.encoder, bundle.tokenizer)
    tokens = [Tokens(np.array(example.ids[PREFIX_TOKENS:-1]), np.empty(0, np.int64)) for example in examples]
    queries = len(bundle.code_frame.ids) + 1
    weight, bias = bundle.heads["weight"][:, :queries], bundle.heads["bias"][:queries]
    pooled: list[Pooled] = []
    targets: list[Targets] = []
    for group in encoder.encode(tokens):
        for index, first, end in zip(group.indices.tolist(), group.starts[:-1], group.starts[1:], strict=True):
            example, states = examples[index], group.states[first:end]
            attention = np.exp(np.clip(states @ weight + bias, -ATTENTION_LIMIT, ATTENTION_LIMIT))
            spans = [(PREFIX_TOKENS, len(states) - 1), *example.clauses[: len(example.clause_targets)]]
            for (start, stop), target in zip(spans, [example.targets, *example.clause_targets], strict=True):
                if stop > start:
                    share = attention[start:stop] / attention[start:stop].sum(axis=0)
                    pooled.append((share.T @ states[start:stop]).astype(np.float16))
                    targets.append(target)
    return np.stack(pooled), targets


class Votes(torch.nn.Module):
    """The votes of the heads: weight (hidden, columns) and bias (columns,), as in `models.heads` but for attention."""

    def __init__(self, weight: NDArray[np.float32], bias: NDArray[np.float32], themes: int) -> None:
        super().__init__()
        self.themes = themes
        self.weight = torch.nn.Parameter(torch.from_numpy(weight.copy()))
        self.bias = torch.nn.Parameter(torch.from_numpy(bias.copy()))

    def forward(self, pooled: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of themes (n, T), polarities (n, T, 3) and sentiment (n, 4); `pooled` (n, T + 1, hidden)."""
        k = self.themes
        of_themes, of_sentiment = pooled[:, :k], pooled[:, k]
        polarity_weight = self.weight[:, k : 4 * k].reshape(-1, k, 3)
        themes = torch.einsum("nkh,hk->nk", of_themes, self.weight[:, :k]) + self.bias[:k]
        polarities = torch.einsum("nkh,hkc->nkc", of_themes, polarity_weight) + self.bias[k : 4 * k].reshape(k, 3)
        return themes, polarities, of_sentiment @ self.weight[:, 4 * k :] + self.bias[4 * k :]


def refit(votes: Votes, pooled: Pooled, targets: Sequence[Targets], steps: int, generator: np.random.Generator) -> None:
    """Fit the votes in so many steps of random spans."""
    optimiser = torch.optim.Adam(votes.parameters(), lr=_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    losses = []
    for step in range(1, steps + 1):
        chosen = generator.integers(len(targets), size=min(_SPANS, len(targets)))
        themes, polarities, sentiment = votes(torch.from_numpy(pooled[chosen].astype(np.float32)))
        total = loss(themes, polarities, sentiment, stack([targets[i] for i in chosen]), _SMOOTHING)
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        schedule.step()
        losses.append(total.item())
        if step % 100 == 0:
            print(f"step {step} of {steps}: loss {np.mean(losses[-100:]):.4f}", flush=True)


def main(
    out: Annotated[Path, typer.Option(help="The folder with the training set; the heads are written there.")],
    bundle: Annotated[Path, typer.Option(help="The bundle whose heads are refitted.")] = BUNDLED,
    seed: int = 11,
) -> None:
    """Write `heads.safetensors`: the heads of the bundle with refitted votes."""
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    opened = open_bundle(bundle)
    themes = len(opened.code_frame.ids)
    pooled, targets = pool(opened, choose(TrainingSet.load(out / EXAMPLES).examples, _WHOLES, generator))
    print(f"{len(targets)} spans", flush=True)
    weight, bias = opened.heads["weight"].copy(), opened.heads["bias"].copy()
    votes = Votes(weight[:, themes + 1 :], bias[themes + 1 :], themes)
    refit(votes, pooled, targets, _STEPS, generator)
    with torch.no_grad():
        weight[:, themes + 1 :] += _SHARE * (votes.weight.numpy() - weight[:, themes + 1 :])
        bias[themes + 1 :] += _SHARE * (votes.bias.numpy() - bias[themes + 1 :])
    save_file(dict(opened.heads) | {"weight": weight, "bias": bias}, out / HEADS)


if __name__ == "__main__":
    typer.run(main)
