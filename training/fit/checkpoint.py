"""What changes during a fine-tuning, and saving and resuming it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from transformers import BertModel

from training.fit.heads import SpanHeads
from training.fit.plan import learning_rate_factor
from training.fit.recipe import Recipe

_WEIGHT_DECAY = 0.01


@dataclass(frozen=True)
class TrainingState:
    """Encoder, heads, and the state of the optimiser and of its learning rate. The parts change in place."""

    encoder: BertModel
    heads: SpanHeads
    optimiser: torch.optim.Optimizer
    schedule: LambdaLR

    @classmethod
    def initial(cls, encoder: BertModel, heads: SpanHeads, recipe: Recipe, steps: int) -> TrainingState:
        """The state before the first of `steps` steps: AdamW, without the frozen parameters of the encoder."""
        optimiser = torch.optim.AdamW(
            [
                {"params": _trainable(encoder), "lr": recipe.encoder_rate},
                {"params": heads.parameters(), "lr": recipe.head_rate},
            ],
            weight_decay=_WEIGHT_DECAY,
            fused=True,
        )
        schedule = LambdaLR(optimiser, lambda step: learning_rate_factor(step + 1, steps, recipe.warmup))
        return cls(encoder, heads, optimiser, schedule)

    @property
    def parameters(self) -> list[nn.Parameter]:
        """All parameters that are trained."""
        return [*_trainable(self.encoder), *self.heads.parameters()]

    def save(self, path: Path, steps_done: int) -> None:
        """Write a checkpoint after `steps_done` steps. A process that dies meanwhile leaves the checkpoint before."""
        state = {
            "encoder": self.encoder.state_dict(),
            "heads": self.heads.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "step": steps_done,
        }
        part = path.with_suffix(".part")
        torch.save(state, part)
        part.replace(path)

    def resume(self, path: Path) -> int:
        """Load a checkpoint, if there is one; the number of steps that are done."""
        if not path.exists():
            return 0
        state = torch.load(path, map_location=self.encoder.device, weights_only=True)
        self.encoder.load_state_dict(state["encoder"])
        self.heads.load_state_dict(state["heads"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        return int(state["step"])


def _trainable(encoder: BertModel) -> list[nn.Parameter]:
    return [parameter for parameter in encoder.parameters() if parameter.requires_grad]
