"""Clauses with made vectors, of which it is known what belongs together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from pipelines.topics.clauses import ClauseSet, ClauseText
from pipelines.topics.tracking.members import PreviousClustering
from pipelines.topics.tracking.update import ClusteringUpdate
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment
from saywhy.topic import Cluster, Membership

Said = tuple[str, int]

THEMES = load_code_frame()
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LATER = FIRST + timedelta(days=90)


def around(directions: Sequence[int], seed: int, *, spread: float = 0.12) -> NDArray[np.float32]:
    """Unit vectors in 48 dimensions, each near the numbered one of 40 fixed directions."""
    centres = np.linalg.qr(np.random.default_rng(4).normal(size=(48, 40)))[0].T
    noise = np.random.default_rng(seed).normal(size=(len(directions), 48)) / np.sqrt(48) * 4
    points = centres[list(directions)] + spread * noise
    unit: NDArray[np.float32] = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    return unit


def said(cause: int, count: int, start: int = 0) -> list[Said]:
    """Clauses about one cause, each in words of its own."""
    return [(f"cause{cause} in the words of person{number}", cause) for number in range(start, start + count)]


def material(clauses: Sequence[Said], *, polarity: Polarity = Polarity.NEGATIVE, theme: str = "support") -> ClauseSet:
    """Each clause as a comment of its own; what it says decides its vector, wherever it stands."""
    units = [ClauseText(*key(text), text, theme, polarity, "en") for text, _ in clauses]
    rows = [around([cause], int(Comment(text).content_hash[:8], 16))[0] for text, cause in clauses]
    return ClauseSet.of(units, np.stack(rows))


def key(text: str) -> tuple[str, int, int]:
    """The comment and the span of a clause."""
    return Comment(text).content_hash, 0, len(text)


def known(grown: ClusteringUpdate, before: PreviousClustering | None = None) -> PreviousClustering:
    """What the store would give back after that run."""
    clusters: dict[str, Cluster] = {cluster.id: cluster for cluster in before.clusters} if before else {}
    clusters |= {cluster.id: cluster for cluster in grown.clusters}
    members: dict[tuple[str, int, int], Membership] = dict(before.members) if before else {}
    members |= {(member.content_hash, member.start, member.end): member for member in grown.members}
    return PreviousClustering(grown.fit, tuple(clusters[name] for name in sorted(clusters)), members)


def clusters_of(found: PreviousClustering, clauses: Sequence[Said]) -> set[str | None]:
    """The clusters that these clauses are in."""
    return {found.members[key(text)].cluster for text, _ in clauses}
