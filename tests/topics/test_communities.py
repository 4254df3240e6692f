"""Clusters of generated vectors, whose true clusters are known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from models.arrays import NONE, Vectors, unit
from pipelines.topics.clustering.communities import Communities, _stability
from pipelines.topics.clustering.neighbour_graph import Graph


def planted(clusters: int, members: int, *, spread: float = 0.6, seed: int = 1) -> tuple[Vectors, list[int]]:
    """Unit vectors around random centres in 64 dimensions, shuffled, and the index of the centre of each."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(clusters, 64))
    truth = generator.permutation(np.repeat(np.arange(clusters), members))
    points = centres[truth] + spread * generator.normal(size=(clusters * members, 64))
    return unit(points).astype(np.float32), truth.tolist()


@pytest.mark.parametrize(("clusters", "members"), [(4, 40), (12, 25), (30, 20)])
def test_the_number_of_clusters_is_read_from_the_data(clusters: int, members: int) -> None:
    """Four, twelve and thirty clusters are found although their number is not given."""
    vectors, truth = planted(clusters, members)
    communities = Communities().fit(vectors)
    assert adjusted_rand_score(truth, communities.labels_) > 0.9
    assert abs(len(communities.stability_) - clusters) <= clusters // 4


def test_same_input_same_clusters() -> None:
    """Two fits agree in every label and every confidence."""
    vectors, _ = planted(8, 20, spread=1.2)
    first, second = Communities().fit(vectors), Communities().fit(vectors)
    assert first.labels_.tolist() == second.labels_.tolist()
    assert first.probabilities_.tolist() == second.probabilities_.tolist()


@pytest.mark.slow
def test_other_seeds_find_nearly_the_same() -> None:
    """The consensus hardly depends on its random partitions."""
    vectors, _ = planted(15, 30, spread=1.0)
    labels = [Communities(seed=seed).fit(vectors).labels_ for seed in (0, 1)]
    assert adjusted_rand_score(*labels) > 0.95


def test_outliers_are_in_no_cluster() -> None:
    """Vectors in random directions among planted clusters mostly get no cluster, and then no confidence."""
    vectors, truth = planted(6, 40, spread=0.4)
    noise = np.random.default_rng(9).normal(size=(12, 64)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    communities = Communities().fit(np.concatenate([vectors, noise]))
    assert np.sum(communities.labels_[len(truth) :] == NONE) >= 9
    assert np.sum(communities.labels_[: len(truth)] == NONE) <= 0.05 * len(truth)
    assert (communities.probabilities_[communities.labels_ == NONE] == 0).all()
    assert (communities.probabilities_ <= 1).all()


def test_every_reason_of_a_pick_list_is_a_cluster() -> None:
    """Seven reasons, thirty times each, are seven clusters, two alike ones too; a rare free text joins one or none."""
    vectors, _ = planted(7, 1)
    vectors[1] = unit(vectors[0] + 0.3 * vectors[1])
    communities = Communities(np.array([30] * 7 + [1])).fit(np.concatenate([vectors, vectors[:1]]))
    assert sorted(communities.labels_[:7].tolist()) == list(range(7))
    assert communities.stability_.tolist() == [1.0] * 7
    assert communities.labels_[7] in (NONE, communities.labels_[0])


def test_rows_of_one_comment_are_no_cluster() -> None:
    """Eight clauses of one comment, as similar as clauses of eight comments, are no cause that others share."""
    vectors, truth = planted(5, 30, spread=0.4)
    comment = np.repeat(np.random.default_rng(5).normal(size=(1, 64)), 8, axis=0)
    comment = (comment + 0.1 * np.random.default_rng(6).normal(size=comment.shape)).astype(np.float32)
    rows = np.concatenate([vectors, unit(comment)])
    eight_comments = np.arange(len(rows))
    one_comment = np.concatenate([np.arange(len(truth)), np.full(8, len(truth))])
    assert (Communities(sources=eight_comments).fit(rows).labels_[len(truth) :] != NONE).all()
    assert (Communities(sources=one_comment).fit(rows).labels_[len(truth) :] == NONE).all()


def test_complaint_and_praise_about_one_thing_are_two_clusters() -> None:
    """A cluster half of which is praise is split; two praises among complaints may be misclassified and are not."""
    vectors, truth = planted(4, 30, spread=0.4)
    signs = np.full(len(truth), -1)
    of_first = np.flatnonzero(np.array(truth) == 0)
    of_second = np.flatnonzero(np.array(truth) == 1)
    signs[of_first[:15]] = 1
    signs[of_second[:2]] = 1
    labels = Communities(polarity_sign=signs).fit(vectors).labels_
    assert set(labels[of_first[:15]]).isdisjoint(labels[of_first[15:]])
    assert len(set(labels[of_second])) == 1


def test_further_rows_join_the_cluster_of_their_neighbours() -> None:
    """Of 400 rows 200 are fitted; the others are assigned to the same clusters with few errors."""
    vectors, truth = planted(8, 50, spread=0.5)
    communities = Communities().fit(vectors[::2])
    labels, confidence = communities.predict(vectors[1::2])
    assert adjusted_rand_score(truth[1::2], labels) > 0.9
    assert confidence[labels != NONE].min() > 0.3


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_few_rows_are_no_error(rows: int) -> None:
    """One to five unrelated rows have no cluster."""
    vectors, _ = planted(rows, 1)
    assert set(Communities().fit(vectors).labels_) <= {NONE}


def test_stability_is_a_jaccard_index_of_edges() -> None:
    """Two edges within, joined by 9 of 10 partitions; one that leaves, by 5 of 10: 1.8 / (2 + 0.5), by hand."""
    graph = Graph(5, np.array([0, 1, 2, 3]), np.array([1, 2, 3, 4]), np.ones(4))
    co_membership, labels = np.array([0.9, 0.9, 0.5, 0.0]), np.array([0, 0, 0, -1, -1])
    assert _stability(graph, co_membership, labels) == pytest.approx([1.8 / 2.5])


def test_a_small_topic_is_not_unstable_for_being_small() -> None:
    """A clearly separate cluster of eight has fewer members than a row has neighbours, and is stable nevertheless."""
    generator = np.random.default_rng(3)
    centres = np.linalg.qr(generator.normal(size=(32, 32)))[0][:12]
    truth = np.repeat(np.arange(12), [8, *[30] * 11])
    points = centres[truth] + 0.08 * generator.normal(size=(len(truth), 32))
    vectors = unit(points).astype(np.float32)
    communities = Communities(min_size=4).fit(vectors)
    (small,) = set(communities.labels_[truth == 0].tolist())
    assert (communities.labels_ == small).sum() == 8
    assert communities.stability_[small] >= 0.9
