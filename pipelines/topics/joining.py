"""Discovered topics that say what a cause of the library says, in words that the model does not take for it.

"The scanner loses its connection" in a survey about warehouses is "connection drops". Such a topic is one row with the
cause (`Cluster.joined`), as if people had merged the two, and is shown as a part of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from models.arrays import unpack
from saywhy.topic import MIN_STABILITY, Cluster

# The next three were chosen by reading pairs in the sample and four surveys: docs/benchmarks.md.

#: Cosine of the two centroids from which a topic joins a cause, and how far the next most similar cause must be behind:
#: what lies between two causes is neither.
_MIN_SIMILARITY, _MIN_LEAD = 0.55, 0.05
#: A topic that has more clauses than so many times those of the cause is not a part of it.
_MAX_RATIO = 2


def join_causes(clusters: Sequence[Cluster], library: Collection[str]) -> Iterator[Cluster]:
    """The same clusters; stable discovered ones that are near to one cause of the `library` (ids) are joined to it.

    What has joined a cause stays with it until all clauses are clustered again, or the cause ends.
    """
    causes = [cluster for cluster in clusters if cluster.id in library and cluster.ended_at is None and cluster.size]
    current = {cause.id for cause in causes}
    for cluster in clusters:
        if cluster.id in library or cluster.parent or cluster.joined in current:
            yield cluster
        else:
            yield replace(cluster, joined=_same_cause(cluster, causes))


def _same_cause(cluster: Cluster, causes: Sequence[Cluster]) -> str | None:
    """The cause that the cluster says the same as, if there is one."""
    alike = [cause for cause in causes if cause.polarity == cluster.polarity]
    if not alike or cluster.ended_at or not cluster.is_cause or (cluster.stability or 0.0) < MIN_STABILITY:
        return None
    similarity = np.stack([unpack(cause.centroid) for cause in alike]) @ unpack(cluster.centroid)
    nearest, *others = np.argsort(-similarity, kind="stable").tolist()
    lead = similarity[nearest] - (similarity[others[0]] if others else 0.0)
    is_same = similarity[nearest] >= _MIN_SIMILARITY and lead >= _MIN_LEAD
    return alike[nearest].id if is_same and cluster.size <= _MAX_RATIO * alike[nearest].size else None
