"""Clusters that are too mixed to be one cause are divided, and only those."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from models.arrays import NONE, Floats, Integers, Vectors, unit
from pipelines.topics.clustering.cohesion import divide_mixed, similarity_to_cluster
from pipelines.topics.clustering.neighbour_graph import neighbour_graph
from pipelines.topics.labelling.keywords import has_content


def around(centres: Floats, members: int, spread: float = 0.5) -> tuple[Vectors, Integers]:
    """Unit vectors around each of the centres, and the index of the centre of each."""
    truth = np.repeat(np.arange(len(centres)), members)
    points = centres[truth] + spread * np.random.default_rng(2).normal(size=(len(truth), centres.shape[1]))
    return unit(points).astype(np.float32), truth


def directions(count: int) -> Floats:
    """Orthogonal directions in 32 dimensions, each as long as four standard deviations of the spread."""
    return np.asarray(2 * np.linalg.qr(np.random.default_rng(1).normal(size=(32, 32)))[0][:count])


def test_a_mixed_cluster_is_divided_into_its_causes() -> None:
    """Four causes in one cluster become four clusters; a cluster of one cause stays whole."""
    vectors, truth = around(directions(5), 40, spread=0.2)
    labels = np.where(truth == 4, 1, 0)
    graph = neighbour_graph(vectors, np.arange(len(vectors)))
    co_membership, one_language = np.zeros(len(graph.weight)), np.zeros(len(vectors), np.int64)
    divided, co_membership = divide_mixed(
        graph, co_membership, vectors, labels, one_language, min_similarity=0.4, min_size=5, seed=0
    )
    assert adjusted_rand_score(truth, divided) == pytest.approx(1.0)
    is_inside = (divided[graph.left] == divided[graph.right]) & (labels[graph.left] == 0)
    assert co_membership[is_inside].mean() > 0.9  # that of the partitions that divided the cluster
    assert not co_membership[labels[graph.left] == 1].any()


def test_languages_do_not_make_a_cause_mixed() -> None:
    """The same cause in two languages, each with a direction of its own, is one cluster."""
    one, two, cause = directions(3)
    vectors, language = around(np.stack([1.2 * one + cause, 1.2 * two + cause]), 30, spread=0.15)
    labels = np.zeros(len(vectors), np.int64)
    graph = neighbour_graph(vectors, np.arange(len(vectors)))
    clusters = []
    for groups in (labels, language):
        divided, _ = divide_mixed(
            graph, np.ones(len(graph.weight)), vectors, labels, groups, min_similarity=0.7, min_size=5, seed=0
        )
        clusters.append(len(np.unique(divided)))
    assert clusters == [2, 1]


def test_small_mixed_clusters_dissolve() -> None:
    """Six rows that have nothing in common are no cluster."""
    vectors, _ = around(directions(6), 1)
    graph = neighbour_graph(vectors, np.arange(6))
    zeros = np.zeros(6, np.int64)
    divided, _ = divide_mixed(
        graph, np.ones(len(graph.weight)), vectors, zeros, zeros, min_similarity=0.4, min_size=4, seed=0
    )
    assert (divided == NONE).all()


def test_similarity_to_a_cluster_is_that_to_its_other_members() -> None:
    """Two equal rows and one opposite: the mean of 1 and -1 is 0 for the equal ones; a single row has 1."""
    vectors = np.array([[1, 0], [1, 0], [-1, 0], [0, 1], [0, 1]], np.float32)
    assert similarity_to_cluster(vectors, np.array([0, 0, 0, 1, -1])).tolist() == [0.0, 0.0, -1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Other than that,", "en", False),
        ("Aber auch sonst", "de", False),
        ("但是", "zh-Hans", False),
        ("Mais", "fr", False),
        ("too slow", "en", True),
        ("Rechnung", "de", True),
        ("太慢", "zh-Hans", True),
        ("👍", "en", True),
    ],
)
def test_clauses_of_stop_words_have_no_content(text: str, language: str, expected: bool) -> None:
    """A clause needs a noun, verb or adjective, or an emoji."""
    assert has_content(text, language) is expected
