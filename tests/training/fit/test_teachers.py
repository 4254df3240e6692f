"""Learning from the answers of models that were trained before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.training.fit.builders import CAUSES, HIDDEN, RECIPE, THEMES, batch, encoder, example, initial_state, targets
from training.fit.examples import TrainingSet
from training.fit.heads import SpanHeads
from training.fit.prediction import predict
from training.fit.step import train_step
from training.fit.teachers import Answers, Teachers, answers_loss

EXAMPLES = [example(number) for number in range(6)]


def heads(seed: int) -> SpanHeads:
    """Random heads whose answers differ between spans."""
    torch.manual_seed(seed)
    made = SpanHeads(HIDDEN, THEMES, CAUSES)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter)
    return made


@torch.no_grad()
def difference(teachers: Teachers, encoder_heads: SpanHeads, model: torch.nn.Module) -> Tensor:
    """The loss of the answers for all examples."""
    one = batch(EXAMPLES)
    prediction = predict(model, encoder_heads, one)
    return answers_loss(prediction, encoder_heads.cause_logits(prediction.vectors), teachers.answers(one), one, 1.0)


def test_no_student_is_nearer_to_a_teacher_than_the_teacher_itself() -> None:
    """The loss of the teacher's own predictions is the least, and other heads have more."""
    model = encoder().eval()
    teachers = Teachers([(model, heads(1))])
    own = float(difference(teachers, heads(1), model))
    assert all(float(difference(teachers, heads(seed), model)) > own + 0.1 for seed in (2, 3, 4))


def test_answers_are_the_mean_of_the_teachers() -> None:
    """Two teachers answer with the mean of their probabilities, of which each distribution sums to 1."""
    model, one = encoder().eval(), batch(EXAMPLES)
    first, second = Teachers([(model, heads(1))]).answers(one), Teachers([(model, heads(2))]).answers(one)
    both = Teachers([(model, heads(1)), (model, heads(2))]).answers(one)
    for name in ("themes", "polarities", "sentiment", "causes"):
        mean = (getattr(first, name) + getattr(second, name)) / 2
        assert torch.allclose(getattr(both, name), mean, atol=1e-6)
        assert name == "themes" or torch.allclose(getattr(both, name).sum(-1), torch.ones(1), atol=1e-5)


def test_spans_that_do_not_exist_do_not_count() -> None:
    """Other answers for spans beyond a text's clauses leave the loss as it is."""
    model, one, student = encoder().eval(), batch(EXAMPLES), heads(2)
    answers = Teachers([(model, heads(1))]).answers(one)
    absent = ~one.is_span
    assert absent.any()
    changed = Answers(*(torch.where(_like(absent, part), part.flip(-1), part) for part in vars(answers).values()))
    prediction = predict(model, student, one)
    causes = student.cause_logits(prediction.vectors)
    before, after = (answers_loss(prediction, causes, said, one, 1.0) for said in (answers, changed))
    assert torch.equal(before, after)


def test_teachers_are_not_asked_which_causes_a_labelled_span_names() -> None:
    """Other answers about the causes of spans whose causes are known leave the loss as it is; others change it."""
    model, one, student = encoder().eval(), batch(EXAMPLES), heads(2)
    answers = Teachers([(model, heads(1))]).answers(one)
    texts, spans, _ = one.cause_spans.unbind(1)
    is_named = torch.zeros_like(one.is_span)
    is_named[texts, spans] = True
    prediction = predict(model, student, one)
    causes = student.cause_logits(prediction.vectors)
    losses = []
    for changed in (torch.zeros_like(is_named), is_named, one.is_span & ~is_named):
        given = answers.causes
        said = replace(answers, causes=torch.where(_like(changed, given), given.flip(-1), given))
        losses.append(answers_loss(prediction, causes, said, one, 1.0))
    assert is_named.any()
    assert (one.is_span & ~is_named).any()
    assert torch.equal(losses[0], losses[1])
    assert not torch.isclose(losses[0], losses[2])


def _like(mask: Tensor, part: Tensor) -> Tensor:
    return mask.reshape(*mask.shape, *[1] * (part.ndim - 2)).expand_as(part)


def test_a_student_learns_from_teachers_what_no_label_says() -> None:
    """Without labels of themes, a student comes to answer as its teacher does."""
    unknown = replace(
        targets(0, 0),
        theme_weights=np.zeros(THEMES, np.float32),
        themes=np.zeros(THEMES, np.float32),
        polarities=np.zeros((THEMES, 3), np.float32),
        sentiment=-1,
    )
    unlabelled = batch(
        [replace(one, targets=unknown, clause_targets=[], causes=[()], vector_ids=[]) for one in EXAMPLES]
    )
    teachers = Teachers([(encoder().eval(), heads(1))])
    state = initial_state(replace(RECIPE, frozen_layers=0, encoder_rate=0.01, head_rate=0.05), steps=100)
    recipe = replace(RECIPE, teacher_weight=1.0)
    said = teachers.answers(unlabelled).themes[unlabelled.is_span]

    def distance() -> float:
        with torch.no_grad():
            return float(
                (predict(state.encoder, state.heads, unlabelled).themes.sigmoid()[unlabelled.is_span] - said)
                .abs()
                .mean()
            )

    before = distance()
    for _ in range(60):
        train_step(state, unlabelled, recipe, teachers)
    assert distance() < before / 2


def test_a_teacher_with_other_causes_is_refused(tmp_path: Path) -> None:
    """The message names the checkpoint, and how many causes it should have."""
    encoder().save_pretrained(tmp_path)
    SpanHeads(HIDDEN, THEMES, CAUSES + 1).save(tmp_path / "heads.safetensors")
    training_set = TrainingSet(EXAMPLES, [], [], THEMES, CAUSES)
    with pytest.raises(ValueError, match=f"{tmp_path.name}.* does not have the {CAUSES} causes"):
        Teachers.load([tmp_path], training_set, RECIPE, torch.device("cpu"))
    SpanHeads(HIDDEN, THEMES, CAUSES).save(tmp_path / "heads.safetensors")
    assert len(Teachers.load([tmp_path], training_set, RECIPE, torch.device("cpu")).members) == 1
