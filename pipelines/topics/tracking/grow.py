"""Topics keep their identity when feedback arrives: new clauses go to known topics, only the rest is clustered anew.

What does not fit any known topic and forms one of its own is *emerging*. When there is half as much feedback again as
at the last fit, or another model has read it, all of it is clustered together once more (`pipelines.topics.tracking.refit`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Integers, Vectors
from pipelines.topics.clauses import ClauseSet
from pipelines.topics.clustering.clusters import FIT_AT_MOST
from pipelines.topics.clustering.communities import least_of
from pipelines.topics.clustering.description import ClusterDescription
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.tracking.members import Key, PreviousClustering, members_of, place
from pipelines.topics.tracking.nearest import _POLES, SLACK, assign, nearest_part
from pipelines.topics.tracking.update import ClusteringUpdate, born_of, counts
from saywhy.errors import OtherModel
from saywhy.topic import MIN_STABILITY, Cluster, ClusteringFit, Fate, Lineage, Membership

if TYPE_CHECKING:
    from saywhy.code_frame import CodeFrame


#: All feedback is clustered together again when there are this many times as many clauses as at the last fit.
REFIT_AT = 1.5
#: A clause keeps out of the search for emerging topics only where it is nearer than the reach by this share.
SURE = 0.08
#: Two centroids that are at least this similar are those of one topic.
SAME_CENTROID = 0.8
#: Known texts for each one that fits nothing, to tell emerging topics from; and at least and at most.
_BESIDE, _BESIDE_LEAST, _BESIDE_MOST = 3, 200, 4000
_NEW = 0.8  # share of an emerging topic that fits no known one
#: Fewer clauses are no emerging topic, however few there are in all.
EMERGING = 5


def is_due(known: PreviousClustering | None, model: str, clauses: int) -> bool:
    """Whether all feedback is to be clustered together."""
    return known is None or known.fit.model != model or clauses >= REFIT_AT * max(known.fit.clauses, 1)


def grow(
    known: PreviousClustering,
    material: ClauseSet,
    *,
    themes: CodeFrame,
    model: str,
    now: datetime,
    held: Collection[str] = (),
) -> ClusteringUpdate:
    """Assign new clauses to known clusters, and cluster those that fit none. Known members stay where they are.

    A cluster that has lost all its members ends, unless it is `held`, since people have said what is in it.
    Raises `OtherModel` where the clusters are of another model version: their centroids say nothing of these vectors.
    """
    if known.fit.model != model:
        raise OtherModel(f"topics of model {known.fit.model} cannot be compared with vectors of {model}")
    placed = place(known, material)
    labels, confidence, clusters = placed.labels.copy(), placed.confidence.copy(), placed.clusters
    new = np.flatnonzero(placed.is_new_text)
    vectors, poles = _vectors(known.fit, material, new), material.poles[new]
    labels[new], _ = assign(vectors, poles, clusters, slack=-SURE)
    lineage: list[Lineage] = []
    for rows, found in _emerging(known, material, clusters, labels.copy(), placed.is_new_text):
        born, *_ = born_of(found, model, now, {cluster.id for cluster in (*known.standing, *clusters)})
        labels[rows], confidence[rows] = len(clusters), 1.0
        clusters = [*clusters, replace(born, is_emerging=True)]
        lineage.append(Lineage(now, Fate.FOUND, born.id))
    # What is new and in no emerging topic goes to the nearest of all, but not to one that feels the opposite if it can.
    open_ = labels[new] < len(placed.clusters)
    nearest, near = assign(vectors, poles, clusters)
    beyond, far = assign(vectors, np.zeros(len(new), np.int64), clusters, slack=SLACK)
    labels[new[open_]] = np.where(nearest == NONE, beyond, nearest)[open_]
    confidence[new[open_]] = np.where(nearest == NONE, far, near)[open_]
    whole, is_new = [cluster.id for cluster in clusters], placed.is_new_clause
    known_parts = [cluster for cluster in known.clusters if cluster.parent and cluster.ended_at is None]
    parts = placed.parts.copy()
    parts[new] = nearest_part(vectors, labels[new], whole, known_parts)
    counted = [*counts(clusters, material, labels, is_new, themes, now, held)]
    lineage += [Lineage(now, Fate.RETIRED, cluster.id) for cluster in counted if cluster.ended_at]
    counted += counts(known_parts, material, parts, is_new, themes, now, held)
    members = members_of(material, labels, confidence, whole, parts, placed.part_ids)
    changed = tuple(member for member in members if known.members.get(_key(member)) != member)
    return ClusteringUpdate(known.fit, tuple(counted), changed, tuple(lineage))


def _emerging(
    known: PreviousClustering,
    material: ClauseSet,
    clusters: Sequence[Cluster],
    labels: Integers,
    is_new_text: NDArray[np.bool_],
) -> Iterator[tuple[Integers, ClusterDescription]]:
    """Clusters of what fits no known one, if they are stable and anything in them is new: rows, and what it is.

    Known texts are clustered with them: a cause shows only against others. A cluster whose centroid is that of a known
    one is the fringe of it, and one that is looser than all known ones is none.
    """
    rest = np.flatnonzero(labels == NONE)
    if not is_new_text[rest].any():
        return
    loosest = min((cluster.reach for cluster in clusters), default=-1.0)
    # Complaint and praise about one thing are one community: beside the other a cause would look like a part of it.
    nearest, _ = assign(_vectors(known.fit, material, rest), np.zeros(len(rest), np.int64), clusters)
    felt = np.array([*(_POLES.get(cluster.polarity, 0) for cluster in clusters), 0])
    opposed = np.unique(nearest[material.poles[rest] * felt[nearest] == -1])
    fitting = np.setdiff1d(np.flatnonzero(~np.isin(labels, opposed)), rest)
    step = max(1, len(fitting) // min(max(_BESIDE * len(rest), _BESIDE_LEAST), _BESIDE_MOST))
    rows = np.sort(np.concatenate([rest, fitting[::step]]))
    is_rest = np.isin(rows, rest)
    least = max(EMERGING, least_of(min(int(material.distinct.counts.sum()), FIT_AT_MOST)))
    space = LanguageCentring.measured([material.languages[row] for row in rows], known.fit.languages, known.fit.means)
    found = material.cluster(rows, space, least=least)
    for label, described in found.described.items():
        inside = found.labels == label
        own = rows[inside & is_rest]
        poles = np.array([np.sign(material.poles[own].sum())])
        (of_known,), _ = assign(
            described.centroid[None], poles, [replace(cluster, reach=SAME_CENTROID) for cluster in clusters]
        )
        if (
            described.stability >= MIN_STABILITY
            and described.reach >= loosest - SLACK * (1 - loosest)
            and material.distinct.counts[own].sum() >= least
            and len(own) >= _NEW * inside.sum()
            and is_new_text[own].any()
            and of_known == NONE
        ):
            yield own, described


def _vectors(fit: ClusteringFit, material: ClauseSet, rows: Integers) -> Vectors:
    space = LanguageCentring.measured([material.languages[row] for row in rows], fit.languages, fit.means)
    return space.transform(material.distinct.vectors[rows])


def _key(member: Membership) -> Key:
    return member.content_hash, member.start, member.end
