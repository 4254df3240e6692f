"""From a checkpoint to the int8 graph: measure the ranges of the activations, and how faithful the result is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from models.bundle import ENCODER, TOKENIZER
from training.data import Row, sample
from training.graph import Shape, Weights, build

_LONGEST = 256


def write_encoder(checkpoint: Path, rows: Sequence[Row], folder: Path) -> None:
    """Write `encoder.onnx` and `tokenizer.json`; ranges are measured on a few `rows` of every dataset and language."""
    weights, shape, tokenizer = _read(checkpoint)
    few = sample(rows, {}, 12, seed=1)
    batches = [ids for row in few if len(ids := _ids(tokenizer, row.text)[0]) <= _LONGEST]
    ranges = activation_ranges(weights, shape, [ids[None] for ids in batches])
    (folder / ENCODER).write_bytes(build(weights, shape, ranges).SerializeToString())
    shutil.copy(checkpoint / "tokenizer.json", folder / TOKENIZER)


def activation_ranges(
    weights: Weights, shape: Shape, batches: Sequence[NDArray[np.int64]]
) -> dict[str, tuple[float, float]]:
    """Lowest and highest value (but for one in 100,000 at either end) at the input of each matrix product."""
    graph = build(weights, shape, {}, expose=True)
    session = _session(graph.SerializeToString())
    names = [output.name for output in session.get_outputs()][1:]
    seen: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    for batch in batches:
        for name, values in zip(names, session.run(names, {"input_ids": batch}), strict=True):
            seen[name].append(values.ravel())
    extremes = {}
    for name in names:
        low, high = np.quantile(np.concatenate(seen.pop(name)), [1e-5, 1 - 1e-5])
        extremes[name] = (min(0.0, float(low)), max(0.0, float(high)))
    products = [node for node in graph.graph.node if node.op_type == "MatMul"]
    return {node.name.removesuffix(".product"): extremes[node.input[0]] for node in products}


def fidelity(
    checkpoint: Path, vectors: Callable[[list[str]], NDArray[np.float32]], rows: Sequence[Row]
) -> NDArray[np.float32]:
    """Cosine (rows,) between the vectors that serve and those of the checkpoint in float32."""
    weights, shape, tokenizer = _read(checkpoint)
    session = _session(build(weights, shape, {}).SerializeToString())
    rows = [row for row in rows if _ids(tokenizer, row.text).shape[1] <= _LONGEST]
    means = [session.run(["states"], {"input_ids": _ids(tokenizer, row.text)})[0][0].mean(axis=0) for row in rows]
    exact = np.array(means) / np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray((exact * vectors([row.text for row in rows])).sum(axis=1))


def _read(checkpoint: Path) -> tuple[Weights, Shape, Tokenizer]:
    weights = load_file(checkpoint / "model.safetensors")
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
    config = json.loads((checkpoint / "config.json").read_text("utf-8"))
    shape = Shape(layers, config["hidden_size"], config["num_attention_heads"], config["layer_norm_eps"])
    return weights, shape, Tokenizer.from_file(str(checkpoint / "tokenizer.json"))


def _ids(tokenizer: Tokenizer, text: str) -> NDArray[np.int64]:
    return np.array([tokenizer.encode("query: " + text).ids])


def _session(graph: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
