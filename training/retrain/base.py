"""The encoder that a fine-tuning starts from: that of the version that serves, a folder, or a name on the hub.

A folder has the layout of Hugging Face: `config.json`, `model.safetensors` (or its parts and their index) and
`tokenizer.json`. Encoders built as BERT is (BERT, RoBERTa, XLM-R, E5, BGE) become a BertModel, of which
`training.export.graph` makes an int8 graph; others, such as ModernBERT, are left as they are and traced.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from transformers import AutoModel

from models.bundle import CODE_FRAME, HEADS, TOKENIZER, Bundle
from models.encoder import WINDOW, TextTokenizer
from saywhy.code_frame import CAUSES, load_code_frame
from saywhy.errors import InvalidInput
from training.export.graph import BLOCK, quantise_table
from training.export.restore import word_embeddings, write_checkpoint

WEIGHTS, CONFIG = "model.safetensors", "config.json"

#: Built as BERT is; those whose positions are counted from the padding's id on.
_BERT, _ROBERTA = "bert", ("roberta", "xlm-roberta", "camembert")
#: Files that run code when they are read, or are code.
_CODE = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".h5", ".msgpack", ".py", ".so")
#: All that is read of a folder: the rest of it is left alone.
_READ = (CONFIG, "*.safetensors", "model.safetensors.index.json", TOKENIZER, CODE_FRAME, CAUSES)
_WORDS, _POSITIONS = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"


def write_base(champion: Bundle, source: str | None, folder: Path) -> None:
    """Write the checkpoint to train from to `folder`, complete or not at all.

    `source` is a folder or a name on the hub, None for the champion. Raises `InvalidInput` for what cannot be read, has
    code or pickles in it, or cannot be served.
    """
    if folder.is_dir():
        return
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    if source is None:
        write_checkpoint(champion, part)
    else:
        part.mkdir(parents=True)
        _convert(_located(source), source, part)
    part.rename(folder)


def has_code(folder: Path) -> str | None:
    """The first file in a folder that is code or may have code in it, or None."""
    return next(
        (str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.suffix.lower() in _CODE), None
    )


def _located(source: str) -> Path:
    """The folder of a source; what is on the hub is loaded without files that may have code."""
    folder = Path(source)
    if folder.is_dir():
        if name := has_code(folder):
            raise InvalidInput(f"{source} has {name}, which may run code when it is read: remove it")
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(source, allow_patterns=list(_READ)))  # nosec B615  # its hash is kept
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InvalidInput(f"{source} is no folder, and cannot be loaded from the hub: {reason}") from None


def _convert(source: Path, name: str, out: Path) -> None:
    for needed in (CONFIG, TOKENIZER):
        if not (source / needed).is_file():
            raise InvalidInput(f"{name} has no {needed}")
    try:
        config = json.loads((source / CONFIG).read_text("utf-8"))
        if "auto_map" in config:
            raise InvalidInput(f"{name} is defined by code of its own, which is not run")
        tokenizer = TextTokenizer(source / TOKENIZER)
        offset = config.get("pad_token_id", 1) + 1 if config.get("model_type") in _ROBERTA else 0
        _check_positions(config, offset, tokenizer, name)
        model, loaded = AutoModel.from_pretrained(  # nosec B615
            source, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
        if missing := sorted(key for key in loaded["missing_keys"] if not key.startswith("pooler.")):
            raise InvalidInput(f"{name} has no weights for {missing[0]}")
    except InvalidInput:
        raise
    except Exception as error:  # libraries raise what they like for damaged files
        raise InvalidInput(f"{name} cannot be read as an encoder: {str(error).splitlines()[0]}") from None
    if config.get("model_type") in (_BERT, *_ROBERTA):
        _write_bert(model, config, offset, name, out)
    else:
        model.save_pretrained(out)
    for kept in (TOKENIZER, HEADS, CODE_FRAME, CAUSES):
        if (source / kept).is_file():
            shutil.copyfile(source / kept, out / kept)


def _check_positions(config: dict[str, Any], offset: int, tokenizer: TextTokenizer, name: str) -> None:
    needed = WINDOW + len(tokenizer.lead) + len(tokenizer.tail)
    positions = config.get("max_position_embeddings", needed + offset) - offset
    if positions < needed:
        raise InvalidInput(f"{name} reads {positions} tokens at once, {needed} are needed")


def _write_bert(model: Any, config: dict[str, Any], offset: int, name: str, out: Path) -> None:
    """Write it as a BertModel, with the word embeddings that the graph will have: in 4 bits."""
    if config.get("hidden_act", "gelu") != "gelu" or config.get("position_embedding_type", "absolute") != "absolute":
        raise InvalidInput(f"{name} is no BERT with gelu and absolute positions, the only one that is served")
    if config["hidden_size"] % BLOCK:
        raise InvalidInput(f"{name} has {config['hidden_size']} hidden units; they must be a multiple of {BLOCK}")
    weights = {
        key: np.ascontiguousarray(value.numpy(), np.float32)
        for key, value in model.state_dict().items()
        if not key.startswith("pooler.") and value.is_floating_point()
    }
    weights[_WORDS] = word_embeddings(*quantise_table(weights[_WORDS]))
    weights[_POSITIONS] = np.ascontiguousarray(weights[_POSITIONS][offset:])
    save_file(weights, out / WEIGHTS, metadata={"format": "pt"})
    kept = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
    as_bert = {key: config[key] for key in kept} | {
        "model_type": _BERT,
        "architectures": ["BertModel"],
        "max_position_embeddings": len(weights[_POSITIONS]),
        "type_vocab_size": len(weights["embeddings.token_type_embeddings.weight"]),
        "layer_norm_eps": config.get("layer_norm_eps", 1e-12),
        "hidden_act": "gelu",
        "pad_token_id": config.get("pad_token_id", 0),
    }
    (out / CONFIG).write_text(json.dumps(as_bert, indent=1) + "\n", "utf-8")


def hidden_size(folder: Path) -> int:
    """The size of the states of a checkpoint."""
    return int(json.loads((folder / CONFIG).read_text("utf-8"))["hidden_size"])


def heads_of(folder: Path, themes: Sequence[str], causes: Sequence[str]) -> Path | None:
    """The heads of a checkpoint, if it has some for these themes and causes (`training.export.hugging_face`)."""
    if not all((folder / name).is_file() for name in (HEADS, CODE_FRAME, CAUSES)):
        return None
    frame = load_code_frame(folder / CODE_FRAME)
    is_same = list(frame.ids) == list(themes) and [cause.id for cause in frame.causes] == list(causes)
    return folder / HEADS if is_same else None
