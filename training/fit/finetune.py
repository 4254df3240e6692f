"""Fine-tune encoder and heads together: sentiment, themes, polarities, and vectors close to the base encoder's.

    python -m training.fit.finetune --config training/fit/finetune.toml --base CHECKPOINT --data DATA --out RUN \
        [--start CHECKPOINT]

Writes `RUN/checkpoint.pt` every 5 minutes and resumes from it; `RUN/log.jsonl` has a line every 50 steps. The result is
`RUN/model.safetensors` (a Hugging Face BertModel), with `RUN/heads.safetensors` and `RUN/tokenizer.json` beside it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.arrays import Integers
from models.bundle import HEADS, TOKENIZER
from saywhy.code_frame import load_code_frame
from training.fit.base_vectors import load_base_vectors
from training.fit.checkpoint import TrainingState
from training.fit.encoder import load_encoder
from training.fit.examples import Example, prepare
from training.fit.first_causes import set_causes
from training.fit.heads import SpanHeads
from training.fit.plan import plan_batches, select_rows
from training.fit.recipe import Recipe, read_recipe
from training.fit.step import train_step

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
CHECKPOINT_SECONDS = 300
LOG_STEPS = 50


def train(
    state: TrainingState,
    examples: Sequence[Example],
    vectors: Sequence[NDArray[np.float16]],
    batches: Sequence[Integers],
    recipe: Recipe,
    out: Path,
) -> None:
    """Run the steps that are not done yet, one for each batch of example indices; log and save on the way."""
    first = state.resume(out / CHECKPOINT)
    tokens = sum(len(example.ids) for example in examples)
    print(f"{len(examples)} rows, {tokens} tokens, {len(batches)} steps, from step {first}", flush=True)
    started = last_saved = time.time()
    rows, losses = 0, []
    for step, batch in enumerate(batches[first:], first + 1):
        losses.append(train_step(state, [examples[i] for i in batch], [vectors[i] for i in batch], recipe))
        rows += len(batch)
        if step % LOG_STEPS == 0:
            _log(out / LOG, step, float(np.mean(losses)), rows / (time.time() - started))
            losses = []
        if time.time() - last_saved > CHECKPOINT_SECONDS or step == len(batches):
            state.save(out / CHECKPOINT, step)
            last_saved = time.time()


def _log(path: Path, step: int, loss: float, rows_per_second: float) -> None:
    line = {"step": step, "loss": round(loss, 4), "rows_per_s": round(rows_per_second, 1)}
    with path.open("a") as log:
        log.write(json.dumps(line) + "\n")


def main(
    config_file: Annotated[Path, typer.Option("--config")],
    base: Annotated[Path, typer.Option(help="A Hugging Face checkpoint with tokenizer.json; vectors stay near it.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    out: Annotated[Path, typer.Option()],
    start: Annotated[Path | None, typer.Option(help="Start from this checkpoint and its heads, not from BASE.")] = None,
    limit: Annotated[int, typer.Option(help="Use only so many rows (to try things).")] = 0,
) -> None:
    """Fine-tune, or resume a fine-tuning."""
    recipe = read_recipe(config_file)
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    encoder = load_encoder(start or base, recipe)
    code_frame = load_code_frame()
    selection = select_rows(data, recipe, code_frame, limit or None)
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
    examples = prepare(selection.rows, selection.schemes, tokenizer, recipe)
    vectors = load_base_vectors(base, selection.pool, examples, out)
    heads = SpanHeads(encoder.config.hidden_size, len(code_frame.ids), len(code_frame.causes))
    if not (out / CHECKPOINT).exists():
        set_causes(heads, selection.library, selection.causes, out)
        if start:
            heads.load(start / HEADS)
    batches = plan_batches(np.array([len(example.ids) for example in examples]), recipe)
    state = TrainingState.initial(encoder, heads, recipe, len(batches))
    train(state, examples, vectors, batches, recipe, out)
    encoder.save_pretrained(out)
    (out / TOKENIZER).write_bytes((base / TOKENIZER).read_bytes())
    heads.save(out / HEADS)


if __name__ == "__main__":
    typer.run(main)
