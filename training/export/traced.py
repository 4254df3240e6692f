"""Encoders that are no BertModel as ONNX graphs: what torch traces, in float32."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from torch import Tensor, nn
from transformers import AutoModel, PreTrainedModel


class _States(nn.Module):
    """Token ids (n, tokens), all of one length and so without a mask → states (n, tokens, hidden)."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor) -> Tensor:
        states: Tensor = self.encoder(input_ids=input_ids).last_hidden_state
        return states


def traced(checkpoint: Path) -> onnx.ModelProto:
    """The graph `input_ids` → `states` of a Hugging Face checkpoint, with its weights in it."""
    encoder = AutoModel.from_pretrained(  # nosec B615  # a folder of ours
        checkpoint, dtype=torch.float32, attn_implementation="eager", use_safetensors=True
    ).eval()
    program = torch.onnx.export(
        _States(encoder).eval(),
        (torch.arange(2 * 12).reshape(2, 12),),
        input_names=["input_ids"],
        output_names=["states"],
        dynamic_shapes={"input_ids": {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens")}},
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    graph: onnx.ModelProto = program.model_proto
    return graph
