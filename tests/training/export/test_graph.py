"""The int8 graph: the same on every processor, and convertible back into a checkpoint."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import numpy_helper

from models.arrays import unit
from models.bundle import BUNDLED, ENCODER
from training.export.graph import Activations, Shape, Weights, build
from training.export.restore import restore
from training.export.rounding import Moments

SHAPE = Shape(layers=2, hidden=64, heads=4)
WIDE = 4 * SHAPE.hidden


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Random weights of a small encoder, named as in a BertModel."""
    random = np.random.default_rng(0)

    def normal(*size: int) -> np.ndarray:
        return random.normal(0, 0.05, size).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": normal(50, SHAPE.hidden),
        "embeddings.position_embeddings.weight": normal(40, SHAPE.hidden),
        "embeddings.token_type_embeddings.weight": normal(2, SHAPE.hidden),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(SHAPE.layers):
        layer_key = f"encoder.layer.{layer}"
        norms += [f"{layer_key}.attention.output.LayerNorm", f"{layer_key}.output.LayerNorm"]
        dense = {f"attention.self.{part}": (SHAPE.hidden, SHAPE.hidden) for part in ("query", "key", "value")}
        dense |= {
            "attention.output.dense": (SHAPE.hidden, SHAPE.hidden),
            "intermediate.dense": (WIDE, SHAPE.hidden),
            "output.dense": (SHAPE.hidden, WIDE),
        }
        for name, size in dense.items():
            weights[f"{layer_key}.{name}.weight"], weights[f"{layer_key}.{name}.bias"] = normal(*size), normal(size[0])
    for norm in norms:
        weights[f"{norm}.weight"], weights[f"{norm}.bias"] = 1 + normal(SHAPE.hidden), normal(SHAPE.hidden)
    return weights


def statistics(first_outlier: int = 0) -> dict[str, Activations]:
    """Ranges wide enough for random weights; one column is shrunk, 16 columns of the narrow products stay in float."""
    outliers = {"narrow": np.arange(first_outlier, first_outlier + 16)}
    shrunk = {"qkv": 7, "projected": 7, "wide": 7}
    return {
        f"layer{layer}.{name}": Activations(
            -4.0,
            4.0,
            np.where(np.arange(size) == shrunk.get(name), 0.5, 1).astype(np.float32),
            outliers.get(name, np.array([], np.int64)),
            Moments(np.zeros(size, np.float32), np.eye(size, dtype=np.float32)),
        )
        for layer in range(SHAPE.layers)
        for name, size in {"qkv": SHAPE.hidden, "projected": SHAPE.hidden, "wide": SHAPE.hidden, "narrow": WIDE}.items()
    }


def run(model: onnx.ModelProto) -> np.ndarray:
    """States of a few token ids."""
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    states: np.ndarray = session.run(["states"], {"input_ids": np.arange(24).reshape(2, 12) % 50})[0]
    return states


def test_a_graph_is_restored_to_its_checkpoint(weights: Weights) -> None:
    """A restored checkpoint computes in float32 what the int8 graph does, except for rounded activations."""
    graph = build(weights, SHAPE, statistics(first_outlier=100))
    restored = restore(graph)
    assert set(restored) == set(weights)
    assert {name: value.shape for name, value in restored.items()} == {n: value.shape for n, value in weights.items()}
    states, int8_states = (
        run(build(restored, SHAPE, {})).reshape(-1, SHAPE.hidden),
        run(graph).reshape(-1, SHAPE.hidden),
    )
    cosine = (unit(states) * unit(int8_states)).sum(1)
    assert cosine.min() > 0.99
    again = restore(build(restored, SHAPE, statistics()))
    for name, value in restored.items():
        np.testing.assert_allclose(again[name], value, atol=2e-4, err_msg=name)


def test_a_graph_of_the_former_layout_is_restored_alike(weights: Weights) -> None:
    """One product for query, key and value, and outliers in any column, become the same weights."""
    graph = build(weights, SHAPE, statistics())
    former = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer}
    for prefix in (f"layer{layer}" for layer in range(SHAPE.layers)):
        for constant in ("weight", "scales", "bias"):
            parts = [former.pop(f"{prefix}.{part}.{constant}") for part in ("query", "key", "value")]
            former[f"{prefix}.qkv.{constant}"] = np.concatenate(parts, axis=-1)
            former[f"{prefix}.narrow.rest.{constant}"] = former.pop(f"{prefix}.narrow.{constant}")
        former[f"{prefix}.narrow.columns"] = np.arange(16)[::-1]
        former[f"{prefix}.narrow.large"] = former[f"{prefix}.narrow.large"][::-1]
    constants = [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in former.items()]
    restored = restore(onnx.helper.make_model(onnx.helper.make_graph([], "encoder", [], [], constants)))
    for name, value in restore(graph).items():
        np.testing.assert_array_equal(restored[name], value, err_msg=name)


def test_no_product_of_the_bundle_can_overflow_16_bits() -> None:
    """Two weights times the largest activation fit 16 bits, in which processors without VNNI add them."""
    graph = onnx.load(BUNDLED / ENCODER)
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer}
    products = [node for node in graph.graph.node if node.op_type == "MatMulIntegerToFloat"]
    assert products
    for product in products:
        weight = weights[product.input[1]]
        assert 2 * 255 * int(np.abs(weight.astype(int)).max()) <= np.iinfo(np.int16).max
