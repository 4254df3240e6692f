"""One training step on a tiny encoder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from models.causes import CauseHead
from models.heads import Heads
from tests.training.fit.builders import (
    CAUSES,
    HIDDEN,
    RECIPE,
    THEMES,
    batch,
    encoder,
    example,
    initial_state,
    targets,
)
from training.fit.batch import pad
from training.fit.encoder import freeze, keep_layers
from training.fit.heads import SpanHeads, loss, stack
from training.fit.step import batch_loss, train_step

WEIGHTS = ("clause_weight", "part_weight", "cause_weight", "vector_weight")


def test_ids_are_padded_to_a_multiple_of_eight() -> None:
    """Padding has the pad id and mask 0."""
    ids, mask = pad([[5, 6, 7], [5] * 9])
    assert ids.shape == mask.shape == (2, 16)
    assert ids[0].tolist() == [5, 6, 7] + 13 * [1]
    assert mask.sum(1).tolist() == [3, 9]


def test_steps_reduce_the_loss_and_leave_frozen_parameters() -> None:
    """Repeated steps on a batch reduce its loss; frozen layers and embeddings keep their weights, others change."""
    examples = [example(number) for number in range(8)]
    recipe = replace(RECIPE, encoder_rate=0.01, head_rate=0.05)
    state = initial_state(recipe, steps=100)
    before = {name: value.clone() for name, value in state.encoder.state_dict().items()}
    losses = [float(train_step(state, batch(examples), recipe)) for _ in range(20)]
    assert losses[-1] < 0.8 * losses[0]
    changed = {name for name, value in state.encoder.state_dict().items() if not torch.equal(value, before[name])}
    assert changed
    assert all(name.startswith("encoder.layer.1.") for name in changed)


def test_the_loss_does_not_depend_on_padding() -> None:
    """A text has the same loss alone and, as the only one with labels, beside a longer text without any."""
    model, heads = encoder(), SpanHeads(HIDDEN, THEMES, CAUSES)
    short = example(0)
    unknown = replace(targets(0, 0), theme_weights=np.zeros(THEMES, np.float32), sentiment=-1)
    unknown = replace(unknown, themes=np.zeros(THEMES, np.float32), polarities=np.zeros((THEMES, 3), np.float32))
    longer = replace(example(1), ids=[*example(1).ids[:-1], *range(6, 16), 2], targets=unknown, vector_ids=[])
    alone = batch_loss(model, heads, batch([short]), RECIPE)
    beside = batch_loss(model, heads, batch([short, longer]), RECIPE)
    assert beside.item() == pytest.approx(alone.item(), rel=1e-3)


def test_each_part_of_the_loss_counts_by_its_weight() -> None:
    """Losses of clauses, labelled clauses, causes and vectors are added if an example has them, times their weights."""
    model, heads = encoder(), SpanHeads(HIDDEN, THEMES, CAUSES)
    weightless = replace(RECIPE, clause_weight=0.0, part_weight=0.0, cause_weight=0.0, vector_weight=0.0)

    def value(number: int, **weights: Any) -> float:
        return batch_loss(model, heads, batch([example(number)]), replace(weightless, **weights)).item()

    for number, names in {0: WEIGHTS, 3: ("clause_weight",), 1: ()}.items():
        whole = value(number)
        for name in WEIGHTS:
            added = value(number, **{name: 1.0}) - whole
            assert (added > 1e-4) is (name in names)
            assert value(number, **{name: 2.0}) - whole == pytest.approx(2 * added, abs=1e-4)


def test_unknown_labels_teach_nothing() -> None:
    """Logits of unknown themes, polarities and sentiments get no gradient."""
    known = targets(0, 2)
    unknown = replace(known, theme_weights=np.array([1, 0], np.float32), sentiment=-1)
    logits = [torch.randn(2, THEMES), torch.randn(2, THEMES, 3), torch.randn(2, 4)]
    for tensor in logits:
        tensor.requires_grad_()
    loss(logits[0], logits[1], logits[2], stack([known, unknown]), 0.05).backward()  # type: ignore[no-untyped-call]
    themes, polarities, sentiment = (tensor.grad for tensor in logits)
    assert themes is not None
    assert polarities is not None
    assert sentiment is not None
    assert [themes[1, 1].item(), polarities[1, 1].abs().sum().item(), sentiment[1].abs().sum().item()] == [0, 0, 0]
    assert (themes != 0).sum() == 3
    assert (sentiment[0] != 0).all()


def test_torch_heads_give_the_logits_of_the_served_heads() -> None:
    """`SpanHeads` and `models.heads.Heads` with the same parameters agree on every span."""
    torch.manual_seed(0)
    heads = SpanHeads(HIDDEN, THEMES, CAUSES)
    for parameter in heads.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    states = torch.randn(1, 9, HIDDEN)
    bounds = [(0, 9), (2, 5), (5, 6)]
    spans = torch.zeros(1, 3, 9)
    for span, (start, end) in enumerate(bounds):
        spans[0, span, start:end] = 1
    weight, bias = (tensor.detach().numpy() for tensor in heads.merged())
    served = Heads(weight.T, bias, THEMES)(states[0].numpy(), *np.array(bounds).T)
    themes, polarities, sentiment = (tensor[0].detach().numpy() for tensor in heads(states, spans))
    assert served.themes == pytest.approx(themes, abs=1e-5)
    assert served.polarities == pytest.approx(polarities, abs=1e-5)
    assert served.sentiment == pytest.approx(sentiment, abs=1e-5)


def test_torch_causes_are_those_of_the_served_head() -> None:
    """`SpanHeads.cause_logits` and `models.causes.CauseHead` with the same parameters give the same probabilities."""
    torch.manual_seed(0)
    heads = SpanHeads(HIDDEN, THEMES, CAUSES)
    torch.nn.init.normal_(heads.causes.weight)
    torch.nn.init.normal_(heads.causes.bias)
    vectors = torch.nn.functional.normalize(torch.randn(5, HIDDEN), dim=-1)
    weight, bias = heads.causes.weight.detach().numpy().T, heads.causes.bias.detach().numpy()
    expected = heads.cause_logits(vectors).softmax(-1).detach().numpy()
    assert CauseHead(weight, bias)(vectors.numpy()) == pytest.approx(expected, abs=1e-6)


def test_layers_are_removed_evenly_and_frozen_from_below() -> None:
    """Of four layers the first, the last and one between stay; the lowest is frozen, and so are the embeddings."""
    model = encoder(layers=4)
    first, _, third, last = model.encoder.layer
    keep_layers(model, 3)
    assert [model.encoder.layer[0], model.encoder.layer[1], model.encoder.layer[2]] == [first, third, last]
    assert model.config.num_hidden_layers == 3
    freeze(model, 0)
    assert [name for name, value in model.named_parameters() if not value.requires_grad] == [
        "embeddings.word_embeddings.weight"
    ]
    freeze(model, 1)
    assert {name.split(".")[0] for name, value in model.named_parameters() if not value.requires_grad} == {
        "embeddings",
        "encoder",
    }
    assert not any(parameter.requires_grad for parameter in first.parameters())
    assert all(parameter.requires_grad for parameter in third.parameters())
