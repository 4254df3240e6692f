"""Growing: new clauses go to known clusters, and only those that fit none are clustered. Known ones stay in theirs.

When there is half as much feedback again as at the latest fit, or another model version has read it, all clauses are
clustered again instead (`pipelines.topics.tracking.refit`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from models.arrays import NONE, Floats, Integers, Vectors
from pipelines.topics.clauses import ClauseSet
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.tracking.emerging import find_emerging
from pipelines.topics.tracking.memberships import PreviousClustering, carry_over, memberships_of
from pipelines.topics.tracking.nearest import SLACK, assign, nearest_part
from pipelines.topics.tracking.update import ClusteringUpdate, create_cluster, with_sizes
from saywhy.code_frame import CodeFrame
from saywhy.errors import OtherModel
from saywhy.topic import Cluster, Fate, Lineage

#: All feedback is clustered again when there are this many times as many clauses as at the latest fit.
REFIT_AT = 1.5

#: Clauses are left out of the search for emerging topics only if they are clearly within the reach of a known cluster:
#: by this share of the distance that the reach allows.
_CLEARLY_WITHIN = 0.08


def is_due(previous: PreviousClustering | None, model: str, clauses: int) -> bool:
    """Whether so many clauses, read by that model version, are to be clustered again rather than grown."""
    return previous is None or previous.fit.model != model or clauses >= REFIT_AT * max(previous.fit.clauses, 1)


def grow(
    previous: PreviousClustering,
    clause_set: ClauseSet,
    *,
    code_frame: CodeFrame,
    model: str,
    now: datetime,
    locked: Collection[str] = (),
) -> ClusteringUpdate:
    """Assign new clauses to known clusters, and cluster those that fit none.

    A cluster without clauses ends, unless it is `locked` (ids), as people decided what is in it. Raises `OtherModel` if
    the clusters are of another model version, since their centroids are not comparable with these vectors.
    """
    if previous.fit.model != model:
        raise OtherModel(f"topics of model {previous.fit.model} cannot be compared with vectors of {model}")
    centring = LanguageCentring.from_means((), previous.fit.languages, previous.fit.means)
    carried = carry_over(previous, clause_set)
    labels, confidence, clusters = carried.labels.copy(), carried.confidence.copy(), carried.clusters
    new = np.flatnonzero(carried.is_new_text)
    vectors, signs = clause_set.centred(new, centring), clause_set.polarity_sign[new]

    labels[new], _ = assign(vectors, signs, clusters, slack=-_CLEARLY_WITHIN)
    lineage = []
    for rows, description in find_emerging(centring, clause_set, clusters, labels, carried.is_new_text):
        taken = {cluster.id for cluster in (*previous.current, *clusters)}
        cluster = replace(create_cluster(description, model, now, taken), is_emerging=True)
        labels[rows], confidence[rows] = len(clusters), 1.0
        clusters = [*clusters, cluster]
        lineage.append(Lineage(now, Fate.FOUND, cluster.id))
    is_open = labels[new] < len(carried.clusters)  # in no emerging topic
    nearest, nearest_confidence = assign_with_slack(vectors, signs, clusters)
    labels[new[is_open]], confidence[new[is_open]] = nearest[is_open], nearest_confidence[is_open]

    ids, known_parts, is_new = [cluster.id for cluster in clusters], previous.current_parts, carried.is_new_clause
    parts = carried.parts.copy()
    parts[new] = nearest_part(vectors, labels[new], ids, known_parts)
    sized = [*with_sizes(clusters, clause_set, labels, is_new, code_frame, now, locked)]
    lineage += [Lineage(now, Fate.RETIRED, cluster.id) for cluster in sized if cluster.ended_at]
    sized += with_sizes(known_parts, clause_set, parts, is_new, code_frame, now, locked)
    memberships = memberships_of(clause_set, labels, confidence, ids, parts, carried.part_ids)
    changed = tuple(member for member in memberships if previous.memberships.get(member.key) != member)
    return ClusteringUpdate(previous.fit, tuple(sized), changed, tuple(lineage))


def assign_with_slack(vectors: Vectors, signs: Integers, clusters: Sequence[Cluster]) -> tuple[Integers, Floats]:
    """The nearest cluster that is not of the opposite polarity, within its reach; else the nearest one with `SLACK`."""
    labels, confidence = assign(vectors, signs, clusters)
    any_polarity = np.zeros(len(vectors), np.int64)
    fallback, fallback_confidence = assign(vectors, any_polarity, clusters, slack=SLACK)
    is_none = labels == NONE
    return np.where(is_none, fallback, labels), np.where(is_none, fallback_confidence, confidence)
