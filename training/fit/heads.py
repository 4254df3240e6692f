"""The heads of `models.heads` in torch, and their loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from models.causes import CAUSE_BIAS, CAUSE_WEIGHT, LOGIT_SCALE
from models.heads import ATTENTION_LIMIT
from training.data.targets import Targets
from training.fit.device import Movable


@dataclass(frozen=True)
class TargetBatch(Movable):
    """`training.data.targets.Targets` of n texts, stacked along the first axis."""

    themes: Tensor
    theme_weights: Tensor
    polarities: Tensor
    sentiment: Tensor
    sentiment_weights: Tensor
    classes: Tensor


def stack(targets: Sequence[Targets]) -> TargetBatch:
    """Targets as tensors."""
    return TargetBatch(
        torch.from_numpy(np.stack([t.themes for t in targets])),
        torch.from_numpy(np.stack([t.theme_weights for t in targets])),
        torch.from_numpy(np.stack([t.polarities for t in targets])),
        torch.tensor([t.sentiment for t in targets]),
        torch.tensor([t.sentiment_weight for t in targets], dtype=torch.float32),
        torch.from_numpy(np.stack([t.classes for t in targets])),
    )


class SpanHeads(nn.Module):
    """Label-wise attention over the tokens of a span, with the columns of `models.heads`; and the causes of a vector.

    The polarity votes of a theme are the sum of a map that all themes share and the theme's own deviation, so that
    themes without polarity labels in the training texts learn polarity from the others.
    """

    def __init__(self, hidden: int, themes: int, causes: int) -> None:
        """`causes` is the number of causes; "no cause" is a class of its own beside them."""
        super().__init__()
        self.themes = themes
        self.causes = nn.Linear(hidden, causes + 1)
        nn.init.normal_(self.causes.weight, std=0.02)
        nn.init.zeros_(self.causes.bias)
        self.linear = nn.Linear(hidden, themes + 1 + themes + 3 * themes + 4)
        self.shared_polarity = nn.Linear(hidden, 3)
        nn.init.normal_(self.linear.weight, std=0.02)
        nn.init.zeros_(self.linear.bias)
        with torch.no_grad():
            self.linear.weight[: themes + 1] = 0  # equal attention: a mean over the tokens
            self.linear.weight[2 * themes + 1 : -4] = 0  # no deviation from the shared polarity
            self.linear.bias[themes + 1 : 2 * themes + 1] = -2.5  # most themes are absent
        self.query: Tensor
        query = torch.cat([torch.arange(themes), torch.arange(themes).repeat_interleave(3), torch.full((4,), themes)])
        self.register_buffer("query", query, persistent=False)

    def merged(self) -> tuple[Tensor, Tensor]:
        """Weight (columns, hidden) and bias (columns,) of the single linear map of `models.heads`."""
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

    def load(self, path: Path) -> bool:
        """Load heads that `save` wrote. The shared polarity map is set to zero: the themes' columns include it.

        Heads that were trained for another number of causes, or for none, leave the map of the causes as it is; the
        answer is whether they had it.
        """
        saved = load_file(path)
        with torch.no_grad():
            self.linear.weight.copy_(saved["weight"].T)
            self.linear.bias.copy_(saved["bias"])
            for parameter in self.shared_polarity.parameters():
                parameter.zero_()
            has_causes = CAUSE_BIAS in saved and len(saved[CAUSE_BIAS]) == len(self.causes.bias)
            if has_causes:
                self.causes.weight.copy_(saved[CAUSE_WEIGHT].T)
                self.causes.bias.copy_(saved[CAUSE_BIAS])
        return has_causes

    def save(self, path: Path) -> None:
        """Write the heads file of a bundle."""
        with torch.no_grad():
            weight, bias = self.merged()
            causes = {CAUSE_WEIGHT: self.causes.weight.T.contiguous(), CAUSE_BIAS: self.causes.bias}
            save_file({"weight": weight.T.contiguous(), "bias": bias} | causes, path)

    def cause_logits(self, vectors: Tensor) -> Tensor:
        """Logits of the causes and of "no cause": (n, causes + 1). `vectors` (n, hidden) are of unit length."""
        return LOGIT_SCALE * F.linear(vectors, self.causes.weight) + self.causes.bias

    def forward(self, states: Tensor, spans: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of themes (n, s, T), polarities (n, s, T, 3) and sentiment (n, s, 4).

        `states` (n, tokens, hidden); `spans` (n, s, tokens), 1 inside the span.
        """
        k = self.themes
        weight, bias = self.merged()
        columns = F.linear(states, weight, bias)
        attention = columns[..., : k + 1].clamp(-ATTENTION_LIMIT, ATTENTION_LIMIT).exp()
        votes = columns[..., k + 1 :]
        total = spans @ attention
        pooled = (spans @ (attention[..., self.query] * votes)) / total[..., self.query].clamp_min(1e-6)
        shape = pooled.shape[:-1]
        return pooled[..., :k], pooled[..., k : 4 * k].reshape(*shape, k, 3), pooled[..., 4 * k :]


#: Weights of the four losses. Theme losses are means over many columns, most of them easy negatives: hence the factor.
THEME_WEIGHT, POLARITY_WEIGHT, SENTIMENT_WEIGHT, SIGN_WEIGHT = 6.0, 0.7, 1.5, 0.7


def loss(themes: Tensor, polarities: Tensor, sentiment: Tensor, targets: TargetBatch, smoothing: float) -> Tensor:
    """Weighted sum of the losses of themes, polarities, sentiment and its sign; unknown labels do not count.

    Logits of one span for each text: (n, T), (n, T, 3), (n, 4). `smoothing` is the label smoothing of the sentiment.
    """
    theme_losses = F.binary_cross_entropy_with_logits(themes, targets.themes, reduction="none")
    theme_loss = (theme_losses * targets.theme_weights).sum() / targets.theme_weights.sum().clamp_min(1.0)
    polarity_losses = -(targets.polarities * F.log_softmax(polarities, -1)).sum(-1)
    polarity_loss = polarity_losses.sum() / targets.polarities.sum(-1).sum().clamp_min(1.0)
    weights = targets.sentiment_weights * (targets.sentiment >= 0)
    return (
        THEME_WEIGHT * theme_loss
        + POLARITY_WEIGHT * polarity_loss
        + SENTIMENT_WEIGHT * _sentiment_loss(sentiment, targets, weights, smoothing)
        + SIGN_WEIGHT * _sign_loss(sentiment, targets, weights)
    )


def _sentiment_loss(sentiment: Tensor, targets: TargetBatch, weights: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy over the classes of each text's dataset: one without neutrals teaches nothing about them."""
    masked = sentiment.masked_fill(~targets.classes, -1e4)
    log_p = F.log_softmax(masked, -1)
    of_label = -log_p.gather(1, targets.sentiment.clamp_min(0)[:, None])[:, 0]
    uniform = -(log_p * targets.classes).sum(-1) / targets.classes.sum(-1)
    return ((1 - smoothing) * of_label + smoothing * uniform) @ weights / weights.sum().clamp_min(1.0)


def _sign_loss(sentiment: Tensor, targets: TargetBatch, weights: Tensor) -> Tensor:
    """Binary cross-entropy of positive against negative, on polar texts.

    The score's sign must be right whichever class wins; if neutrals are frequent, the softmax hardly teaches it.
    """
    polar_weights = weights * ((targets.sentiment == 0) | (targets.sentiment == 2))
    losses = F.binary_cross_entropy_with_logits(
        sentiment[:, 2] - sentiment[:, 0], (targets.sentiment == 2).float(), reduction="none"
    )
    return losses @ polar_weights / polar_weights.sum().clamp_min(1.0)
