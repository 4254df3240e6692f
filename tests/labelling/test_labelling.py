"""Agreement of people, suspect labels, and what to label next: the figures."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.labelling.agreement import RESAMPLES, agreement, masi_distance, resampled_alphas
from pipelines.labelling.selection import diverse_uncertain, largest, ranking_value, uncertainty
from pipelines.labelling.suspects import suspect_labels

RANDOM = np.random.default_rng(4)


def test_alpha_is_that_of_the_literature() -> None:
    """The example of Krippendorff's "Computing Krippendorff's Alpha-Reliability" (2011): four people, .743."""
    table = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    units = [
        {str(person): value for person, value in enumerate(column) if value is not None}
        for column in zip(*table, strict=True)
    ]
    result = agreement(units)
    assert (result.units, result.people, result.disputed) == (11, 4, 3)
    assert result.alpha == pytest.approx(0.743, abs=5e-4)
    assert result.low is not None
    assert result.high is not None
    assert result.low < 0.743 < result.high


def test_resamples_use_the_formula_of_the_library() -> None:
    """Each unit once gives the library's value, whatever the distances are."""
    values = [frozenset("ab"), frozenset("a"), frozenset("c"), frozenset()]
    units = [{person: values[RANDOM.integers(4)] for person in "xyz"} for _ in range(9)]
    counts = np.array([[sum(value == each for each in unit.values()) for value in values] for unit in units])
    distances = np.array([[masi_distance(left, right) for right in values] for left in values])
    [alpha] = resampled_alphas(counts, distances, np.ones((1, len(units)), np.int64))
    assert agreement(units, masi_distance).alpha == pytest.approx(alpha)
    assert RESAMPLES >= 1000


def test_sets_disagree_in_part() -> None:
    """1 - MASI as in Passonneau (2006): nothing shared, some, all of one, all."""
    assert masi_distance(frozenset("ab"), frozenset("cd")) == 1
    assert masi_distance(frozenset("ab"), frozenset("bc")) == pytest.approx(1 - 1 / 9)
    assert masi_distance(frozenset("ab"), frozenset("a")) == pytest.approx(1 - 1 / 3)
    assert masi_distance(frozenset(), frozenset()) == 0
    assert masi_distance(frozenset(), frozenset("a")) == 1


def test_nothing_to_agree_on_has_no_alpha() -> None:
    """One person, or one value; of few units there is no interval."""
    assert agreement([{"a": "x"}, {"b": "y"}]).alpha is None
    assert agreement([{"a": "x", "b": "x"}] * 20).alpha is None
    few = agreement([{"a": "x", "b": "x"}, {"a": "y", "b": "x"}])
    assert (few.units, few.disputed, few.alpha, few.low) == (2, 1, 0.0, None)


def test_flipped_labels_are_suspected() -> None:
    """Most of them, with the value that they had; few labels are no ground for suspicion."""
    vectors = RANDOM.normal(size=(200, 8)).astype(np.float32)
    true = ["positive" if first > 0 else "negative" for first in vectors[:, 0] + 0.01]
    given = list(true)
    wrong = [index for index in range(200) if abs(vectors[index, 0]) > 0.5][:12]
    for index in wrong:
        given[index] = "negative" if true[index] == "positive" else "positive"
    suspects = {suspect.index: suspect for suspect in suspect_labels(vectors, given)}
    assert set(wrong) <= set(suspects)
    assert all(suspects[index].suggested == true[index] for index in wrong)
    assert len(suspects) < 40
    assert suspect_labels(vectors[:20], given[:20]) == []
    assert suspect_labels(vectors, ["positive"] * 200) == []


def test_doubtful_and_different_things_are_chosen() -> None:
    """Not the same doubt ten times, and sure things last; the same seed gives the same choice."""
    vectors = np.repeat(np.eye(4, dtype=np.float32), 10, axis=0)
    doubt = np.where(np.arange(40) < 30, 0.4, 0.01)
    probabilities = np.stack([1 - doubt, doubt], axis=1)
    chosen = diverse_uncertain(probabilities, vectors, 3, seed=1)
    assert {index // 10 for index in chosen} == {0, 1, 2}
    assert chosen == diverse_uncertain(probabilities, vectors, 3, seed=1)
    everything = diverse_uncertain(probabilities, vectors, 99)
    assert sorted(everything) == list(range(40))
    assert list(uncertainty(probabilities)[[0, 39]]) == pytest.approx([0.4, 0.01])
    assert diverse_uncertain(probabilities[:0], vectors[:0], 3) == []


def test_distances_are_those_of_gradients() -> None:
    """The second choice cannot be a thing whose gradient is the first one's."""
    probabilities = RANDOM.dirichlet(np.ones(3), 6)
    vectors = RANDOM.normal(size=(6, 5)).astype(np.float32)
    probabilities[1:4], vectors[1:4] = probabilities[0], vectors[0]
    residuals = probabilities.copy()
    residuals[np.arange(6), probabilities.argmax(axis=1)] -= 1
    gradients = np.einsum("nk,nd->nkd", residuals, vectors).reshape(6, -1)
    [first] = diverse_uncertain(probabilities, vectors, 1)
    assert first == np.linalg.norm(gradients, axis=1).argmax()
    for seed in range(20):
        chosen = diverse_uncertain(probabilities, vectors, 3, seed=seed)
        assert len(set(chosen) & {0, 1, 2, 3}) <= 1


def test_labels_of_costly_and_doubtful_causes_are_worth_most() -> None:
    """(r d / m)² p (1 - p); what is certain, or not at the top, is worth nothing."""
    impacts = {"slow": (-4.0, 8), "dear": (-1.0, 4)}
    named = [{"slow": 0.5}, {"dear": 0.5}, {"slow": 1.0}, {"other": 0.5}, {"slow": 0.5, "dear": 0.9}]
    values = ranking_value(named, impacts, [1, 1, 1, 1, 2])
    assert values == pytest.approx([0.0625, 0.015625, 0, 0, 4 * (0.0625 + 0.0625 * 0.09)])
    assert largest(values, 9) == [4, 0, 1]
    assert largest(values, 1, without={4}) == [0]
