"""What is too mixed to be one cause is cut further, and only that."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from models.arrays import Integers
from pipelines.topics.clustering.cohesion import tighten, to_cluster
from pipelines.topics.clustering.neighbour_graph import neighbour_graph
from pipelines.topics.labelling.keywords import says_something


def around(centres: NDArray[np.float64], members: int, spread: float = 0.5) -> tuple[NDArray[np.float32], Integers]:
    """Unit vectors around each of the centres, and which each is around."""
    truth = np.repeat(np.arange(len(centres)), members)
    points = centres[truth] + spread * np.random.default_rng(2).normal(size=(len(truth), centres.shape[1]))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), truth


def directions(count: int) -> NDArray[np.float64]:
    """Orthogonal directions in 32 dimensions, each as long as four standard deviations of the spread."""
    return np.asarray(2 * np.linalg.qr(np.random.default_rng(1).normal(size=(32, 32)))[0][:count])


def test_a_mixed_cluster_is_cut_into_what_it_is_made_of() -> None:
    """Four matters in one cluster become four; a cluster that is one matter stays whole."""
    vectors, truth = around(directions(5), 40, spread=0.2)
    labels = np.where(truth == 4, 1, 0)
    graph = neighbour_graph(vectors, np.arange(len(vectors)))
    together, alike = np.zeros(len(graph.weight)), np.zeros(len(vectors), np.int64)
    found, together = tighten(graph, together, vectors, labels, alike, limit=0.4, least=5, seed=0)
    assert adjusted_rand_score(truth, found) == pytest.approx(1.0)
    inside = (found[graph.left] == found[graph.right]) & (labels[graph.left] == 0)
    assert together[inside].mean() > 0.9  # how often they fall together is that of the cut that found them
    assert not together[labels[graph.left] == 1].any()


def test_languages_do_not_make_a_cause_mixed() -> None:
    """The same matter said in two languages, each with a direction of its own, is one cluster."""
    one, two, matter = directions(3)
    vectors, language = around(np.stack([1.2 * one + matter, 1.2 * two + matter]), 30, spread=0.15)
    labels = np.zeros(len(vectors), np.int64)
    graph = neighbour_graph(vectors, np.arange(len(vectors)))
    together = np.ones(len(graph.weight))
    blind, _ = tighten(graph, together, vectors, labels, labels, limit=0.7, least=5, seed=0)
    seeing, _ = tighten(graph, together, vectors, labels, language, limit=0.7, least=5, seed=0)
    assert len(np.unique(blind)) == 2
    assert len(np.unique(seeing)) == 1


def test_small_mixed_clusters_dissolve() -> None:
    """Six rows that have nothing in common are no cluster."""
    vectors, _ = around(directions(6), 1)
    graph = neighbour_graph(vectors, np.arange(6))
    zeros = np.zeros(6, np.int64)
    found, _ = tighten(graph, np.ones(len(graph.weight)), vectors, zeros, zeros, limit=0.4, least=4, seed=0)
    assert (found == -1).all()


def test_likeness_to_a_cluster_is_that_to_its_other_members() -> None:
    """Two equal rows and one opposed: 1 and -1 on average 0 for the equal ones; a row alone is like itself."""
    vectors = np.array([[1, 0], [1, 0], [-1, 0], [0, 1], [0, 1]], np.float32)
    assert to_cluster(vectors, np.array([0, 0, 0, 1, -1])).tolist() == [0.0, 0.0, -1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("text", "language", "says"),
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
def test_clauses_of_function_words_say_nothing(text: str, language: str, says: bool) -> None:
    """Without a noun, verb or adjective there is no cause in a clause."""
    assert says_something(text, language) is says
