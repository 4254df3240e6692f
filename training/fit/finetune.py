"""Fine-tune encoder and heads together: sentiment, themes, causes, and vectors close to the base encoder's.

    python -m training.fit.prepare --config training/fit/finetune.toml --base CHECKPOINT --data DATA --out RUN
    python -m training.fit.finetune --config training/fit/finetune.toml --base CHECKPOINT --out RUN


On a GPU if there is one. Writes `RUN/checkpoint.pt` every 5 minutes and resumes from it; `RUN/log.jsonl` has a line
every 50 steps. The result is `RUN/model.safetensors` (a Hugging Face BertModel), with `RUN/heads.safetensors` and
`RUN/tokenizer.json` beside it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from torch.utils.data import DataLoader, Subset

from models.bundle import HEADS, TOKENIZER
from training.fit.base_vectors import load_base_vectors
from training.fit.batch import Batch, Batches
from training.fit.checkpoint import TrainingState
from training.fit.device import training_device
from training.fit.early_stopping import EarlyStopping
from training.fit.encoder import load_encoder
from training.fit.examples import EXAMPLES, TrainingSet
from training.fit.first_causes import set_causes
from training.fit.heads import SpanHeads
from training.fit.plan import plan_batches
from training.fit.recipe import Recipe, read_recipe
from training.fit.step import train_step
from training.fit.teachers import Answering, Teachers

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
CHECKPOINT_SECONDS = 300
LOG_STEPS = 50
_WORKERS = 6  # processes that make batches for a GPU


def train(
    state: TrainingState,
    batches: Batches,
    recipe: Recipe,
    out: Path,
    teachers: Answering | None = None,
    *,
    stopping: EarlyStopping | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> None:
    """Run the steps that are not done yet, one for each batch; log and save on the way.

    With `stopping`, training ends when the part that is kept out does not get better, with the best weights.
    `progress` is told the steps that are done and their number.
    """
    first = state.resume(out / CHECKPOINT)
    if stopping and not first:
        stopping.look(state, 0)
    progress(first, len(batches))
    started = last_saved = time.time()
    rows = 0
    for step, batch in enumerate(_load(batches, first, state.encoder.device), first + 1):
        if stopping and stopping.is_over(state):
            break
        state.losses.append(train_step(state, batch, recipe, teachers))
        rows += len(batch.ids)
        if step % LOG_STEPS == 0:
            _log(out / LOG, step, _mean(state, LOG_STEPS), rows / (time.time() - started))
        has_looked = stopping is not None and step % stopping.every == 0
        if stopping and has_looked:
            stopping.look(state, step, _mean(state, stopping.every))
        del state.losses[: -max(LOG_STEPS, stopping.every if stopping else 0)]
        if has_looked or time.time() - last_saved > CHECKPOINT_SECONDS or step == len(batches):
            state.save(out / CHECKPOINT, step)
            last_saved = time.time()
        progress(step, len(batches))
    if stopping:
        stopping.take_best(state)


def _mean(state: TrainingState, steps: int) -> float:
    return float(torch.stack(state.losses[-steps:]).mean())


def _load(batches: Batches, first: int, device: torch.device) -> DataLoader[Batch]:
    """The batches from step `first` on. For a GPU, which would wait for them, other processes make them."""
    workers = _WORKERS if device.type == "cuda" else 0
    return DataLoader(
        Subset(batches, range(first, len(batches))),
        batch_size=None,
        num_workers=workers,
        generator=torch.Generator(),  # its own: a run that was resumed must draw the same numbers as one that was not
    )


def _log(path: Path, step: int, loss: float, rows_per_second: float) -> None:
    line = {"step": step, "loss": round(loss, 4), "rows_per_s": round(rows_per_second, 1)}
    with path.open("a") as log:
        log.write(json.dumps(line) + "\n")


def main(
    config_file: Annotated[Path, typer.Option("--config")],
    base: Annotated[Path, typer.Option(help="A Hugging Face checkpoint with tokenizer.json; vectors stay near it.")],
    out: Annotated[Path, typer.Option(help="The folder with the training set; the result is written there.")],
    start: Annotated[Path | None, typer.Option(help="Start from this checkpoint and its heads, not from BASE.")] = None,
    teacher: Annotated[
        list[Path] | None, typer.Option(help="Learn from the answers of this checkpoint too; may be given repeatedly.")
    ] = None,
) -> None:
    """Fine-tune, or resume a fine-tuning."""
    recipe = read_recipe(config_file)
    training_set = TrainingSet.load(out / EXAMPLES)
    torch.manual_seed(recipe.seed)
    device = training_device()
    base_encoder = load_encoder(base, recipe).to(device)
    vectors = load_base_vectors(base_encoder, training_set.examples, out)
    heads = SpanHeads(base_encoder.config.hidden_size, training_set.themes, training_set.causes)
    if not (out / CHECKPOINT).exists():
        has_causes = start is not None and heads.load(start / HEADS)
        if not has_causes:
            set_causes(heads, base_encoder, training_set)
    encoder = load_encoder(start, recipe).to(device) if start else base_encoder
    lengths = np.array([len(example.ids) for example in training_set.examples])
    batches = Batches(training_set.examples, vectors, plan_batches(lengths, recipe), encoder.config.hidden_size)
    state = TrainingState.initial(encoder, heads.to(device), recipe, len(batches))
    teachers = Teachers.load(teacher, training_set, recipe, device) if teacher else None
    print(f"{len(batches)} steps", flush=True)
    train(state, batches, recipe, out, teachers)
    encoder.save_pretrained(out)
    (out / TOKENIZER).write_bytes((base / TOKENIZER).read_bytes())
    heads.save(out / HEADS)


if __name__ == "__main__":
    typer.run(main)
