"""Clauses with generated vectors, for which it is known which cause each is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from models.arrays import Vectors, unit
from pipelines.topics.clauses import ClauseSet, ClauseText
from pipelines.topics.tracking.memberships import PreviousClustering
from pipelines.topics.tracking.update import ClusteringUpdate
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment
from saywhy.topic import ClauseKey

#: What a clause says, and the number of its cause.
CauseText = tuple[str, int]

THEMES = load_code_frame()
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LATER = FIRST + timedelta(days=90)


def around(directions: Sequence[int], seed: int, *, spread: float = 0.12) -> Vectors:
    """Unit vectors in 48 dimensions, each near the numbered one of 40 fixed orthogonal directions."""
    centres = np.linalg.qr(np.random.default_rng(4).normal(size=(48, 40)))[0].T
    noise = np.random.default_rng(seed).normal(size=(len(directions), 48)) / np.sqrt(48) * 4
    return unit(centres[list(directions)] + spread * noise).astype(np.float32)


def texts_about(cause: int, count: int, start: int = 0) -> list[CauseText]:
    """Clauses about one cause, each in other words."""
    return [(f"cause{cause} in the words of person{number}", cause) for number in range(start, start + count)]


def clause_set(
    texts: Sequence[CauseText], *, polarity: Polarity = Polarity.NEGATIVE, theme: str = "support"
) -> ClauseSet:
    """Each clause as a comment of its own. Its vector depends on its text alone, not on its position."""
    clauses = [ClauseText(*key(text), text, theme, polarity, "en") for text, _ in texts]
    rows = [around([cause], int(Comment(text).content_hash[:8], 16))[0] for text, cause in texts]
    return ClauseSet.of(clauses, np.stack(rows))


def key(text: str) -> ClauseKey:
    """The key of a clause that is a whole comment."""
    return Comment(text).content_hash, 0, len(text)


def stored(update: ClusteringUpdate, before: PreviousClustering | None = None) -> PreviousClustering:
    """What the store would return after that update."""
    clusters = {cluster.id: cluster for cluster in before.clusters} if before else {}
    clusters |= {cluster.id: cluster for cluster in update.clusters}
    memberships = dict(before.memberships) if before else {}
    memberships |= {member.key: member for member in update.memberships}
    return PreviousClustering(update.fit, tuple(clusters[name] for name in sorted(clusters)), memberships)


def clusters_of(previous: PreviousClustering, texts: Sequence[CauseText]) -> set[str | None]:
    """The clusters that these clauses are in."""
    return {previous.memberships[key(text)].cluster for text, _ in texts}
