"""The heads of `models.heads` in torch, and the loss that teaches them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from models.heads import ATTENTION_LIMIT
from training.data.rows import Targets


@dataclass
class Batch:
    """Targets of n texts, stacked; see `training.data.rows.Targets`."""

    themes: Tensor
    theme_weights: Tensor
    polarities: Tensor
    sentiment: Tensor
    sentiment_weights: Tensor
    classes: Tensor


def stack(targets: Sequence[Targets]) -> Batch:
    """Targets as tensors."""
    return Batch(
        torch.from_numpy(np.stack([t.themes for t in targets])),
        torch.from_numpy(np.stack([t.theme_weights for t in targets])),
        torch.from_numpy(np.stack([t.polarities for t in targets])),
        torch.tensor([t.sentiment for t in targets]),
        torch.tensor([t.sentiment_weight for t in targets]),
        torch.from_numpy(np.stack([t.classes for t in targets])),
    )


class SpanHeads(nn.Module):
    """Label-wise attention over the tokens of a span; the layout of the columns is that of `models.heads`.

    The polarity of every theme is what all themes share plus the theme's own deviation, so that themes whose training
    texts have no polarity learn it from the others.
    """

    def __init__(self, hidden: int, themes: int) -> None:
        super().__init__()
        self.themes = themes
        self.linear = nn.Linear(hidden, themes + 1 + themes + 3 * themes + 4)
        self.shared_polarity = nn.Linear(hidden, 3)
        nn.init.normal_(self.linear.weight, std=0.02)
        nn.init.zeros_(self.linear.bias)
        with torch.no_grad():
            self.linear.weight[: themes + 1] = 0  # starts as the mean over the tokens
            self.linear.weight[2 * themes + 1 : -4] = 0  # no deviation at first
            self.linear.bias[themes + 1 : 2 * themes + 1] = -2.5  # themes are rare
        self.query: Tensor
        query = torch.cat([torch.arange(themes), torch.arange(themes).repeat_interleave(3), torch.full((4,), themes)])
        self.register_buffer("query", query, persistent=False)

    def merged(self) -> tuple[Tensor, Tensor]:
        """Weight (columns, hidden) and bias (columns,) of the one linear map that serves."""
        k = self.themes
        rows = slice(2 * k + 1, -4)
        weight = torch.cat(
            [
                self.linear.weight[: rows.start],
                self.linear.weight[rows] + self.shared_polarity.weight.repeat(k, 1),
                self.linear.weight[-4:],
            ]
        )
        bias = torch.cat(
            [
                self.linear.bias[: rows.start],
                self.linear.bias[rows] + self.shared_polarity.bias.repeat(k),
                self.linear.bias[-4:],
            ]
        )
        return weight, bias

    def load(self, path: Path) -> None:
        """Go on from heads that `save` wrote; what the polarities share is then in each of them."""
        saved = load_file(path)
        with torch.no_grad():
            self.linear.weight.copy_(saved["weight"].T)
            self.linear.bias.copy_(saved["bias"])
            for parameter in self.shared_polarity.parameters():
                parameter.zero_()

    def save(self, path: Path) -> None:
        """Write what `models.heads` reads."""
        with torch.no_grad():
            weight, bias = self.merged()
            save_file({"weight": weight.T.contiguous(), "bias": bias}, path)

    def forward(self, states: Tensor, spans: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """`states` (n, tokens, hidden), `spans` (n, s, tokens) 1 inside → logits (n, s, T), (n, s, T, 3), (n, s, 4)."""
        k = self.themes
        weight, bias = self.merged()
        out = F.linear(states, weight, bias)
        attention = out[..., : k + 1].clamp(-ATTENTION_LIMIT, ATTENTION_LIMIT).exp()
        votes = out[..., k + 1 :]
        total = spans @ attention
        pooled = (spans @ (attention[..., self.query] * votes)) / total[..., self.query].clamp_min(1e-6)
        shape = pooled.shape[:-1]
        return pooled[..., :k], pooled[..., k : 4 * k].reshape(*shape, k, 3), pooled[..., 4 * k :]


def loss(themes: Tensor, polarities: Tensor, sentiment: Tensor, batch: Batch, smoothing: float) -> Tensor:
    """Weighted sum over the tasks of the mean loss of what is known. Logits as in
    `SpanHeads.forward`, one span a text.
    """
    each = F.binary_cross_entropy_with_logits(themes, batch.themes, reduction="none")
    theme_loss = (each * batch.theme_weights).sum() / batch.theme_weights.sum().clamp_min(1.0)
    known = batch.polarities.sum(-1)
    each = -(batch.polarities * F.log_softmax(polarities, -1)).sum(-1)
    polarity_loss = each.sum() / known.sum().clamp_min(1.0)
    # The softmax runs over the classes that the text's dataset knows: a set without neutrals says nothing of them.
    masked = sentiment.masked_fill(~batch.classes, -1e4)
    log_p = F.log_softmax(masked, -1)
    picked = -log_p.gather(1, batch.sentiment.clamp_min(0)[:, None])[:, 0]
    even = -(log_p * batch.classes).sum(-1) / batch.classes.sum(-1)
    weights = batch.sentiment_weights * (batch.sentiment >= 0)
    sentiment_loss = ((1 - smoothing) * picked + smoothing * even) @ weights / weights.sum().clamp_min(1.0)
    # Whichever class wins, the sign of the score must be right: where neutrals abound, the softmax hardly teaches it.
    polar = weights * ((batch.sentiment == 0) | (batch.sentiment == 2))
    sign = F.binary_cross_entropy_with_logits(
        sentiment[:, 2] - sentiment[:, 0], (batch.sentiment == 2).float(), reduction="none"
    )
    sign_loss = sign @ polar / polar.sum().clamp_min(1.0)
    # Themes are averaged over many columns, most of them easily absent: hence the factor.
    return 6.0 * theme_loss + 0.7 * polarity_loss + 1.5 * sentiment_loss + 0.7 * sign_loss
