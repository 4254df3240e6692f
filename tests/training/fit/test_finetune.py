"""The training loop: checkpoints, resuming, logging, cached base vectors."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.training.fit.builders import CAUSES, HIDDEN, RECIPE, THEMES, example, initial_state, vectors
from training.fit import base_vectors, finetune
from training.fit.checkpoint import TrainingState
from training.fit.heads import SpanHeads
from training.fit.step import train_step

EXAMPLES = [example(number) for number in range(12)]
BATCHES = [np.arange(12)[start::6] for start in range(6)]


def train(state: TrainingState, out: Path) -> None:
    """Train on all batches."""
    finetune.train(state, EXAMPLES, vectors(EXAMPLES), BATCHES, RECIPE, out)


def same_parameters(one: TrainingState, other: TrainingState) -> bool:
    """Whether encoder and heads are equal."""
    return all(
        torch.equal(value, other_value)
        for module, other_module in ((one.encoder, other.encoder), (one.heads, other.heads))
        for value, other_value in zip(module.state_dict().values(), other_module.state_dict().values(), strict=True)
    )


def test_a_killed_training_resumes_to_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the fourth step and resumed in a new process, training ends with the same parameters as in one run."""
    (tmp_path / "once").mkdir()
    uninterrupted = initial_state()
    train(uninterrupted, tmp_path / "once")

    done: list[float] = []

    def killed_in_the_fourth_step(*arguments: Any) -> float:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(train_step(*arguments))
        return done[-1]

    monkeypatch.setattr(finetune, "CHECKPOINT_SECONDS", -1)
    monkeypatch.setattr(finetune, "train_step", killed_in_the_fourth_step)
    with pytest.raises(KeyboardInterrupt):
        train(initial_state(), tmp_path)
    monkeypatch.undo()
    resumed = initial_state()
    train(resumed, tmp_path)
    assert len(done) == 3
    assert same_parameters(resumed, uninterrupted)
    assert not same_parameters(initial_state(), uninterrupted)


def test_a_finished_training_does_nothing_more(tmp_path: Path) -> None:
    """Resuming after the last step loads the result and runs no step."""
    state = initial_state()
    train(state, tmp_path)
    again = initial_state()
    train(again, tmp_path)
    assert same_parameters(state, again)
    assert again.resume(tmp_path / finetune.CHECKPOINT) == len(BATCHES)


def test_a_broken_save_keeps_the_checkpoint_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies while it writes a checkpoint leaves the one before."""
    path = tmp_path / finetune.CHECKPOINT
    state = initial_state()
    assert state.resume(path) == 0
    state.save(path, 2)

    def dies(_state: object, part: Path) -> None:
        part.write_bytes(b"half a file")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", dies)
    with pytest.raises(KeyboardInterrupt):
        state.save(path, 4)
    assert initial_state().resume(path) == 2


def test_progress_is_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `LOG_STEPS` steps there is a line with the mean loss since the line before."""
    losses = iter(range(1, 7))
    monkeypatch.setattr(finetune, "LOG_STEPS", 2)
    monkeypatch.setattr(finetune, "train_step", lambda *_: float(next(losses)))
    train(initial_state(), tmp_path)
    lines = [json.loads(line) for line in (tmp_path / finetune.LOG).read_text("utf-8").splitlines()]
    assert [(line["step"], line["loss"]) for line in lines] == [(2, 1.5), (4, 3.5), (6, 5.5)]
    assert all(line["rows_per_s"] > 0 for line in lines)


def test_the_learning_rates_are_those_of_the_recipe() -> None:
    """Encoder and heads have their own learning rates, scaled by the schedule; frozen parameters are not optimised."""
    recipe = replace(RECIPE, warmup=0.5, encoder_rate=1.0, head_rate=10.0)
    state = initial_state(recipe, steps=4)
    rates = []
    for _ in range(4):
        rates.append([group["lr"] for group in state.optimiser.param_groups])
        state.optimiser.step()
        state.schedule.step()
    assert rates == [pytest.approx(rate) for rate in ([0.5, 5], [1, 10], [0.5, 5], [0.02, 0.2])]
    optimised = [parameter for group in state.optimiser.param_groups for parameter in group["params"]]
    assert [id(parameter) for parameter in optimised] == [id(parameter) for parameter in state.parameters]
    assert all(parameter.requires_grad for parameter in optimised)


def test_saved_heads_are_loaded_with_the_same_function(tmp_path: Path) -> None:
    """Heads that were saved and loaded give the same logits."""
    torch.manual_seed(0)
    heads, loaded = SpanHeads(HIDDEN, THEMES, CAUSES), SpanHeads(HIDDEN, THEMES, CAUSES)
    torch.nn.init.normal_(heads.shared_polarity.weight)
    heads.save(tmp_path / "heads.safetensors")
    loaded.load(tmp_path / "heads.safetensors")
    states, spans = torch.randn(2, 5, HIDDEN), torch.ones(2, 1, 5)
    for one, other in zip(heads(states, spans), loaded(states, spans), strict=True):
        assert torch.allclose(one, other, atol=1e-6)
    assert torch.equal(heads.cause_logits(states), loaded.cause_logits(states))


def test_heads_for_other_causes_leave_the_map_of_the_causes(tmp_path: Path) -> None:
    """Themes and sentiment are loaded; causes, of which there is another number, keep their first values."""
    other, heads = SpanHeads(HIDDEN, THEMES, CAUSES + 1), SpanHeads(HIDDEN, THEMES, CAUSES)
    before = heads.causes.weight.clone()
    other.save(tmp_path / "heads.safetensors")
    heads.load(tmp_path / "heads.safetensors")
    assert all(torch.allclose(one, two) for one, two in zip(heads.merged(), other.merged(), strict=True))
    assert torch.equal(heads.causes.weight, before)


def test_base_vectors_are_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example gets the vectors of its texts; the second time they come from the cache."""
    calls = []
    monkeypatch.setattr(base_vectors, "write_encoder", lambda *_: None)
    monkeypatch.setattr(base_vectors, "Encoder", lambda *_: None)

    def encode(_encoder: object, texts: list[str]) -> np.ndarray:
        calls.append(len(texts))
        return np.arange(len(texts) * HIDDEN, dtype=np.float16).reshape(len(texts), HIDDEN)

    monkeypatch.setattr(base_vectors, "encode", encode)
    first, second = (base_vectors.load_base_vectors(tmp_path, [], EXAMPLES, tmp_path) for _ in range(2))
    assert calls == [sum(len(one.vector_texts) for one in EXAMPLES)]
    assert [len(rows) for rows in first] == [len(one.vector_texts) for one in EXAMPLES]
    for rows, cached in zip(first, second, strict=True):
        assert np.array_equal(rows, cached)
