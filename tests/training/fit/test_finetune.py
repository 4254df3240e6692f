"""The training loop: checkpoints, resuming, logging, cached base vectors."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.training.fit.builders import CAUSES, HIDDEN, RECIPE, THEMES, encoder, example, initial_state, vectors
from training.fit import base_vectors, finetune
from training.fit.batch import Batches
from training.fit.checkpoint import TrainingState
from training.fit.examples import TrainingSet
from training.fit.first_causes import set_causes
from training.fit.heads import SpanHeads
from training.fit.step import train_step

EXAMPLES = [example(number) for number in range(12)]
BATCHES = [np.arange(12)[start::6] for start in range(6)]


def train(state: TrainingState, out: Path) -> None:
    """Train on all batches."""
    finetune.train(state, Batches(EXAMPLES, vectors(EXAMPLES), BATCHES, HIDDEN), RECIPE, out)


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

    done: list[torch.Tensor] = []

    def killed_in_the_fourth_step(*arguments: Any) -> torch.Tensor:
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
    monkeypatch.setattr(finetune, "train_step", lambda *_: torch.tensor(float(next(losses))))
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


def test_base_vectors_are_computed_once(tmp_path: Path) -> None:
    """Each example gets the unit vectors of its texts, whatever batch they are in; then they come from the cache."""
    base = encoder()
    computed = base_vectors.load_base_vectors(base, EXAMPLES, tmp_path)
    assert [len(rows) for rows in computed] == [len(one.vector_ids) for one in EXAMPLES]
    for one, rows in zip(EXAMPLES, computed, strict=True):
        for ids, vector in zip(one.vector_ids, rows, strict=True):
            with torch.no_grad():
                mean = base(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0)
            assert vector == pytest.approx((mean / mean.norm()).numpy(), abs=0.01)
    torch.nn.init.zeros_(base.encoder.layer[0].output.dense.weight)
    for rows, cached in zip(computed, base_vectors.load_base_vectors(base, EXAMPLES, tmp_path), strict=True):
        assert np.array_equal(rows, cached)


def test_causes_begin_as_a_classifier(tmp_path: Path) -> None:
    """First values of the causes tell the clauses of a library apart; a training set is read as it was written."""
    library = [
        [0, 3, 4, 5, *cause, 2] for cause in ([6, 7, 8], [6, 7, 9], [20, 21, 22], [20, 21, 23], [33, 34], [33, 35])
    ]
    TrainingSet(EXAMPLES, library, [0, 0, 1, 1, 2, 2], THEMES, 2).save(tmp_path / "set")
    training_set = TrainingSet.load(tmp_path / "set")
    assert [one.ids for one in training_set.examples] == [one.ids for one in EXAMPLES]
    base, heads = encoder(), SpanHeads(HIDDEN, THEMES, 2)
    set_causes(heads, base, training_set)
    logits = heads.cause_logits(torch.from_numpy(base_vectors.encode(base, library).astype(np.float32)))
    assert logits.argmax(1).tolist() == training_set.library_causes


def test_a_file_that_is_no_training_set_is_refused(tmp_path: Path) -> None:
    """The message names the file and the command that writes one."""
    (tmp_path / "set").write_bytes(pickle.dumps([1]))
    with pytest.raises(TypeError, match=r"training\.fit\.prepare"):
        TrainingSet.load(tmp_path / "set")
