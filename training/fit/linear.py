"""Linear heads on the frozen encoder: the baseline of fine-tuning.

    python -m training.fit.linear --base CHECKPOINT --data DATA --out RUN

`RUN` gets the same files as from `training.fit.finetune`, so `training.export.bundle` can export it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from models.bundle import ENCODER, HEADS, TOKENIZER
from models.encoder import Encoder
from saywhy.code_frame import load_code_frame
from training.data.rows import read_billing, read_train, sample
from training.data.targets import AnnotationSchemes
from training.export.quantise import measured_texts, write_encoder
from training.fit.heads import SpanHeads, loss, stack

HIDDEN = 384
_SEED = 7
_BATCH = 1024  # texts
_SMOOTHING = 0.05


def mean_states(encoder: Encoder, texts: list[str]) -> torch.Tensor:
    """Mean state of the words of each text (without prefix and special tokens): (texts, hidden)."""
    means = np.zeros((len(texts), HIDDEN), np.float32)
    for encoded in encoder.encode(encoder.tokenise(texts)):
        is_word = encoded.is_content.astype(np.float32)[:, None]
        counts = np.add.reduceat(is_word, encoded.starts[:-1])
        sums = np.add.reduceat(encoded.states * is_word, encoded.starts[:-1])
        means[encoded.indices] = sums / np.maximum(counts, 1)
    return torch.from_numpy(means)


def main(
    base: Annotated[Path, typer.Option(help="A Hugging Face checkpoint with tokenizer.json.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    out: Annotated[Path, typer.Option()],
    cap: Annotated[int, typer.Option(help="Rows of each dataset and language.")] = 3000,
    epochs: int = 30,
) -> None:
    """Train the heads alone."""
    torch.manual_seed(_SEED)
    out.mkdir(parents=True, exist_ok=True)
    rows = [*read_train(data), *read_billing(data)]
    themes = load_code_frame().ids
    schemes = AnnotationSchemes(rows, data, themes)
    chosen = sample(rows, {}, cap, seed=_SEED)
    write_encoder(base, measured_texts(rows), out)
    states = mean_states(Encoder(out / ENCODER, out / TOKENIZER), [row.text for row in chosen])
    targets = [schemes.targets(row) for row in chosen]
    heads = SpanHeads(HIDDEN, len(themes), len(load_code_frame().causes))
    # Attention scores are reset to 0 after every step, so that the logits stay linear in the mean state.
    even = torch.zeros_like(heads.linear.weight[: len(themes) + 1])
    optimiser = torch.optim.AdamW(heads.parameters(), lr=1e-2, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    whole = torch.ones(1, 1, 1)
    for epoch in range(epochs):
        total = 0.0
        for part in torch.randperm(len(states)).split(_BATCH):
            logits = heads(states[part][:, None], whole.expand(len(part), 1, 1))
            theme_logits, polarities, sentiment = (span_logits[:, 0] for span_logits in logits)
            value = loss(theme_logits, polarities, sentiment, stack([targets[i] for i in part]), _SMOOTHING)
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            with torch.no_grad():
                heads.linear.weight[: len(themes) + 1] = even
                heads.linear.bias[: len(themes) + 1] = 0
            total += float(value.detach()) * len(part)
        schedule.step()
        print(f"epoch {epoch + 1}: loss {total / len(states):.4f}", flush=True)
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        shutil.copy(base / name, out / name)
    heads.save(out / HEADS)


if __name__ == "__main__":
    typer.run(main)
