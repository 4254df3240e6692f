"""SetFit, for comparison: the encoder is fine-tuned on pairs of examples, then a logistic regression reads its vectors.

The procedure of Tunstall et al. 2022 (Efficient Few-Shot Learning Without Prompts) with the defaults of the package
`setfit`: 20 pairs of one class and 20 of two for each example, cosine similarity loss, one epoch, batches of 16 pairs,
learning rate 2e-5 with 10 % warm-up. The encoder is that of a checkpoint, in float32: the one that ships
(`training.export.restore`), or a base encoder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer
from transformers import AutoModel, get_linear_schedule_with_warmup

from models.encoder import encoder_text

_ROUNDS, _BATCH, _RATE = 20, 16, 2e-5
_TOKENS = 256


def predict(
    texts: Sequence[str],
    labels: NDArray[np.str_],
    unknown: Sequence[str],
    checkpoint: Path,
    *,
    seed: int,
    is_cased: bool = False,
    max_steps: int = 4000,
) -> NDArray[np.str_]:
    """The classes of the unknown texts (m,), from n texts with labels (n,). After `max_steps` the fine-tuning ends.

    `is_cased`: the encoder reads texts as they are written, as base encoders do.
    """
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    encoder = _SentenceEncoder(checkpoint, device, str if is_cased else encoder_text)
    pairs = _pairs(labels, np.random.default_rng(seed))[: max_steps * _BATCH]
    steps = -(-len(pairs) // _BATCH)
    optimiser = torch.optim.AdamW(encoder.model.parameters(), lr=_RATE, weight_decay=0.01)
    schedule = get_linear_schedule_with_warmup(optimiser, steps // 10, steps)
    encoder.model.train()
    for start in range(0, len(pairs), _BATCH):
        batch = pairs[start : start + _BATCH]
        left, right = (encoder.states([texts[row] for row in batch[:, side].tolist()]) for side in (0, 1))
        wanted = torch.tensor(batch[:, 2], dtype=torch.float32, device=device)
        loss = torch.nn.functional.mse_loss(torch.nn.functional.cosine_similarity(left, right), wanted)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(encoder.model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    head = LogisticRegression(max_iter=1000).fit(encoder.vectors(texts), labels)
    return np.asarray(head.predict(encoder.vectors(unknown)))


def _pairs(labels: NDArray[np.str_], generator: np.random.Generator) -> NDArray[np.int64]:
    """Rows (pairs, 3): two examples, and whether they have one class; in random order."""
    pairs = []
    for row, label in enumerate(labels.tolist()):
        same = np.flatnonzero((labels == label) & (np.arange(len(labels)) != row))
        other = np.flatnonzero(labels != label)
        pairs += [(row, int(one), 1) for one in generator.choice(same, _ROUNDS)]
        pairs += [(row, int(one), 0) for one in generator.choice(other, _ROUNDS)]
    return np.array(generator.permutation(pairs), np.int64)


class _SentenceEncoder:
    """The restored encoder with mean pooling."""

    def __init__(self, checkpoint: Path, device: str, as_read: Callable[[str], str]) -> None:
        self.model = AutoModel.from_pretrained(checkpoint).to(device)
        self._tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
        self._tokenizer.enable_truncation(_TOKENS)
        self._tokenizer.enable_padding(pad_id=1)
        self._device, self._as_read = device, as_read

    def states(self, texts: Sequence[str]) -> torch.Tensor:
        """Mean token states (n, hidden) of the texts."""
        encodings = self._tokenizer.encode_batch([f"query: {self._as_read(text)}" for text in texts])
        ids = torch.tensor([encoding.ids for encoding in encodings], device=self._device)
        mask = torch.tensor([encoding.attention_mask for encoding in encodings], device=self._device)
        states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        means: torch.Tensor = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return means

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same, of unit length, without gradients."""
        self.model.eval()
        with torch.no_grad():
            batches = [self.states(texts[start : start + 64]) for start in range(0, len(texts), 64)]
        return np.asarray(torch.nn.functional.normalize(torch.cat(batches), dim=1).cpu().numpy(), np.float32)
