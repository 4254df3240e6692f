"""Refitting the votes of a bundle's heads."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.bundle import BUNDLED, Bundle, open_bundle
from models.encoder import Encoder, encoder_text
from models.heads import Heads
from training.data.targets import Targets
from training.fit.examples import PREFIX_TOKENS, Example
from training.fit.refit import Votes, choose, pool, refit

TEXT = "the staff were friendly but we waited an hour"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """The bundle that ships."""
    return open_bundle(BUNDLED)


def targets(themes: int, sentiment: int) -> Targets:
    """Targets of a text with a known sentiment and no known themes."""
    unknown = np.zeros(themes, np.float32)
    return Targets(unknown, unknown, np.zeros((themes, 3), np.float32), sentiment, 1.0, np.ones(4, bool))


def example(bundle: Bundle, text: str, sentiment: int, *, is_cut: bool = False) -> Example:
    """An example of one text; cut into two labelled clauses if `is_cut`."""
    encoder = Encoder(bundle.encoder, bundle.tokenizer)
    [tokens] = encoder.tokenise([encoder_text(text)])
    ids = [0] * PREFIX_TOKENS + tokens.ids.tolist() + [2]
    labels = targets(len(bundle.code_frame.ids), sentiment)
    middle = PREFIX_TOKENS + len(tokens.ids) // 2
    clauses = [(PREFIX_TOKENS, middle), (middle, len(ids) - 1)] if is_cut else []
    return Example(ids, clauses, labels, [labels] * len(clauses), [], [()])


@pytest.mark.slow
def test_pooled_states_give_the_logits_of_the_bundle(bundle: Bundle) -> None:
    """The votes of what is pooled from a text are the logits that the heads of the bundle give it."""
    one = example(bundle, TEXT, 2)
    pooled, _ = pool(bundle, [one])
    k = len(bundle.code_frame.ids)
    weight, bias = bundle.heads["weight"], bundle.heads["bias"]
    with torch.no_grad():
        themes, polarities, sentiment = Votes(weight[:, k + 1 :], bias[k + 1 :], k)(torch.from_numpy(pooled).float())
    encoder = Encoder(bundle.encoder, bundle.tokenizer)
    [encoded] = encoder.encode(encoder.tokenise([TEXT]))
    starts, ends = np.array([PREFIX_TOKENS]), np.array([len(encoded.states) - 1])
    expected = Heads(weight, bias, k)(encoded.states, starts, ends)
    np.testing.assert_allclose(themes.numpy(), expected.themes, atol=0.02)
    np.testing.assert_allclose(polarities.numpy(), expected.polarities, atol=0.02)
    np.testing.assert_allclose(sentiment.numpy(), expected.sentiment, atol=0.02)


def test_labelled_clauses_are_pooled_beside_their_text(bundle: Bundle) -> None:
    """A text of two labelled clauses has three spans, each with targets."""
    pooled, labels = pool(bundle, [example(bundle, TEXT, 2, is_cut=True)])
    assert len(pooled) == len(labels) == 3


@pytest.mark.slow
def test_texts_with_labelled_clauses_are_all_chosen(bundle: Bundle) -> None:
    """Of texts without labelled clauses so many are drawn; those with them are all there."""
    examples = [example(bundle, TEXT, 2, is_cut=i < 3) for i in range(10)]
    chosen = choose(examples, 2, np.random.default_rng(0))
    assert sum(bool(one.clause_targets) for one in chosen) == 3
    assert len(chosen) == 5


@pytest.mark.slow
def test_refitted_votes_give_the_labels_of_the_training_set(bundle: Bundle) -> None:
    """Votes learn that a text which they called negative is positive, and the reverse."""
    texts = {"the app crashes all day": 2, "a wonderful evening, thank you": 0}
    pooled, labels = pool(bundle, [example(bundle, text, sentiment) for text, sentiment in texts.items()])
    k = len(bundle.code_frame.ids)
    votes = Votes(bundle.heads["weight"][:, k + 1 :], bundle.heads["bias"][k + 1 :], k)
    wanted = torch.tensor([one.sentiment for one in labels])
    assert not (votes(torch.from_numpy(pooled).float())[2].argmax(1) == wanted).any()
    refit(votes, pooled, labels, 100, np.random.default_rng(0))
    assert (votes(torch.from_numpy(pooled).float())[2].argmax(1) == wanted).all()
