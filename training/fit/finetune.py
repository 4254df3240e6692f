"""Fine-tune the encoder and its heads together: sentiment, themes, polarities, and vectors that stay where they were.

    python -m training.fit.finetune --config training/fit/finetune.toml --base CHECKPOINT --data DATA --out RUN \
        [--start CHECKPOINT]

Writes `RUN/checkpoint.pt` as it goes and resumes from it; `RUN/log.jsonl` has a line every 50 steps; the result is
`RUN/model.safetensors` (a Hugging Face BertModel) with `RUN/heads.safetensors` beside it.
"""

from __future__ import annotations

import json
import time
import tomllib
from math import ceil
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertModel

from models.bundle import ENCODER, HEADS, TOKENIZER
from models.encoder import Encoder
from models.heads import mean_vectors
from saywhy.code_frame import load_code_frame
from training.data.examples import PREFIX, Example, batches, pad, prepare
from training.data.rows import Conventions, join_short, read_intents, read_rows, read_written, sample
from training.export.quantise import write_encoder
from training.fit.heads import SpanHeads, loss, stack
from training.fit.recipe import Config

HIDDEN = 384
#: Comments of our own, labelled clause by clause.
WRITTEN_COMMENTS = Path(__file__).parents[1] / "data" / "written"


def base_vectors(encoder: Encoder, texts: list[str]) -> NDArray[np.float16]:
    """Unit vectors of the unchanged encoder, (texts, hidden)."""
    parts = []
    for at in range(0, len(texts), 8192):
        tokens = encoder.tokenise(texts[at : at + 8192])
        part = np.zeros((len(tokens), HIDDEN), np.float16)
        for encoded in encoder.encode(tokens):
            part[encoded.texts] = mean_vectors(encoded.states, encoded.starts[:-1], encoded.starts[1:])
        parts.append(part)
    return np.concatenate(parts)


def _has_bfloat16() -> bool:
    """Without the instructions for it, bfloat16 is ten times slower than float32."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()) and torch.cpu._is_amx_tile_supported()


def step_loss(
    encoder: BertModel, heads: SpanHeads, examples: list[Example], vectors: list[NDArray[np.float16]], config: Config
) -> Tensor:
    """The loss of one batch."""
    ids, mask = pad([example.ids for example in examples], 1)
    most = 1 + max(len(example.clauses) for example in examples)
    spans = torch.zeros(len(examples), most, ids.shape[1])
    spans[:, 0] = mask
    content = mask.clone()
    content[:, :PREFIX] = 0
    for i, example in enumerate(examples):
        content[i, len(example.ids) - 1] = 0
    real = torch.zeros(len(examples), most, dtype=torch.bool)
    real[:, 0] = True
    target = torch.zeros(len(examples), most, encoder.config.hidden_size)
    for i, example in enumerate(examples):
        for j, (start, end) in enumerate(example.clauses, 1):
            spans[i, j, start:end] = 1
            real[i, j] = True
        target[i, : len(vectors[i])] = torch.from_numpy(vectors[i].astype(np.float32))
    with torch.autocast("cpu", torch.bfloat16, enabled=_has_bfloat16()):
        states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    states = states.float()
    # The heads see the words alone: prefix and special tokens know the whole text, and a clause must not lean on them.
    pools = torch.cat([content[:, None], spans[:, 1:]], dim=1)
    themes, polarities, sentiment = heads(states, pools)
    batch = stack([example.targets for example in examples])
    total = loss(themes[:, 0], polarities[:, 0], sentiment[:, 0], batch, config.smoothing)
    if most > 1:
        # Whatever the whole is about, some clause must be about; what it feels is what those clauses feel.
        each = themes.masked_fill(~real[..., None], -30.0)
        each[:, 0] = torch.where(real[:, 1:].any(1)[:, None], torch.tensor(-30.0), each[:, 0])
        share = each.softmax(1)
        feeling = (share[..., None] * polarities).sum(1)
        total = total + config.clause_weight * loss(
            (share * each).sum(1), feeling, sentiment[:, 0], batch, config.smoothing
        )
    labelled = [(i, j) for i, example in enumerate(examples) for j in range(1, 1 + len(example.known))]
    if labelled:
        at = torch.tensor(labelled).unbind(1)
        parts = stack([target for example in examples for target in example.known])
        total = total + config.part_weight * loss(themes[at], polarities[at], sentiment[at], parts, config.smoothing)
    means = F.normalize(spans @ states, dim=-1, eps=1e-6)
    away = 1 - (means * target).sum(-1)
    return total + config.vector_weight * away[target.any(-1)].sum() / target.any(-1).sum().clamp_min(1)


def main(
    config_file: Annotated[Path, typer.Option("--config")],
    base: Annotated[Path, typer.Option(help="A Hugging Face checkpoint with tokenizer.json: where vectors stay.")],
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    out: Annotated[Path, typer.Option()],
    start: Annotated[Path | None, typer.Option(help="Go on from this checkpoint and its heads, not from BASE.")] = None,
    limit: Annotated[int, typer.Option(help="Use only so many rows (to try things).")] = 0,
) -> None:
    """Train, or go on training."""
    config = Config(**tomllib.loads(config_file.read_text("utf-8")))
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config.seed)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    encoder = BertModel.from_pretrained(
        start or base, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    themes = load_code_frame().ids
    rows = [*read_rows(data / "feedback" / "train.jsonl.gz")]
    rows += read_intents(data / "clusters" / "intents.jsonl.gz", data / "themes.toml")
    written = list(read_written(WRITTEN_COMMENTS))
    conventions = Conventions([*rows, *written], data / "themes.toml", themes)
    chosen = sample(rows, config.caps, config.default_cap, config.seed)
    chosen = join_short(chosen, config.join_longest, config.join_share, config.seed)[: limit or None]
    chosen += written * config.written_copies
    examples = prepare(chosen, conventions, tokenizer, config)
    cache = out / "base_vectors.npy"
    texts = [text for example in examples for text in example.texts]
    if not cache.exists():
        write_encoder(base, rows, out)
        np.save(cache, base_vectors(Encoder(out / ENCODER, out / TOKENIZER), texts))
    flat = np.load(cache)
    starts = np.cumsum([0, *(len(example.texts) for example in examples)])
    if config.layers < len(encoder.encoder.layer):
        keep = np.round(np.linspace(0, len(encoder.encoder.layer) - 1, config.layers)).astype(int)
        encoder.encoder.layer = nn.ModuleList(encoder.encoder.layer[int(i)] for i in keep)
        encoder.config.num_hidden_layers = config.layers
    encoder.train()
    encoder.embeddings.word_embeddings.weight.requires_grad = False  # stays 4-bit exact
    if config.frozen_layers:
        for frozen in (encoder.embeddings, *encoder.encoder.layer[: config.frozen_layers]):
            frozen.requires_grad_(requires_grad=False)
    heads = SpanHeads(encoder.config.hidden_size, len(themes))
    if start:
        heads.load(start / HEADS)
    lengths = np.array([len(example.ids) for example in examples])
    plan = [
        batch
        for epoch in range(ceil(config.epochs))
        for batch in batches(lengths, config.batch_tokens, np.random.default_rng([config.seed, epoch]))
    ]
    plan = plan[: round(len(plan) * config.epochs / ceil(config.epochs))]
    parameters = [p for p in encoder.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": parameters, "lr": config.encoder_rate}, {"params": heads.parameters(), "lr": config.head_rate}],
        weight_decay=0.01,
        fused=True,
    )

    def rate(step: int) -> float:
        warm = config.warmup * len(plan)
        return min(step / warm, 1.0) * max(0.02, 1 - max(0.0, step - warm) / (len(plan) - warm))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: rate(step + 1))
    first = 0
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        encoder.load_state_dict(saved["encoder"])
        heads.load_state_dict(saved["heads"])
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        first = saved["step"]
    print(f"{len(examples)} rows, {lengths.sum()} tokens, {len(plan)} steps, from step {first}", flush=True)
    started, last_saved, seen, running = time.time(), time.time(), 0, 0.0
    for step in range(first, len(plan)):
        members = plan[step]
        total = step_loss(
            encoder, heads, [examples[i] for i in members], [flat[starts[i] : starts[i + 1]] for i in members], config
        )
        total.backward()
        nn.utils.clip_grad_norm_([*parameters, *heads.parameters()], 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        running += float(total.detach())
        seen += len(members)
        if (step + 1) % 50 == 0:
            line = {
                "step": step + 1,
                "loss": round(running / 50, 4),
                "rows_per_s": round(seen / (time.time() - started), 1),
            }
            with (out / "log.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            running = 0.0
        if time.time() - last_saved > 300 or step + 1 == len(plan):
            state = {
                "encoder": encoder.state_dict(),
                "heads": heads.state_dict(),
                "optimiser": optimiser.state_dict(),
                "schedule": schedule.state_dict(),
                "step": step + 1,
            }
            torch.save(state, out / "checkpoint.part")
            (out / "checkpoint.part").replace(checkpoint)
            last_saved = time.time()
    encoder.save_pretrained(out)
    (out / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    heads.save(out / HEADS)


if __name__ == "__main__":
    typer.run(main)
