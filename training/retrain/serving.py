"""A trained encoder → the ONNX graph that serves: int8 for a BertModel, traced in float32 for others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from saywhy.errors import InvalidInput
from training.export.quantise import encoder_graph
from training.export.traced import traced
from training.retrain.base import CONFIG

#: Bytes of a graph at most: those of one message of protobuf.
MOST_BYTES = 2**31 - 1


def write_graph(checkpoint: Path, texts: Sequence[str], path: Path) -> None:
    """Write the graph of a checkpoint; activations are measured on the texts.

    Raises `InvalidInput` for an encoder that is too large to be traced, or whose operations ONNX does not have.
    """
    if json.loads((checkpoint / CONFIG).read_text("utf-8"))["model_type"] == "bert":
        path.write_bytes(encoder_graph(checkpoint, texts).SerializeToString())
        return
    graph = traced(checkpoint)
    if graph.ByteSize() > MOST_BYTES:
        raise InvalidInput(f"the graph of the encoder has {graph.ByteSize():,} bytes, more than {MOST_BYTES:,}")
    path.write_bytes(graph.SerializeToString())
