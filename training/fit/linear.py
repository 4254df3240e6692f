"""Linear heads on the frozen encoder: the baseline that fine-tuning has to beat.

    python -m training.fit.linear --base CHECKPOINT --data DATA --out RUN

The result has the layout of `training.fit.finetune`'s, ready for `training.export.bundle`.
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
from training.data.rows import Conventions, read_intents, read_rows, sample
from training.export.quantise import write_encoder
from training.fit.heads import SpanHeads, loss, stack

HIDDEN = 384


def mean_states(encoder: Encoder, texts: list[str]) -> torch.Tensor:
    """Mean state of the words of each text, as the heads pool them: (texts, hidden)."""
    out = np.zeros((len(texts), HIDDEN), np.float32)
    for encoded in encoder.encode(encoder.tokenise(texts)):
        words = encoded.is_content.astype(np.float32)[:, None]
        counts = np.add.reduceat(words, encoded.starts[:-1])
        out[encoded.texts] = np.add.reduceat(encoded.states * words, encoded.starts[:-1]) / np.maximum(counts, 1)
    return torch.from_numpy(out)


def main(
    base: Annotated[Path, typer.Option(help="A Hugging Face checkpoint with tokenizer.json.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    out: Annotated[Path, typer.Option()],
    cap: Annotated[int, typer.Option(help="Rows of each dataset and language.")] = 3000,
    epochs: int = 30,
) -> None:
    """Train the heads alone."""
    torch.manual_seed(7)
    out.mkdir(parents=True, exist_ok=True)
    rows = [*read_rows(data / "feedback" / "train.jsonl.gz")]
    rows += read_intents(data / "clusters" / "intents.jsonl.gz", data / "themes.toml")
    themes = load_code_frame().ids
    conventions = Conventions(rows, data / "themes.toml", themes)
    chosen = sample(rows, {}, cap, seed=7)
    write_encoder(base, rows, out)
    states = mean_states(Encoder(out / ENCODER, out / TOKENIZER), [row.text for row in chosen])
    targets = [conventions.targets(row) for row in chosen]
    heads = SpanHeads(HIDDEN, len(themes))
    # Only the votes learn: attention stays even, so the answer is linear in the mean state.
    even = torch.zeros_like(heads.linear.weight[: len(themes) + 1])
    optimiser = torch.optim.AdamW(heads.parameters(), lr=1e-2, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    whole = torch.ones(1, 1, 1)
    for epoch in range(epochs):
        total = 0.0
        for part in torch.randperm(len(states)).split(1024):
            answers = heads(states[part][:, None], whole.expand(len(part), 1, 1))
            themes_, polarities, sentiment = (answer[:, 0] for answer in answers)
            value = loss(themes_, polarities, sentiment, stack([targets[i] for i in part]), 0.05)
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
