"""The encoder as an int8 ONNX graph, written node by node from the weights of a BERT checkpoint.

Written node by node instead of traced and optimised: every choice that matters for speed is in one place, and the
result is the same on every machine (docs/adr/0003).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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


#: Statistics by name of the matrix product, from `training.export.quantise.measure_activations`.
ActivationStatistics = Mapping[str, Activations]

_BLOCK = 32  # consecutive values of an embedding that share a scale
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

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Add a constant tensor; its name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        """Add a node with one output; its name."""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def linear(
        self,
        x: str,
        name: str,
        weight: NDArray[np.float32],
        bias: NDArray[np.float32],
        statistics: ActivationStatistics,
    ) -> str:
        """`x @ weight + bias` with int8 weights (one scale for each output column).

        The activations are quantised with a fixed scale, so that the result of a text does not depend on the others in
        its batch. Without statistics for `name`, the product stays in float (in order to measure them).
        """
        if name not in statistics:
            y = self.op("MatMul", [x, self.constant(f"{name}.weight", weight)], f"{name}.product")
            return self.op("Add", [y, self.constant(f"{name}.bias", bias)], name)
        inputs = statistics[name]
        if (inputs.shrink != 1).any():
            x = self.op("Mul", [x, self.constant(f"{name}.shrink", inputs.shrink)], f"{name}.shrunk")
            weight = weight / inputs.shrink[:, None]
        if not len(inputs.outliers):
            return self._int8_product(x, name, weight, bias, inputs)
        columns = self.op("Gather", [x, self.constant(f"{name}.columns", inputs.outliers)], f"{name}.outliers", axis=-1)
        large = self.constant(f"{name}.large", weight[inputs.outliers])
        weight = weight.copy()
        weight[inputs.outliers] = 0
        rest = self._int8_product(x, f"{name}.rest", weight, bias, inputs)
        return self.op("Add", [rest, self.op("MatMul", [columns, large], f"{name}.of_outliers")], name)

    def _int8_product(
        self, x: str, name: str, weight: NDArray[np.float32], bias: NDArray[np.float32], inputs: Activations
    ) -> str:
        """`x @ weight + bias` with activations in uint8 and weights in int8."""
        step = (inputs.high - inputs.low) / 255
        rounded, scales, shift = round_weights(weight, inputs.moments)
        x_scale = self.constant(f"{name}.x_scale", np.array(step, np.float32))
        x_zero = self.constant(f"{name}.x_zero", np.array(np.uint8(np.clip(round(-inputs.low / step), 0, 255))))
        x8 = self.op("QuantizeLinear", [x, x_scale, x_zero], f"{name}.x8")
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
    blocks = table.reshape(rows, width // _BLOCK, _BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)[..., 0]
    scales = (extreme / -8).astype(np.float16)
    divisor = np.where(scales == 0, 1, scales).astype(np.float32)
    nibbles = np.clip(np.round(blocks / divisor[..., None]) + 8, 0, 15).astype(np.uint8).reshape(rows, width)
    return nibbles[:, 0::2] | (nibbles[:, 1::2] << 4), scales


def build(weights: Weights, shape: Shape, statistics: ActivationStatistics, *, expose: bool = False) -> onnx.ModelProto:
    """The graph: `input_ids` int64 (batch, tokens), unpadded → `states` float32 (batch, tokens, hidden).

    All texts of a batch have the same number of tokens, so there is no attention mask. `weights` are named as in a
    Hugging Face BertModel. With `expose`, the input of every matrix product is an output too (for measuring).
    """
    builder = _Builder()
    x = _embeddings(builder, weights, shape)
    product_inputs: list[str] = []
    for layer in range(shape.layers):
        x, inputs = _layer(builder, x, layer, weights, shape, statistics)
        product_inputs += inputs
    builder.op("Identity", [x], "states")
    outputs = [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["batch", "tokens", shape.hidden])]
    if expose:
        names = dict.fromkeys(product_inputs)
        outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]
    graph = helper.make_graph(
        builder.nodes,
        "encoder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])],
        outputs,
        builder.constants,
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


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
        block_size=_BLOCK,
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
) -> tuple[str, list[str]]:
    """One transformer layer on the states `x`; the names of its output and of the inputs of its matrix products."""
    prefix, key = f"layer{layer}", f"encoder.layer.{layer}"
    inputs: list[str] = []

    def dense(x: str, name: str, *parts: str) -> str:
        inputs.append(x)
        weight = np.concatenate([weights[f"{key}.{part}.weight"] for part in parts]).T
        bias = np.concatenate([weights[f"{key}.{part}.bias"] for part in parts])
        return builder.linear(x, f"{prefix}.{name}", weight, bias, statistics)

    qkv = dense(x, "qkv", *(f"attention.self.{part}" for part in ("query", "key", "value")))
    split = [f"{prefix}.{part}" for part in ("query", "key", "value")]
    builder.nodes.append(helper.make_node("Split", [qkv], split, name=f"{prefix}.split", axis=-1, num_outputs=3))
    attended = builder.op("MultiHeadAttention", split, f"{prefix}.attended", domain=_MICROSOFT, num_heads=shape.heads)
    added = builder.op("Add", [dense(attended, "projected", "attention.output.dense"), x], f"{prefix}.residual")
    x = builder.norm(added, f"{prefix}.attention", weights, f"{key}.attention.output.LayerNorm", shape.epsilon)
    wide = builder.op("Gelu", [dense(x, "wide", "intermediate.dense")], f"{prefix}.gelu", domain=_MICROSOFT)
    added = builder.op("Add", [dense(wide, "narrow", "output.dense"), x], f"{prefix}.output")
    return builder.norm(added, f"{prefix}.state", weights, f"{key}.output.LayerNorm", shape.epsilon), inputs
