"""Discovered topics that are one with a cause of the library."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.arrays import pack, unit
from pipelines.topics.joining import join_causes
from saywhy.topic import Cluster
from tests.builders.topic_clauses import FIRST


def cluster(name: str, centroid: tuple[float, float, float], **more: Any) -> Cluster:
    """A cluster of ten complaints with that centroid; a stable one if it was discovered."""
    packed = pack(unit(np.array([centroid], np.float32))[0])
    known: dict[str, Any] = {"stability": None if "." in name else 0.9, **more}
    return Cluster(name, "support", name, (), "negative", 10, packed, 0.5, "m", FIRST, **known)


DROPS = cluster("reliability.connection_drops", (1, 0, 0))
CRASH = cluster("reliability.crash", (0, 1, 0))
LIBRARY = {DROPS.id, CRASH.id}
SCANNER = cluster("scanner", (0.8, 0.1, 0.5))


def joined(topic: Cluster, *causes: Cluster) -> str | None:
    """The cause that the topic has joined."""
    return next(other.joined for other in join_causes([*causes, topic], LIBRARY) if other.id == topic.id)


def test_a_topic_joins_the_one_cause_that_it_is_near_to() -> None:
    """One cause is near and the others are clearly farther away."""
    assert joined(SCANNER, DROPS, CRASH) == DROPS.id
    assert joined(SCANNER, DROPS) == DROPS.id


@pytest.mark.parametrize(
    "topic",
    [
        cluster("between", (0.7, 0.7, 0)),
        cluster("elsewhere", (0.5, 0, 0.8)),
        replace(SCANNER, stability=0.6),
        replace(SCANNER, polarity="positive"),
        replace(SCANNER, is_cause=False),
        replace(SCANNER, parent="whole"),
        replace(SCANNER, ended_at=FIRST),
        replace(SCANNER, size=21),
    ],
)
def test_other_topics_stay_apart(topic: Cluster) -> None:
    """Those between two causes, far from all, unstable, of the other polarity, no cause, parts, ended, or larger."""
    assert joined(topic, DROPS, CRASH) is None


def test_a_joined_topic_stays_with_its_cause_while_that_is_there() -> None:
    """Small shifts of the centroids do not part them; the end of the cause does."""
    before = replace(cluster("scanner", (0.6, 0.1, 0.6)), joined=DROPS.id)
    assert joined(before, DROPS, CRASH) == DROPS.id
    assert joined(before, replace(DROPS, ended_at=FIRST), CRASH) is None
