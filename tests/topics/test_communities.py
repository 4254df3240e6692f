"""Clusters of vectors whose structure is known because it was planted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from models.arrays import NONE
from pipelines.topics.clustering.communities import Communities, _stability
from pipelines.topics.clustering.neighbour_graph import Graph


def planted(
    clusters: int, members: int, *, spread: float = 0.6, seed: int = 1
) -> tuple[NDArray[np.float32], list[int]]:
    """Unit vectors around random centres in 64 dimensions, shuffled, and which centre each is from."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(clusters, 64))
    truth = generator.permutation(np.repeat(np.arange(clusters), members))
    points = centres[truth] + spread * generator.normal(size=(clusters * members, 64))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), truth.tolist()


@pytest.mark.parametrize(("clusters", "members"), [(4, 40), (12, 25), (30, 20)])
def test_the_number_of_clusters_is_read_from_the_data(clusters: int, members: int) -> None:
    """Four, twelve and thirty planted clusters are found without being told how many there are."""
    vectors, truth = planted(clusters, members)
    found = Communities().fit(vectors)
    assert adjusted_rand_score(truth, found.labels_) > 0.9
    assert abs(len(found.stability_) - clusters) <= clusters // 4


def test_same_input_same_clusters() -> None:
    """Two fits agree in every label and every confidence."""
    vectors, _ = planted(8, 20, spread=1.2)
    first, second = Communities().fit(vectors), Communities().fit(vectors)
    assert first.labels_.tolist() == second.labels_.tolist()
    assert first.probabilities_.tolist() == second.probabilities_.tolist()


def test_other_seeds_find_nearly_the_same() -> None:
    """What the consensus finds hardly depends on the random cuts that it is made of."""
    vectors, _ = planted(15, 30, spread=1.0)
    labels = [Communities(seed=seed).fit(vectors).labels_ for seed in (0, 1)]
    assert adjusted_rand_score(*labels) > 0.95


def test_what_fits_nowhere_is_in_no_cluster() -> None:
    """Vectors in random directions among planted clusters mostly get no cluster, and then no confidence."""
    vectors, truth = planted(6, 40, spread=0.4)
    noise = np.random.default_rng(9).normal(size=(12, 64)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    found = Communities().fit(np.concatenate([vectors, noise]))
    assert np.sum(found.labels_[len(truth) :] == NONE) >= 9
    assert np.sum(found.labels_[: len(truth)] == NONE) <= 0.05 * len(truth)
    assert (found.probabilities_[found.labels_ == NONE] == 0).all()
    assert (found.probabilities_ <= 1).all()


def test_rows_of_one_comment_are_no_cluster() -> None:
    """Eight clauses of one comment are as alike as clauses of eight comments, and still no cause that others share."""
    vectors, truth = planted(5, 30, spread=0.4)
    own = np.repeat(np.random.default_rng(5).normal(size=(1, 64)), 8, axis=0)
    own = (own + 0.1 * np.random.default_rng(6).normal(size=own.shape)).astype(np.float32)
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    rows = np.concatenate([vectors, own])
    apart = np.arange(len(rows))
    together = np.concatenate([np.arange(len(truth)), np.full(8, len(truth))])
    assert (Communities(sources=apart).fit(rows).labels_[len(truth) :] != NONE).all()
    assert (Communities(sources=together).fit(rows).labels_[len(truth) :] == NONE).all()


def test_opposite_feelings_about_one_thing_are_two_clusters() -> None:
    """A cluster half of which is praise is split; two praises among complaints may be misread and are not."""
    vectors, truth = planted(4, 30, spread=0.4)
    poles = np.full(len(truth), -1)
    of_first = np.flatnonzero(np.array(truth) == 0)
    of_second = np.flatnonzero(np.array(truth) == 1)
    poles[of_first[:15]] = 1
    poles[of_second[:2]] = 1
    labels = Communities(poles=poles).fit(vectors).labels_
    assert set(labels[of_first[:15]]).isdisjoint(labels[of_first[15:]])
    assert len(set(labels[of_second])) == 1


def test_further_rows_go_where_their_neighbours_are() -> None:
    """Of 400 rows only 200 are fitted; the others are assigned to the same clusters nearly without fault."""
    vectors, truth = planted(8, 50, spread=0.5)
    found = Communities().fit(vectors[::2])
    labels, confidence = found.predict(vectors[1::2])
    assert adjusted_rand_score(truth[1::2], labels) > 0.9
    assert confidence[labels != NONE].min() > 0.3


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_few_rows_are_no_error(rows: int) -> None:
    """One to five unrelated rows have no cluster."""
    vectors, _ = planted(rows, 1)
    assert set(Communities().fit(vectors).labels_) <= {NONE}


def test_stability_is_the_jaccard_index_of_a_topic_and_what_falls_together_with_it() -> None:
    """Three rows that fall together in 9 of 10 cuts, one of them with a fourth in 5 of 10: 1.8 / (2 + 0.5), by hand."""
    graph = Graph(5, np.array([0, 1, 2, 3]), np.array([1, 2, 3, 4]), np.ones(4))
    together, labels = np.array([0.9, 0.9, 0.5, 0.0]), np.array([0, 0, 0, -1, -1])
    assert _stability(graph, together, labels) == pytest.approx([1.8 / 2.5])


def test_a_small_topic_is_not_unstable_for_being_small() -> None:
    """Eight rows that are clearly apart have fewer members than neighbours, and are stable all the same."""
    generator = np.random.default_rng(3)
    centres = np.linalg.qr(generator.normal(size=(32, 32)))[0][:12]
    truth = np.repeat(np.arange(12), [8, *[30] * 11])
    vectors = centres[truth] + 0.08 * generator.normal(size=(len(truth), 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    found = Communities(least=4).fit(vectors)
    (small,) = set(found.labels_[truth == 0].tolist())
    assert (found.labels_ == small).sum() == 8
    assert found.stability_[small] >= 0.9
