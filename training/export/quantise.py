"""From a checkpoint to the int8 graph: measure the ranges of the activations, and how faithful the result is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from models.annotator import Annotator
from models.arrays import unpack
from models.bundle import ENCODER, TOKENIZER, Bundle
from saywhy.annotation import Annotation
from saywhy.feedback import Comment
from training.data.rows import Row, sample
from training.export.graph import Activations, Shape, Weights, build
from training.export.rounding import Moments

_LONGEST = 256
#: Columns of far larger values than the rest has: those of a narrow product stay in float, others are shrunk.
_OUTLIERS = 16
_RANGE = (1e-5, 1 - 1e-5)
#: Both compute in float32; the words are in 4 bits in the graph, and in the checkpoint exactly those values.
_LEAST_COSINE_TO_TORCH = 0.9999


def write_encoder(checkpoint: Path, rows: Sequence[Row], folder: Path) -> None:
    """Write `encoder.onnx` and `tokenizer.json`; ranges are measured on a few `rows` of every dataset and language."""
    weights, shape, tokenizer = _read(checkpoint)
    few = sample(rows, {}, 12, seed=1)
    batches = [ids for row in few if len(ids := _ids(tokenizer, row.text)[0]) <= _LONGEST]
    measured = measure_activations(weights, shape, [ids[None] for ids in batches])
    (folder / ENCODER).write_bytes(build(weights, shape, measured).SerializeToString())
    shutil.copy(checkpoint / "tokenizer.json", folder / TOKENIZER)


def measure_activations(weights: Weights, shape: Shape, batches: Sequence[NDArray[np.int64]]) -> dict[str, Activations]:
    """Range (but for one value in 100,000 at either end) and moments at the input of each matrix product.

    The narrow product of each layer keeps the columns of its largest values in float: that halves the error of the
    logits for 3 % more time. Those that read a state shrink them to the range of the rest: that halves it again.
    """
    graph = build(weights, shape, {}, expose=True)
    session = _session(graph.SerializeToString())
    names = [output.name for output in session.get_outputs()][1:]
    seen: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    for batch in batches:
        for name, values in zip(names, session.run(names, {"input_ids": batch}), strict=True):
            seen[name].append(values.reshape(-1, values.shape[-1]))
    measured = {}
    for node in [node for node in graph.graph.node if node.op_type == "MatMul"]:
        name, values = node.name.removesuffix(".product"), np.concatenate(seen[node.input[0]])
        largest = np.abs(values).max(axis=0)
        few = np.sort(np.argsort(-largest)[:_OUTLIERS])
        rest = np.delete(values, few, axis=1)
        shrink = np.ones(len(largest), np.float32)
        outliers = few[:0]
        if name.endswith(".narrow"):
            outliers = few
            low, high = np.quantile(rest, _RANGE)
        else:
            if not name.endswith(".projected"):
                shrink[few] = np.minimum(1, np.abs(np.quantile(rest, _RANGE)).max() / largest[few])
            values *= shrink
            low, high = np.quantile(values, _RANGE)
        mean = values.mean(axis=0)
        centred = values - mean
        centred[:, outliers] = 0  # their weights are not rounded and can make up for no other's error
        moments = Moments(mean, centred.T @ centred / len(values))
        measured[name] = Activations(min(0.0, float(low)), max(0.0, float(high)), shrink, outliers, moments)
    return measured


@dataclass(frozen=True)
class Fidelity:
    """How a bundle answers against its checkpoint in float32, on n texts: cosine of the vectors (n,), share of the
    texts with the same sentiment label, share of the (text, theme) decisions that are the same, and share of the
    texts whose themes are all the same."""

    cosine: NDArray[np.float32]
    sentiment: float
    decisions: float
    themes: float


def fidelity(checkpoint: Path, bundle: Bundle, texts: Sequence[str]) -> Fidelity:
    """Compare the bundle with the graph of the checkpoint in float32, itself held against torch.

    Raises `ValueError` when the graph in float32 does not compute what torch computes.
    """
    weights, shape, _ = _read(checkpoint)
    comments = [Comment(text) for text in texts]
    with TemporaryDirectory() as folder:
        graph = Path(folder) / ENCODER
        graph.write_bytes(build(weights, shape, {}).SerializeToString())
        shutil.copy(bundle.tokenizer, Path(folder) / TOKENIZER)
        _check_against_torch(checkpoint, graph, texts[:20])
        exact = Annotator(replace(bundle, folder=Path(folder))).annotate(comments)
    served = Annotator(bundle).annotate(comments)
    pairs = list(zip(served, exact, strict=True))
    cosine = [np.dot(_vector(one), _vector(other)) for one, other in pairs]
    differing = [len({t.theme for t in one.themes} ^ {t.theme for t in other.themes}) for one, other in pairs]
    return Fidelity(
        np.array(cosine, np.float32),
        float(np.mean([one.sentiment.label == other.sentiment.label for one, other in pairs])),
        1 - sum(differing) / (len(pairs) * len(bundle.code_frame.ids)),
        float(np.mean(np.array(differing) == 0)),
    )


def _vector(annotation: Annotation) -> NDArray[np.float32]:
    return unpack(annotation.vector)


def _check_against_torch(checkpoint: Path, graph: Path, texts: Sequence[str]) -> None:
    """The states of every token point where torch's do."""
    import torch
    from transformers import BertModel

    tokenizer = _read(checkpoint)[2]
    model = BertModel.from_pretrained(checkpoint, add_pooling_layer=False, dtype=torch.float32).eval()
    session = _session(graph.read_bytes())
    for text in texts:
        ids = _ids(tokenizer, text)[:, :_LONGEST]
        with torch.no_grad():
            expected = model(input_ids=torch.from_numpy(ids)).last_hidden_state[0].numpy()
        states = session.run(["states"], {"input_ids": ids})[0][0]
        lengths = np.linalg.norm(states, axis=1) * np.linalg.norm(expected, axis=1)
        cosine = (states * expected).sum(axis=1) / lengths
        if cosine.min() < _LEAST_COSINE_TO_TORCH:
            raise ValueError(f"the graph does not compute what torch does: cosine {cosine.min():.5f} at {text[:50]!r}")


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
