"""The int8 graph: exact on every processor, and readable back into a checkpoint."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import numpy_helper

from models.bundle import BUNDLED, ENCODER
from training.export.graph import Activations, Shape, Weights, build
from training.export.restore import restore
from training.export.rounding import LARGEST, Moments, round_weights

SHAPE = Shape(layers=2)


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Random weights of a small encoder, named as in a BertModel."""
    random = np.random.default_rng(0)

    def normal(*size: int) -> np.ndarray:
        return random.normal(0, 0.05, size).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": normal(50, 384),
        "embeddings.position_embeddings.weight": normal(40, 384),
        "embeddings.token_type_embeddings.weight": normal(2, 384),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(SHAPE.layers):
        at = f"encoder.layer.{layer}"
        norms += [f"{at}.attention.output.LayerNorm", f"{at}.output.LayerNorm"]
        dense = {f"attention.self.{part}": (384, 384) for part in ("query", "key", "value")}
        dense |= {"attention.output.dense": (384, 384), "intermediate.dense": (1536, 384), "output.dense": (384, 1536)}
        for name, size in dense.items():
            found[f"{at}.{name}.weight"], found[f"{at}.{name}.bias"] = normal(*size), normal(size[0])
    for norm in norms:
        found[f"{norm}.weight"], found[f"{norm}.bias"] = 1 + normal(384), normal(384)
    return found


def measured() -> dict[str, Activations]:
    """Ranges wide enough for random weights; one column is shrunk, some of the narrow products stay in float."""
    kept = {"narrow": np.arange(16)}
    return {
        f"layer{layer}.{name}": Activations(
            -4.0,
            4.0,
            np.where(np.arange(size) == 7, 0.5, 1).astype(np.float32),
            kept.get(name, np.array([], np.int64)),
            Moments(np.zeros(size, np.float32), np.eye(size, dtype=np.float32)),
        )
        for layer in range(SHAPE.layers)
        for name, size in {"qkv": 384, "projected": 384, "wide": 384, "narrow": 1536}.items()
    }


def run(model: onnx.ModelProto) -> np.ndarray:
    """States of a few token ids."""
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    states: np.ndarray = session.run(["states"], {"input_ids": np.arange(24).reshape(2, 12) % 50})[0]
    return states


def test_a_graph_reads_back_into_the_checkpoint_that_it_serves(weights: Weights) -> None:
    """What `restore` reads from a graph computes in float32 what the graph does, but for rounded activations."""
    graph = build(weights, SHAPE, measured())
    restored = restore(graph)
    assert set(restored) == set(weights)
    assert {name: value.shape for name, value in restored.items()} == {n: value.shape for n, value in weights.items()}
    exact, served = run(build(restored, SHAPE, {})).reshape(-1, 384), run(graph).reshape(-1, 384)
    cosine = (exact * served).sum(1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(served, axis=1)
    assert cosine.min() > 0.99
    again = restore(build(restored, SHAPE, measured()))
    for name, value in restored.items():
        np.testing.assert_allclose(again[name], value, atol=2e-4, err_msg=name)


def test_rounding_errors_are_made_up_for_where_inputs_vary_together() -> None:
    """On correlated activations with a mean, products change less than with each weight rounded on its own."""
    random = np.random.default_rng(0)
    common, own = random.normal(size=(2000, 4)) @ random.normal(size=(4, 300)), random.normal(size=(2000, 300))
    values = (common + own / 10 + 1).astype(np.float32)
    weight = random.normal(size=(300, 20)).astype(np.float32)
    rounded, scales, shift = round_weights(weight, Moments(values.mean(axis=0), np.cov(values.T).astype(np.float32)))
    assert np.abs(rounded.astype(int)).max() <= LARGEST
    error = values @ (rounded * scales) + shift - values @ weight
    alone = values @ (np.round(weight / scales) * scales) - values @ weight
    assert np.square(error).mean() < np.square(alone).mean() / 10


def test_no_product_of_the_bundle_can_overflow_16_bits() -> None:
    """Two weights times the largest activation stay within 16 bits, in which processors without VNNI add them."""
    graph = onnx.load(BUNDLED / ENCODER)
    products = [numpy_helper.to_array(one) for one in graph.graph.initializer if one.name.endswith(".weight")]
    assert len(products) == 48
    for weight in products:
        assert 2 * 255 * int(np.abs(weight.astype(int)).max()) <= np.iinfo(np.int16).max
