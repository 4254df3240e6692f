"""The encoder as an int8 ONNX graph, written node by node from the weights of a BERT checkpoint.

Writing the graph out, instead of tracing and then optimising it, keeps every choice that matters for speed in one
readable place and makes the result the same on every machine (docs/adr/0003).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.export.rounding import Moments, round_weights

Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Activations:
    """Activations at the input of a matrix product, after each column was multiplied by its `shrink` (k,).

    A few columns have far larger values, which would coarsen the scale of all others. They are shrunk, and their
    weights grow as much (Xiao et al. 2023, SmoothQuant); or, as `outliers`, they stay in float. `low` and `high` are
    the lowest and highest of the rest; `moments` are of all k.
    """

    low: float
    high: float
    shrink: NDArray[np.float32]
    outliers: NDArray[np.int64]
    moments: Moments


#: By the name of the matrix product; `training.export.quantise.measure_activations` measures them.
Measured = Mapping[str, Activations]

_BLOCK = 32  # values of an embedding that share a scale
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
    """Collects nodes and constants; each method adds one operation and returns the name of its output."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def linear(
        self, x: str, name: str, weight: NDArray[np.float32], bias: NDArray[np.float32], measured: Measured
    ) -> str:
        """`x @ weight + bias` with int8 weights (one scale an output channel).

        The activations are quantised with a fixed scale, so that a comment's answer cannot depend on its neighbours in
        the batch. Where nothing was measured, all stays float (for measuring).
        """
        if name not in measured:
            y = self.op("MatMul", [x, self.constant(f"{name}.weight", weight)], f"{name}.product")
            return self.op("Add", [y, self.constant(f"{name}.bias", bias)], name)
        seen = measured[name]
        if (seen.shrink != 1).any():
            x = self.op("Mul", [x, self.constant(f"{name}.shrink", seen.shrink)], f"{name}.shrunk")
            weight = weight / seen.shrink[:, None]
        if not len(seen.outliers):
            return self._product(x, name, weight, bias, seen)
        columns = self.op("Gather", [x, self.constant(f"{name}.columns", seen.outliers)], f"{name}.outliers", axis=-1)
        large = self.constant(f"{name}.large", weight[seen.outliers])
        weight = weight.copy()
        weight[seen.outliers] = 0
        rest = self._product(x, f"{name}.rest", weight, bias, seen)
        return self.op("Add", [rest, self.op("MatMul", [columns, large], f"{name}.of_outliers")], name)

    def _product(
        self, x: str, name: str, weight: NDArray[np.float32], bias: NDArray[np.float32], seen: Activations
    ) -> str:
        """Both sides in 8 bits."""
        step = (seen.high - seen.low) / 255
        rounded, scales, shift = round_weights(weight, seen.moments)
        x_scale = self.constant(f"{name}.x_scale", np.array(step, np.float32))
        x_zero = self.constant(f"{name}.x_zero", np.array(np.uint8(np.clip(round(-seen.low / step), 0, 255))))
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
        scale = self.constant(f"{name}.gamma", weights[f"{key}.weight"])
        bias = self.constant(f"{name}.beta", weights[f"{key}.bias"])
        return self.op("LayerNormalization", [x, scale, bias], name, axis=-1, epsilon=epsilon)


def quantise_table(table: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """A table (rows, width) in 4 bits: packed nibbles (rows, width / 2) and scales (rows, width / 32).

    The value of largest magnitude in a block maps to -8 (llama.cpp's Q4_0), so a table that came in that format
    is kept without loss.
    """
    rows, width = table.shape
    blocks = table.reshape(rows, width // _BLOCK, _BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)[..., 0]
    scales = (extreme / -8).astype(np.float16)
    divisor = np.where(scales == 0, 1, scales).astype(np.float32)
    nibbles = np.clip(np.round(blocks / divisor[..., None]) + 8, 0, 15).astype(np.uint8).reshape(rows, width)
    return nibbles[:, 0::2] | (nibbles[:, 1::2] << 4), scales


def build(weights: Weights, shape: Shape, measured: Measured, *, expose: bool = False) -> onnx.ModelProto:
    """The graph: `input_ids` int64 (batch, tokens), no padding → `states` float32 (batch, tokens, hidden).

    All texts of a batch have the same number of tokens, so there is no mask. With `expose`, the input of every matrix
    product is an output too (for calibration). `weights` are named as in a Hugging Face BertModel.
    """
    b = _Builder()
    packed, scales = quantise_table(weights["embeddings.word_embeddings.weight"])
    words = b.op(
        "GatherBlockQuantized",
        [b.constant("words.table", packed), "input_ids", b.constant("words.scales", scales)],
        "words.half",
        domain=_MICROSOFT,
        gather_axis=0,
        quantize_axis=1,
        block_size=_BLOCK,
        bits=4,
    )
    words = b.op("Cast", [words], "words", to=TensorProto.FLOAT)
    # Every text is of type 0: its vector is added to the positions once, here.
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = b.op("Shape", ["input_ids"], "length", start=1, end=2)
    start, step = b.constant("start", np.array([0], np.int64)), b.constant("axis", np.array([0], np.int64))
    table = b.constant("positions.table", positions)
    summed = b.op("Add", [words, b.op("Slice", [table, start, length, step], "positions")], "embedded")
    x = b.norm(summed, "embeddings", weights, "embeddings.LayerNorm", shape.epsilon)
    inputs: list[str] = []
    for i in range(shape.layers):
        at, key = f"layer{i}", f"encoder.layer.{i}"

        def dense(x: str, name: str, *parts: str, at: str = at, key: str = key) -> str:
            inputs.append(x)
            weight = np.concatenate([weights[f"{key}.{part}.weight"] for part in parts]).T
            bias = np.concatenate([weights[f"{key}.{part}.bias"] for part in parts])
            return b.linear(x, f"{at}.{name}", weight, bias, measured)

        qkv = dense(x, "qkv", *(f"attention.self.{part}" for part in ("query", "key", "value")))
        split = [f"{at}.{part}" for part in ("query", "key", "value")]
        b.nodes.append(helper.make_node("Split", [qkv], split, name=f"{at}.split", axis=-1, num_outputs=3))
        attended = b.op("MultiHeadAttention", split, f"{at}.attended", domain=_MICROSOFT, num_heads=shape.heads)
        added = b.op("Add", [dense(attended, "projected", "attention.output.dense"), x], f"{at}.residual")
        x = b.norm(added, f"{at}.attention", weights, f"{key}.attention.output.LayerNorm", shape.epsilon)
        wide = b.op("Gelu", [dense(x, "wide", "intermediate.dense")], f"{at}.gelu", domain=_MICROSOFT)
        added = b.op("Add", [dense(wide, "narrow", "output.dense"), x], f"{at}.output")
        x = b.norm(added, f"{at}.state", weights, f"{key}.output.LayerNorm", shape.epsilon)
    b.op("Identity", [x], "states")
    outputs = [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["batch", "tokens", shape.hidden])]
    if expose:
        outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in dict.fromkeys(inputs)]
    graph = helper.make_graph(
        b.nodes,
        "encoder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])],
        outputs,
        b.constants,
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)
