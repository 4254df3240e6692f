"""What changes during a fine-tuning, and saving and resuming it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from transformers import PreTrainedModel

from training.fit.heads import SpanHeads
from training.fit.plan import learning_rate_factor
from training.fit.recipe import Recipe

_WEIGHT_DECAY = 0.01

#: What was found after an epoch, by name.
Point = dict[str, float]
#: Parameters by name, of the encoder and of the heads.
Weights = dict[str, dict[str, Tensor]]


@dataclass(frozen=True)
class TrainingState:
    """Encoder, heads, and the state of the optimiser and of its learning rate. The parts change in place.

    `losses` are those of the last steps, `curve` what `training.fit.early_stopping` found after each epoch.
    """

    encoder: PreTrainedModel
    heads: SpanHeads
    optimiser: torch.optim.Optimizer
    schedule: LambdaLR
    losses: list[Tensor] = field(default_factory=list)
    curve: list[Point] = field(default_factory=list)

    @classmethod
    def initial(cls, encoder: PreTrainedModel, heads: SpanHeads, recipe: Recipe, steps: int) -> TrainingState:
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

    def weights(self) -> Weights:
        """What is trained, by name: frozen parameters are those of the checkpoint that training starts from."""
        trained = {name: value for name, value in self.encoder.named_parameters() if value.requires_grad}
        return {"encoder": trained, "heads": self.heads.state_dict()}

    def load_weights(self, weights: Weights) -> None:
        """Take weights that `weights` gave; raises `ValueError` if they are those of another model."""
        missing, unexpected = self.encoder.load_state_dict(weights["encoder"], strict=False)
        if unexpected or set(missing) & set(self.weights()["encoder"]):
            raise ValueError("the checkpoint is one of another encoder")
        self.heads.load_state_dict(weights["heads"])

    def save(self, path: Path, steps_done: int) -> None:
        """Write a checkpoint after `steps_done` steps. A process that dies meanwhile leaves the checkpoint before."""
        state = self.weights() | {
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "step": steps_done,
            "losses": [float(loss) for loss in self.losses],
            "curve": self.curve,
            "random": torch.get_rng_state(),
        }
        write(state, path)

    def resume(self, path: Path) -> int:
        """Load a checkpoint, if there is one; the number of steps that are done."""
        if not path.exists():
            return 0
        state = torch.load(path, map_location=self.encoder.device, weights_only=True)
        self.load_weights(state)
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.losses[:] = [torch.tensor(loss, device=self.encoder.device) for loss in state["losses"]]
        self.curve[:] = state["curve"]
        torch.set_rng_state(state["random"].cpu())
        return int(state["step"])


def write(state: Mapping[str, object], path: Path) -> None:
    """Write tensors so that the file is complete or the one before."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def _trainable(encoder: PreTrainedModel) -> list[nn.Parameter]:
    return [parameter for parameter in encoder.parameters() if parameter.requires_grad]
