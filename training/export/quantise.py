"""Checkpoint → int8 graph: measure the ranges of the activations, and how faithful the graph is to float32."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from models.annotator import Annotator
from models.arrays import Integers, Vectors, unpack
from models.bundle import ENCODER, TOKENIZER, Bundle
from models.encoder import encoder_text
from saywhy.annotation import Annotation
from saywhy.feedback import Comment
from training.data.rows import Row, sample
from training.export.graph import Activations, Shape, Weights, build
from training.export.rounding import Moments

_MAX_TOKENS = 256
#: Number of input columns with the largest values that are treated apart: shrunk, or kept in float.
_OUTLIERS = 16
#: Quantiles of the activations that become the ends of the uint8 range.
_RANGE = (1e-5, 1 - 1e-5)
#: Rows of each dataset and language on which activations are measured.
_MEASURED_ROWS = 12
#: Both compute in float32. The graph has the word embeddings in 4 bits; the checkpoint's values are exactly those.
_MIN_COSINE_TO_TORCH = 0.9999


def write_encoder(checkpoint: Path, texts: Sequence[str], folder: Path) -> None:
    """Write `encoder.onnx` and `tokenizer.json`. Activations are measured on the texts."""
    (folder / ENCODER).write_bytes(encoder_graph(checkpoint, texts).SerializeToString())
    shutil.copy(checkpoint / "tokenizer.json", folder / TOKENIZER)


def encoder_graph(checkpoint: Path, texts: Sequence[str]) -> onnx.ModelProto:
    """The int8 graph of a checkpoint. Activations are measured on the texts."""
    weights, shape, tokenizer = read_checkpoint(checkpoint)
    batches = [ids for text in texts if (ids := _ids(tokenizer, text)).shape[1] <= _MAX_TOKENS]
    return build(weights, shape, measure_activations(weights, shape, batches))


def measured_texts(rows: Sequence[Row]) -> list[str]:
    """The texts of a few rows of each dataset and language: enough to measure activations on."""
    return [row.text for row in sample(rows, {}, _MEASURED_ROWS, seed=1)]


def measure_activations(weights: Weights, shape: Shape, batches: Sequence[Integers]) -> dict[str, Activations]:
    """Statistics of each input of matrix products, on batches of token ids (1, tokens).

    The range leaves out one value in 100,000 at either end. The narrow product of each layer (4 × hidden → hidden)
    keeps the columns with the largest values in float: that halves the error of the logits for 3 % more time. Products
    that read a state shrink those columns to the range of the others: that halves the error again.
    """
    session = _session(build(weights, shape, {}, expose=True).SerializeToString())
    outputs = [output.name for output in session.get_outputs()][1:]
    activations: dict[str, list[NDArray[np.float32]]] = {output: [] for output in outputs}
    for batch in batches:
        for output, values in zip(outputs, session.run(outputs, {"input_ids": batch}), strict=True):
            activations[output].append(values.reshape(-1, values.shape[-1]))
    return {
        name: _statistics(name, np.concatenate(values))
        for output, values in activations.items()
        for name in [output.removesuffix(".input")]
    }


def _statistics(name: str, values: NDArray[np.float32]) -> Activations:
    """Statistics of the values (n, k) of the input `name`."""
    largest = np.abs(values).max(axis=0)
    extreme_columns = np.sort(np.argsort(-largest)[:_OUTLIERS])
    others = np.delete(values, extreme_columns, axis=1)
    shrink = np.ones(len(largest), np.float32)
    outliers = extreme_columns[:0]
    if name.endswith(".narrow"):
        outliers = extreme_columns
        low, high = np.quantile(others, _RANGE)
    else:
        if not name.endswith(".projected"):
            limit = np.abs(np.quantile(others, _RANGE)).max()
            shrink[extreme_columns] = np.minimum(1, limit / largest[extreme_columns])
        values = values * shrink
        low, high = np.quantile(values, _RANGE)
    mean = values.mean(axis=0)
    centred = values - mean
    centred[:, outliers] = 0  # their weights are not rounded, so they cannot compensate errors of others
    moments = Moments(mean, centred.T @ centred / len(values))
    return Activations(min(0.0, float(low)), max(0.0, float(high)), shrink, outliers, moments)


@dataclass(frozen=True)
class Fidelity:
    """Agreement of a bundle with its checkpoint in float32, on n texts."""

    cosine: Vectors  # (n,), of the vectors
    sentiment: float  # share of the texts with the same sentiment label
    decisions: float  # share of the (text, theme) pairs with the same decision
    themes: float  # share of the texts whose themes are all the same


def fidelity(checkpoint: Path, bundle: Bundle, texts: Sequence[str]) -> Fidelity:
    """Compare the bundle with the float32 graph of the checkpoint, after comparing that graph with torch.

    Raises `ValueError` if the float32 graph does not compute what torch computes.
    """
    weights, shape, _ = read_checkpoint(checkpoint)
    comments = [Comment(text) for text in texts]
    with TemporaryDirectory() as folder:
        graph = Path(folder) / ENCODER
        graph.write_bytes(build(weights, shape, {}).SerializeToString())
        shutil.copy(bundle.tokenizer, Path(folder) / TOKENIZER)
        _check_against_torch(checkpoint, graph, texts[:20])
        float_annotations = Annotator(replace(bundle, folder=Path(folder))).annotate(comments)
    int8_annotations = Annotator(bundle).annotate(comments)
    pairs = list(zip(int8_annotations, float_annotations, strict=True))
    cosine = [np.dot(_vector(one), _vector(other)) for one, other in pairs]
    differences = [len({t.theme for t in one.themes} ^ {t.theme for t in other.themes}) for one, other in pairs]
    return Fidelity(
        np.array(cosine, np.float32),
        float(np.mean([one.sentiment.label == other.sentiment.label for one, other in pairs])),
        1 - sum(differences) / (len(pairs) * len(bundle.code_frame.ids)),
        float(np.mean(np.array(differences) == 0)),
    )


def _vector(annotation: Annotation) -> Vectors:
    return unpack(annotation.vector)


def _check_against_torch(checkpoint: Path, graph: Path, texts: Sequence[str]) -> None:
    """Raise `ValueError` if the state of any token has another direction than torch's."""
    import torch
    from transformers import BertModel

    tokenizer = read_checkpoint(checkpoint)[2]
    model = BertModel.from_pretrained(  # nosec B615  # a folder of ours
        checkpoint, add_pooling_layer=False, dtype=torch.float32
    ).eval()
    session = _session(graph.read_bytes())
    for text in texts:
        ids = _ids(tokenizer, text)[:, :_MAX_TOKENS]
        with torch.no_grad():
            expected = model(input_ids=torch.from_numpy(ids)).last_hidden_state[0].numpy()
        states = session.run(["states"], {"input_ids": ids})[0][0]
        lengths = np.linalg.norm(states, axis=1) * np.linalg.norm(expected, axis=1)
        cosine = (states * expected).sum(axis=1) / lengths
        if cosine.min() < _MIN_COSINE_TO_TORCH:
            raise ValueError(f"the graph does not compute what torch does: cosine {cosine.min():.5f} at {text[:50]!r}")


def read_checkpoint(checkpoint: Path) -> tuple[Weights, Shape, Tokenizer]:
    """Weights, dimensions and tokenizer of a Hugging Face BertModel."""
    weights = load_file(checkpoint / "model.safetensors")
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
    config = json.loads((checkpoint / "config.json").read_text("utf-8"))
    shape = Shape(layers, config["hidden_size"], config["num_attention_heads"], config["layer_norm_eps"])
    return weights, shape, Tokenizer.from_file(str(checkpoint / "tokenizer.json"))


def _ids(tokenizer: Tokenizer, text: str) -> Integers:
    """Token ids (1, tokens), with prefix and special tokens."""
    return np.array([tokenizer.encode("query: " + encoder_text(text)).ids])


def _session(graph: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
