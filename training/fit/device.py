"""Where a fine-tuning computes, and in which precision."""

from __future__ import annotations

from dataclasses import fields
from typing import Self

import torch


def training_device() -> torch.device:
    """The GPU if there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def autocast(device: torch.device) -> torch.autocast:
    """bfloat16 for matrix products where the hardware has it; elsewhere it is ten times slower than float32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda" or _processor_has_bfloat16())


def _processor_has_bfloat16() -> bool:
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


class Movable:
    """A dataclass of tensors, or of other such dataclasses."""

    def to(self, device: torch.device) -> Self:
        """A copy whose tensors are on the device."""
        moved = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        return type(self)(**{name: value.to(device) for name, value in moved.items()})
