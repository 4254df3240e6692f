"""Looking at texts that are not trained on after each epoch: the learning curve, the best weights, and when to stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from training.fit.batch import Batch
from training.fit.checkpoint import TrainingState, write
from training.fit.recipe import Recipe
from training.fit.step import batch_loss


@dataclass(frozen=True)
class EarlyStopping:
    """Stops after `patience` epochs in which the loss of the labels of `dev` did not become less.

    An epoch has `every` steps. The weights of the best epoch are in the file `best`, those before the first epoch
    included.
    """

    dev: Sequence[Batch]
    recipe: Recipe
    every: int
    patience: int
    best: Path

    def look(self, state: TrainingState, step: int, loss: float = float("nan")) -> None:
        """Add a point to the curve: the mean `loss` in training since the last one, and that of the texts kept out."""
        dev = self._loss(state)
        is_best = all(dev < point["dev"] for point in state.curve)
        state.curve.append({"epoch": step // self.every, "step": step, "train": loss, "dev": dev})
        if is_best:
            write(state.weights(), self.best)

    def is_over(self, state: TrainingState) -> bool:
        """Whether the last epochs were no better than one before them."""
        losses = [point["dev"] for point in state.curve]
        return len(losses) - 1 - losses.index(min(losses)) >= self.patience

    def take_best(self, state: TrainingState) -> None:
        """Give encoder and heads the weights of the best epoch."""
        state.load_weights(torch.load(self.best, map_location=state.encoder.device, weights_only=True))

    @torch.no_grad()
    def _loss(self, state: TrainingState) -> float:
        """Mean loss of what people said, over the texts: neither vectors nor teachers count."""
        recipe = replace(self.recipe, vector_weight=0.0)
        state.encoder.eval()
        total = texts = 0.0
        for batch in self.dev:
            loss = batch_loss(state.encoder, state.heads, batch.to(state.encoder.device), recipe)
            total, texts = total + float(loss) * len(batch.ids), texts + len(batch.ids)
        state.encoder.train()
        return total / texts
