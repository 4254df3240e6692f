"""The encoder as an int8 ONNX graph, written node by node from the weights of a BERT checkpoint.

Written node by node instead of traced and optimised: every choice that matters for speed is in one place, and the
result is the same on every machine (docs/adr/0003).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.arrays import Integers
from training.export.rounding import Moments, round_weights

Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Activations:
    """Statistics of the k input columns of a matrix product, after each was multiplied by its `shrink` (k,).

    A few columns have far larger values than the others and would coarsen the common scale. Either they are multiplied
    by `shrink` < 1 and their weights divided by it (Xiao et al. 2023, SmoothQuant), or they are `outliers` (column
    indices) and stay in float. `low` and `high`: range of the other columns. `moments`: of all k columns.
    """

    low: float
    high: float
    shrink: NDArray[np.float32]
    outliers: Integers
    moments: Moments

    def ordered(self, order: Integers) -> Activations:
        """The same with the columns in this order: (k,) indices."""
        return replace(
            self,
            shrink=self.shrink[order],
            outliers=np.flatnonzero(np.isin(order, self.outliers)),
            moments=Moments(self.moments.mean[order], self.moments.covariance[np.ix_(order, order)]),
        )


#: Statistics by name of the input of matrix products, from `training.export.quantise.measure_activations`.
ActivationStatistics = Mapping[str, Activations]

#: Weight (k, n) and bias (n,) of a matrix product.
Linear = tuple[NDArray[np.float32], NDArray[np.float32]]

#: The matrix products of a layer, and the names of their weights in a BertModel.
PRODUCTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "projected": "attention.output.dense",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
}

BLOCK = 32  # consecutive values of an embedding that share a scale
_MICROSOFT = "com.microsoft"


@dataclass(frozen=True)
class Shape:
    """The dimensions of a BERT encoder."""

    layers: int
    hidden: int = 384
    heads: int = 12
    epsilon: float = 1e-12


@dataclass
class _Builder:
    """Collects the nodes and constants of a graph. Each method adds an operation and returns the name of its output."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    product_inputs: dict[str, str] = field(default_factory=dict)  # name of the input → its tensor

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Add a constant tensor; its name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        """Add a node with one output; its name."""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def linear(
        self, x: str, name: str, products: Mapping[str, Linear], statistics: ActivationStatistics
    ) -> list[list[str]]:
        """`x @ weight + bias` for each of the products of the input `x`: the tensors whose sum it is.

        Weights are int8, with one scale for each output column. The activations are quantised once, with a fixed
        scale, so that the result of a text does not depend on the others in its batch. Outliers among them come first
        (`_outliers_first`). Without statistics for `name`, the products stay in float (in order to measure them).
        """
        self.product_inputs[name] = x
        if name not in statistics:
            return [[self._float_product(x, product, *linear)] for product, linear in products.items()]
        inputs = statistics[name]
        outliers = len(inputs.outliers)
        if (inputs.shrink != 1).any():
            x = self.op("Mul", [x, self.constant(f"{name}.shrink", inputs.shrink)], f"{name}.shrunk")
        large = self._first_columns(x, name, outliers) if outliers else ""
        int8 = self._quantised(x, name, inputs)
        sums = []
        for product, (weight, bias) in products.items():
            weight = weight / inputs.shrink[:, None]
            others = np.where(np.arange(len(weight))[:, None] < outliers, 0, weight)
            terms = [self._int8_product(int8, product, (others, bias), inputs.moments)]
            if outliers:
                in_float = self.constant(f"{product}.large", weight[:outliers])
                terms.append(self.op("MatMul", [large, in_float], f"{product}.of_outliers"))
            sums.append(terms)
        return sums

    def _float_product(self, x: str, name: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        y = self.op("MatMul", [x, self.constant(f"{name}.weight", weight)], f"{name}.product")
        return self.op("Add", [y, self.constant(f"{name}.bias", bias)], name)

    def _first_columns(self, x: str, name: str, count: int) -> str:
        bounds = {"start": 0, "end": count, "axis": -1}
        constants = [self.constant(f"{name}.{bound}", np.array([value])) for bound, value in bounds.items()]
        return self.op("Slice", [x, *constants], f"{name}.outliers")

    def _quantised(self, x: str, name: str, inputs: Activations) -> tuple[str, str, str]:
        """The activations in uint8, their scale and their zero."""
        step = (inputs.high - inputs.low) / 255
        scale = self.constant(f"{name}.x_scale", np.array(step, np.float32))
        zero = self.constant(f"{name}.x_zero", np.array(np.uint8(np.clip(round(-inputs.low / step), 0, 255))))
        return self.op("QuantizeLinear", [x, scale, zero], f"{name}.x8"), scale, zero

    def _int8_product(self, x: tuple[str, str, str], name: str, linear: Linear, moments: Moments) -> str:
        """`x @ weight + bias` with activations in uint8 and weights in int8."""
        x8, x_scale, x_zero = x
        weight, bias = linear
        rounded, scales, shift = round_weights(weight, moments)
        return self.op(
            "MatMulIntegerToFloat",
            [
                x8,
                self.constant(f"{name}.weight", rounded),
                x_scale,
                self.constant(f"{name}.scales", scales),
                x_zero,
                self.constant(f"{name}.zeros", np.zeros(len(scales), np.int8)),
                self.constant(f"{name}.bias", bias + shift),
            ],
            name,
            domain=_MICROSOFT,
        )

    def norm(self, x: str, name: str, weights: Weights, key: str, epsilon: float) -> str:
        """Layer normalisation with the parameters `key`.weight and `key`.bias."""
        scale = self.constant(f"{name}.gamma", weights[f"{key}.weight"])
        bias = self.constant(f"{name}.beta", weights[f"{key}.bias"])
        return self.op("LayerNormalization", [x, scale, bias], name, axis=-1, epsilon=epsilon)


def quantise_table(table: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Quantise a table (rows, width) to 4 bits: packed nibbles (rows, width / 2) and scales (rows, width / 32).

    The value of largest magnitude in a block maps to -8 (llama.cpp's Q4_0), so a table that is already in that format
    is kept without loss.
    """
    rows, width = table.shape
    blocks = table.reshape(rows, width // BLOCK, BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)[..., 0]
    scales = (extreme / -8).astype(np.float16)
    divisor = np.where(scales == 0, 1, scales).astype(np.float32)
    nibbles = np.clip(np.round(blocks / divisor[..., None]) + 8, 0, 15).astype(np.uint8).reshape(rows, width)
    return nibbles[:, 0::2] | (nibbles[:, 1::2] << 4), scales


def build(weights: Weights, shape: Shape, statistics: ActivationStatistics, *, expose: bool = False) -> onnx.ModelProto:
    """The graph: `input_ids` int64 (batch, tokens), unpadded → `states` float32 (batch, tokens, hidden).

    All texts of a batch have the same number of tokens, so there is no attention mask. `weights` are named as in a
    Hugging Face BertModel. With `expose`, each `NAME.input` of matrix products is an output too (for measuring).
    """
    weights, statistics = _outliers_first(weights, statistics, shape)
    builder = _Builder()
    x = _embeddings(builder, weights, shape)
    for layer in range(shape.layers):
        x = _layer(builder, x, layer, weights, shape, statistics)
    builder.op("Identity", [x], "states")
    outputs = [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["batch", "tokens", shape.hidden])]
    if expose:
        exposed = [builder.op("Identity", [x], f"{name}.input") for name, x in builder.product_inputs.items()]
        outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in exposed]
    graph = helper.make_graph(
        builder.nodes,
        "encoder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])],
        outputs,
        builder.constants,
    )
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=11)


def _outliers_first(
    weights: Weights, statistics: ActivationStatistics, shape: Shape
) -> tuple[Weights, ActivationStatistics]:
    """The same encoder with the units between wide and narrow product in another order: outliers come first.

    A slice of the first columns is faster than gathering the outliers.
    """
    weights, statistics = dict(weights), dict(statistics)
    for layer in range(shape.layers):
        name, key = f"layer{layer}.narrow", f"encoder.layer.{layer}"
        if name not in statistics:
            continue
        outliers = statistics[name].outliers
        order = np.concatenate([outliers, np.setdiff1d(np.arange(len(statistics[name].shrink)), outliers)])
        statistics[name] = statistics[name].ordered(order)
        for part in ("weight", "bias"):
            weights[f"{key}.{PRODUCTS['wide']}.{part}"] = weights[f"{key}.{PRODUCTS['wide']}.{part}"][order]
        weights[f"{key}.{PRODUCTS['narrow']}.weight"] = weights[f"{key}.{PRODUCTS['narrow']}.weight"][:, order]
    return weights, statistics


def _embeddings(builder: _Builder, weights: Weights, shape: Shape) -> str:
    """Sum of word, position and token type embeddings, normalised."""
    packed, scales = quantise_table(weights["embeddings.word_embeddings.weight"])
    words = builder.op(
        "GatherBlockQuantized",
        [builder.constant("words.table", packed), "input_ids", builder.constant("words.scales", scales)],
        "words.half",
        domain=_MICROSOFT,
        gather_axis=0,
        quantize_axis=1,
        block_size=BLOCK,
        bits=4,
    )
    words = builder.op("Cast", [words], "words", to=TensorProto.FLOAT)
    # The token type is always 0: its vector is added to the position embeddings here.
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = builder.op("Shape", ["input_ids"], "length", start=1, end=2)
    start = builder.constant("start", np.array([0], np.int64))
    axis = builder.constant("axis", np.array([0], np.int64))
    table = builder.constant("positions.table", positions)
    summed = builder.op("Add", [words, builder.op("Slice", [table, start, length, axis], "positions")], "embedded")
    return builder.norm(summed, "embeddings", weights, "embeddings.LayerNorm", shape.epsilon)


def _layer(
    builder: _Builder, x: str, layer: int, weights: Weights, shape: Shape, statistics: ActivationStatistics
) -> str:
    """One transformer layer on the states `x`; the name of its output."""
    prefix, key = f"layer{layer}", f"encoder.layer.{layer}"

    def linear(x: str, name: str, *products: str) -> list[list[str]]:
        linears = {
            f"{prefix}.{product}": (
                weights[f"{key}.{PRODUCTS[product]}.weight"].T,
                weights[f"{key}.{PRODUCTS[product]}.bias"],
            )
            for product in products
        }
        return builder.linear(x, f"{prefix}.{name}", linears, statistics)

    # Three products and one sum of all terms: a wide product that is split, and sums of two, are slower.
    qkv = [tensor for [tensor] in linear(x, "qkv", "query", "key", "value")]
    attended = builder.op("Attention", qkv, f"{prefix}.attended", q_num_heads=shape.heads, kv_num_heads=shape.heads)
    [terms] = linear(attended, "projected", "projected")
    added = builder.op("Sum", [*terms, x], f"{prefix}.residual")
    x = builder.norm(added, f"{prefix}.attention", weights, f"{key}.attention.output.LayerNorm", shape.epsilon)
    [[wide]] = linear(x, "wide", "wide")
    [terms] = linear(builder.op("Gelu", [wide], f"{prefix}.gelu", domain=_MICROSOFT), "narrow", "narrow")
    added = builder.op("Sum", [*terms, x], f"{prefix}.output")
    return builder.norm(added, f"{prefix}.state", weights, f"{key}.output.LayerNorm", shape.epsilon)
