"""Low-rank adapters on a frozen encoder (Hu et al. 2021, LoRA): few weights are trained, and then added to its own."""

from __future__ import annotations

import warnings

from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel


def with_adapters(encoder: PreTrainedModel, rank: int) -> PeftModel:
    """The encoder with adapters at all of its matrix products; its own weights are frozen."""
    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", lora_dropout=0.0, bias="none")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # names of transformers that PEFT will have to follow
        return get_peft_model(encoder, config)


def merged(encoder: PeftModel) -> PreTrainedModel:
    """The encoder with what its adapters learnt in its own weights."""
    return encoder.merge_and_unload()
