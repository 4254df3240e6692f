"""Probabilities of causes, averaged with those of near clauses in other comments."""

from __future__ import annotations

import numpy as np
import pytest

from models.arrays import Vectors, unit
from pipelines.topics.clauses import ClauseText
from pipelines.topics.neighbours import WEIGHT, Neighbours
from saywhy.annotation import Polarity


def clause(comment: str, start: int = 0) -> ClauseText:
    """A clause of a comment."""
    return ClauseText(comment, start, start + 5, "words", "delivery", Polarity.NEGATIVE, "en")


def two_groups() -> Vectors:
    """Six clauses: three in one place, two in another, one alone."""
    return unit(np.array([[9, 0, 0], [9, 1, 0], [9, 0, 1], [0, 9, 0], [0, 9, 1], [-9, -9, 9]], np.float32))


def averaged(clauses: list[ClauseText], probabilities: Vectors) -> Vectors:
    """The averaged probabilities of the six clauses."""
    vectors = two_groups()
    return Neighbours.of(clauses, vectors, lambda _: probabilities).average(clauses, vectors, probabilities)


def test_near_clauses_confirm_a_cause_or_do_not() -> None:
    """A clause whose neighbours name the cause too keeps its probability; one whose neighbours do not loses some."""
    p = np.array([[0.8, 0.2], [0.8, 0.2], [0.8, 0.2], [0.8, 0.2], [0, 1], [0.8, 0.2]], np.float32)
    averages = averaged([clause(name) for name in "abcdef"], p)
    assert averages[0, 0] == pytest.approx(0.8)
    assert averages[3, 0] == pytest.approx((1 - WEIGHT / 2) * 0.8)  # one of two neighbours is near
    assert averages[5, 0] == pytest.approx(0.8)  # nothing is near
    assert averages.sum(axis=1) == pytest.approx(np.ones(6))


def test_clauses_of_the_same_comment_do_not_confirm_each_other() -> None:
    """What one customer says in several clauses is one voice."""
    p = np.array([[0.8, 0.2], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1]], np.float32)
    clauses = [clause("a"), clause("a", 10), clause("a", 20), *(clause(name) for name in "bcd")]
    assert averaged(clauses, p)[0, 0] == pytest.approx(0.8)
