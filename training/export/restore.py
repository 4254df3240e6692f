"""Bundle → checkpoint, so that training can continue from the model that ships.

    python -m training.export.restore --bundle models/bundled --out CHECKPOINT

The weights are the quantised ones of the bundle (word embeddings 4 bits, others 8), as float32. Inverse of
`training.export.graph.build`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import numpy as np
import onnx
import typer
from numpy.typing import NDArray
from onnx import numpy_helper
from safetensors.numpy import save_file

from models.bundle import BUNDLED, HEADS, open_bundle

Weights = dict[str, NDArray[np.float32]]

_NORMS = {"attention": "attention.output.LayerNorm", "state": "output.LayerNorm"}
_PRODUCTS = {
    "qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
    "projected": ("attention.output.dense",),
    "wide": ("intermediate.dense",),
    "narrow": ("output.dense",),
}


def restore(graph: onnx.ModelProto) -> Weights:
    """Weights in float32, named as in a Hugging Face BertModel."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer}
    positions = constants["positions.table"]
    weights: Weights = {
        "embeddings.word_embeddings.weight": _word_embeddings(constants["words.table"], constants["words.scales"]),
        "embeddings.position_embeddings.weight": positions,
        # Zero: the graph has them added to the position embeddings.
        "embeddings.token_type_embeddings.weight": np.zeros((2, positions.shape[1]), np.float32),
        "embeddings.LayerNorm.weight": constants["embeddings.gamma"],
        "embeddings.LayerNorm.bias": constants["embeddings.beta"],
    }
    layer = 0
    while f"layer{layer}.qkv.weight" in constants:
        prefix, key = f"layer{layer}", f"encoder.layer.{layer}"
        for name, norm in _NORMS.items():
            weights[f"{key}.{norm}.weight"] = constants[f"{prefix}.{name}.gamma"]
            weights[f"{key}.{norm}.bias"] = constants[f"{prefix}.{name}.beta"]
        for name, parts in _PRODUCTS.items():
            weight, bias = _product(constants, f"{prefix}.{name}")
            for part, part_weight, part_bias in zip(
                parts, np.split(weight, len(parts), axis=1), np.split(bias, len(parts)), strict=True
            ):
                weights[f"{key}.{part}.weight"], weights[f"{key}.{part}.bias"] = part_weight.T, part_bias
        layer += 1
    return {name: np.ascontiguousarray(value, np.float32) for name, value in weights.items()}


def _product(constants: dict[str, NDArray[np.generic]], name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weight (inputs, outputs) and bias (outputs,) of a matrix product; some of its inputs may be in float."""
    rest = f"{name}.rest" if f"{name}.rest.weight" in constants else name
    weight = constants[f"{rest}.weight"].astype(np.float32) * constants[f"{rest}.scales"].astype(np.float32)
    if rest != name:
        weight[constants[f"{name}.columns"]] = constants[f"{name}.large"]
    if f"{name}.shrink" in constants:
        weight *= constants[f"{name}.shrink"].astype(np.float32)[:, None]
    return weight, constants[f"{rest}.bias"].astype(np.float32)


def _word_embeddings(packed: NDArray[np.generic], scales: NDArray[np.generic]) -> NDArray[np.float32]:
    """Inverse of `training.export.graph.quantise_table`."""
    table = packed.astype(np.uint8)
    nibbles = np.stack([table & 15, table >> 4], axis=-1).reshape(len(table), scales.shape[1], -1)
    return ((nibbles.astype(np.float32) - 8) * scales.astype(np.float32)[..., None]).reshape(len(table), -1)


def main(
    out: Annotated[Path, typer.Option()],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
) -> None:
    """Write the checkpoint with its tokenizer and its heads."""
    opened = open_bundle(bundle)
    weights = restore(onnx.load(opened.encoder))
    out.mkdir(parents=True, exist_ok=True)
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    words, hidden = weights["embeddings.word_embeddings.weight"].shape
    config = {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "vocab_size": words,
        "hidden_size": hidden,
        "intermediate_size": weights["encoder.layer.0.intermediate.dense.weight"].shape[0],
        "num_hidden_layers": sum(name.endswith("intermediate.dense.weight") for name in weights),
        "num_attention_heads": 12,
        "max_position_embeddings": len(weights["embeddings.position_embeddings.weight"]),
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
        "pad_token_id": 1,
    }
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    shutil.copy(opened.tokenizer, out / "tokenizer.json")
    shutil.copy(opened.folder / HEADS, out / HEADS)


if __name__ == "__main__":
    typer.run(main)
