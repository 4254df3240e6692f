"""A registry whose champion is so small that an encoder is trained in a second: two layers, random weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from models.bundle import BUNDLED, CARD, CODE_FRAME, CONFIG, ENCODER, HEADS, TOKENIZER, open_bundle, seal
from models.causes import CAUSE_BIAS, CAUSE_WEIGHT
from models.encoder import WINDOW
from models.registry import ALIASES, Registry
from saywhy.code_frame import CAUSES
from training.retrain.serving import write_graph

HIDDEN = 32


def word_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """A tokenizer that knows the words of the texts, with the special tokens of XLM-R."""
    words = sorted({word for text in texts for word in text.lower().split()})
    vocabulary = {word: number for number, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", "query", ":", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def write_checkpoint(folder: Path, tokenizer: Tokenizer, *, hidden: int = HIDDEN, layers: int = 2) -> Path:
    """A random BertModel as a folder of Hugging Face."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=2 * hidden,
        max_position_embeddings=WINDOW + 8,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=1,
        initializer_range=0.2,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save(str(folder / TOKENIZER))
    return folder


def tiny_registry(root: Path, texts: list[str]) -> Registry:
    """A registry with a champion that has the code frame of the bundle that ships and answers at random."""
    checkpoint = write_checkpoint(root / ".checkpoint", word_tokenizer(texts))
    bundled, random = open_bundle(BUNDLED), np.random.default_rng(0)
    folder = root / "tiny"
    folder.mkdir()
    for name in (CODE_FRAME, CAUSES, CARD):
        shutil.copyfile(BUNDLED / name, folder / name)
    columns, causes = len(bundled.heads["bias"]), len(bundled.heads[CAUSE_BIAS])
    heads = {
        "weight": random.normal(0, 0.1, (HIDDEN, columns)).astype(np.float32),
        "bias": np.zeros(columns, np.float32),
        CAUSE_WEIGHT: random.normal(0, 0.1, (HIDDEN, causes)).astype(np.float32),
        CAUSE_BIAS: np.zeros(causes, np.float32),
    }
    save_file(heads, folder / HEADS)
    write_graph(checkpoint, texts, folder / ENCODER)
    shutil.copyfile(checkpoint / TOKENIZER, folder / TOKENIZER)
    (folder / CONFIG).write_text(json.dumps(bundled.config | {"version": "tiny"}), "utf-8")
    seal(folder)
    (root / ALIASES).write_text(json.dumps({"champion": "tiny"}), "utf-8")
    shutil.rmtree(checkpoint)
    return Registry(root)
