"""Bundle → checkpoint, so that training can continue from the model that ships.

    python -m training.export.restore --bundle models/bundled --out CHECKPOINT

The weights are the quantised ones of the bundle (word embeddings 4 bits, others 8), as float32. Inverse of
`training.export.graph.build`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import typer
from numpy.typing import NDArray
from onnx import numpy_helper
from safetensors.numpy import save_file

from models.bundle import BUNDLED, HEADS, Bundle, open_bundle
from saywhy.errors import InvalidInput
from training.export.graph import PRODUCTS

Weights = dict[str, NDArray[np.float32]]
Constants = dict[str, NDArray[Any]]

_NORMS = {"attention": "attention.output.LayerNorm", "state": "output.LayerNorm"}
_QKV = ("query", "key", "value")  # share their input, whose name is "qkv"


def restore(graph: onnx.ModelProto) -> Weights:
    """Weights in float32, named as in a Hugging Face BertModel."""
    constants = _separated({tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer})
    positions = constants["positions.table"]
    weights: Weights = {
        "embeddings.word_embeddings.weight": word_embeddings(constants["words.table"], constants["words.scales"]),
        "embeddings.position_embeddings.weight": positions,
        # Zero: the graph has them added to the position embeddings.
        "embeddings.token_type_embeddings.weight": np.zeros((2, positions.shape[1]), np.float32),
        "embeddings.LayerNorm.weight": constants["embeddings.gamma"],
        "embeddings.LayerNorm.bias": constants["embeddings.beta"],
    }
    layer = 0
    while f"layer{layer}.query.weight" in constants:
        prefix, key = f"layer{layer}", f"encoder.layer.{layer}"
        for name, norm in _NORMS.items():
            weights[f"{key}.{norm}.weight"] = constants[f"{prefix}.{name}.gamma"]
            weights[f"{key}.{norm}.bias"] = constants[f"{prefix}.{name}.beta"]
        for name, part in PRODUCTS.items():
            shrink = constants.get(f"{prefix}.{'qkv' if name in _QKV else name}.shrink")
            weight, bias = _product(constants, f"{prefix}.{name}", shrink)
            weights[f"{key}.{part}.weight"], weights[f"{key}.{part}.bias"] = weight.T, bias
        layer += 1
    return {name: np.ascontiguousarray(value, np.float32) for name, value in weights.items()}


def _separated(constants: Constants) -> Constants:
    """Constants of any layout in that of today: until core-2027.05 query, key and value were one product."""
    separated = dict(constants)
    for name, values in constants.items():
        prefix, _, constant = name.partition(".qkv.")
        if constant in ("weight", "scales", "bias"):
            parts = np.split(values, len(_QKV), axis=-1)
            separated |= {f"{prefix}.{part}.{constant}": value for part, value in zip(_QKV, parts, strict=True)}
    return separated


def _product(
    constants: Constants, name: str, shrink: NDArray[np.float32] | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weight (inputs, outputs) and bias (outputs,) of a matrix product; some of its inputs may be in float."""
    # Until core-2027.05, inputs in float could be any columns, and the product of the others was NAME.rest.
    rest = f"{name}.rest" if f"{name}.rest.weight" in constants else name
    weight = constants[f"{rest}.weight"].astype(np.float32) * constants[f"{rest}.scales"].astype(np.float32)
    if f"{name}.large" in constants:
        large = constants[f"{name}.large"]
        weight[constants.get(f"{name}.columns", np.arange(len(large)))] = large
    if shrink is not None:
        weight *= shrink[:, None]
    return weight, constants[f"{rest}.bias"].astype(np.float32)


def word_embeddings(packed: NDArray[np.generic], scales: NDArray[np.generic]) -> NDArray[np.float32]:
    """Inverse of `training.export.graph.quantise_table`."""
    table = packed.astype(np.uint8)
    nibbles = np.stack([table & 15, table >> 4], axis=-1).reshape(len(table), scales.shape[1], -1)
    return ((nibbles.astype(np.float32) - 8) * scales.astype(np.float32)[..., None]).reshape(len(table), -1)


def write_checkpoint(opened: Bundle, out: Path) -> None:
    """Write the checkpoint of a bundle with its tokenizer and its heads.

    Raises `InvalidInput` if the encoder is not a graph of `training.export.graph`.
    """
    graph = onnx.load(opened.encoder)
    if all(tensor.name != "words.table" for tensor in graph.graph.initializer):
        raise InvalidInput(f"the encoder of {opened.version} is no BERT: its weights cannot be read from its graph")
    weights = restore(graph)
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
        "num_attention_heads": _attribute(graph, "q_num_heads") or _attribute(graph, "num_heads"),
        "max_position_embeddings": len(weights["embeddings.position_embeddings.weight"]),
        "layer_norm_eps": _attribute(graph, "epsilon"),
        "hidden_act": "gelu",
        "pad_token_id": 1,
    }
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    shutil.copy(opened.tokenizer, out / "tokenizer.json")
    shutil.copy(opened.folder / HEADS, out / HEADS)


def _attribute(graph: onnx.ModelProto, name: str) -> Any:
    """The value of an attribute of the first node that has it; None if none has."""
    matching = (
        onnx.helper.get_attribute_value(attribute)
        for node in graph.graph.node
        for attribute in node.attribute
        if attribute.name == name
    )
    return next(matching, None)


def main(
    out: Annotated[Path, typer.Option()],
    bundle: Annotated[Path, typer.Option()] = BUNDLED,
) -> None:
    """Write the checkpoint with its tokenizer and its heads."""
    write_checkpoint(open_bundle(bundle), out)


if __name__ == "__main__":
    typer.run(main)
