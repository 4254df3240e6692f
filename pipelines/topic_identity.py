"""Topics keep their identity when feedback arrives: new clauses go to known topics, only the rest is clustered anew.

What does not fit any known topic and forms one of its own is *emerging*. When there is half as much feedback again as
at the last fit, or another model has read it, all of it is clustered together once more (`pipelines.topic_refit`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.annotations import VERDICT
from pipelines.clusters import FIT_AT_MOST, Described, identify
from pipelines.communities import NONE, least_of
from pipelines.distinct import SameLanguage
from pipelines.topic_members import Key, Known, members_of, place
from pipelines.topics import Material
from saywhy.errors import OtherModel
from saywhy.topic import UNSTABLE, Cluster, Fate, Fit, Lineage, Member

if TYPE_CHECKING:
    from saywhy.code_frame import CodeFrame

Vectors = NDArray[np.float32]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

#: All feedback is clustered together again when there are this many times as many clauses as at the last fit.
REFIT_AT = 1.5
#: A clause that no known and no emerging topic claims still goes to the nearest one, if it is no farther beyond the
#: topic's own reach than this share of the reach's distance.
SLACK = 0.25
#: A clause keeps out of the search for emerging topics only where it is nearer than the reach by this share.
SURE = 0.08
#: Two centroids that are at least this similar are those of one topic.
SAME_CENTROID = 0.8
#: Known texts for each one that fits nothing, to tell emerging topics from; and at least and at most.
_BESIDE, _BESIDE_LEAST, _BESIDE_MOST = 3, 200, 4000
_NEW = 0.8  # share of an emerging topic that fits no known one
#: Fewer clauses are no emerging topic, however few there are in all.
EMERGING = 5
_NEARER = 0.05  # similarity by which the nearest topic must be nearer than the second for a confidence of .73
_POLES = {"negative": -1, "positive": 1}
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Grown:
    """What a run leaves: the clusters and members that are new or have changed, and what became of clusters."""

    fit: Fit
    clusters: tuple[Cluster, ...]
    members: tuple[Member, ...]
    lineage: tuple[Lineage, ...]


def is_due(known: Known | None, model: str, clauses: int) -> bool:
    """Whether all feedback is to be clustered together."""
    return known is None or known.fit.model != model or clauses >= REFIT_AT * max(known.fit.clauses, 1)


def grow(
    known: Known,
    material: Material,
    *,
    themes: CodeFrame,
    model: str,
    now: datetime,
    held: Collection[str] = (),
) -> Grown:
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
    return Grown(known.fit, tuple(counted), changed, tuple(lineage))


def _emerging(
    known: Known, material: Material, clusters: Sequence[Cluster], labels: Integers, is_new_text: NDArray[np.bool_]
) -> Iterator[tuple[Integers, Described]]:
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
    space = SameLanguage.measured([material.languages[row] for row in rows], known.fit.languages, known.fit.means)
    found = material.cluster(rows, space, least=least)
    for label, described in found.described.items():
        inside = found.labels == label
        own = rows[inside & is_rest]
        poles = np.array([np.sign(material.poles[own].sum())])
        (of_known,), _ = assign(
            described.centroid[None], poles, [replace(cluster, reach=SAME_CENTROID) for cluster in clusters]
        )
        if (
            described.stability >= UNSTABLE
            and described.reach >= loosest - SLACK * (1 - loosest)
            and material.distinct.counts[own].sum() >= least
            and len(own) >= _NEW * inside.sum()
            and is_new_text[own].any()
            and of_known == NONE
        ):
            yield own, described


def assign(
    vectors: Vectors, poles: Integers, clusters: Sequence[Cluster], *, slack: float = 0.0
) -> tuple[Integers, Floats]:
    """The nearest cluster of each unit vector (n, d), where it is within its reach, with a confidence.

    `slack` widens the reach by that share of its distance; below 0 it narrows it. What feels the opposite of a cluster
    (poles -1, 0, 1) is not assigned to it.
    """
    labels, confidence = np.full(len(vectors), NONE), np.zeros(len(vectors))
    if not clusters or not len(vectors):
        return labels, confidence
    centres = np.stack([centroid(cluster) for cluster in clusters])
    reach = np.array([cluster.reach for cluster in clusters])
    reach -= slack * (1 - reach)
    felt = np.array([_POLES.get(cluster.polarity, 0) for cluster in clusters])
    for start in range(0, len(vectors), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(vectors)))
        similarity = (vectors[rows] @ centres.T).astype(np.float64)
        similarity[poles[rows][:, None] * felt == -1] = -1.0
        best = similarity.argmax(axis=1)
        near = similarity[np.arange(len(rows)), best]
        fits = near >= reach[best]
        similarity[np.arange(len(rows)), best] = -1.0
        labels[rows[fits]] = best[fits]
        confidence[rows[fits]] = (1 / (1 + np.exp((similarity.max(axis=1) - near) / _NEARER)))[fits]
    return labels, confidence


def nearest_part(vectors: Vectors, labels: Integers, whole: Sequence[str], parts: Sequence[Cluster]) -> Integers:
    """The place of the nearest part of the cluster that each row is in, -1 where it has no parts or none is near.

    `vectors` (n, d), `labels` (n,) places in `whole`, the ids of the clusters.
    """
    found = np.full(len(labels), NONE)
    for label, cluster in enumerate(whole):
        own = [at for at, part in enumerate(parts) if part.parent == cluster]
        rows = np.flatnonzero(labels == label) if own else np.empty(0, np.int64)
        nearest, _ = assign(vectors[rows], np.zeros(len(rows), np.int64), [parts[at] for at in own], slack=SLACK)
        found[rows] = np.array([*own, NONE])[nearest]
    return found


def centroid(cluster: Cluster) -> Vectors:
    """The centroid of a cluster as floats."""
    return np.frombuffer(cluster.centroid, "<f2").astype(np.float32)


def born_of(described: Described, model: str, now: datetime, taken: set[str]) -> tuple[Cluster, ...]:
    """A new cluster and its parts; what is counted is filled in by `counts`. Their ids are added to those taken."""

    def born(found: Described, parent: str | None) -> Cluster:
        name, attempt = found.id, 0
        while name in taken:
            attempt += 1
            name = identify([found.id, str(attempt)])
        taken.add(name)
        vector = found.centroid.astype("<f2").tobytes()
        return Cluster(
            name, "", found.label, found.keywords, "", found.size, vector, found.reach, model, now,
            found.stability, parent, dict(found.labels),
        )  # fmt: skip

    whole = born(described, None)
    return (whole, *(born(part, whole.id) for part in described.parts.values()))


def counts(
    clusters: Sequence[Cluster],
    material: Material,
    labels: Integers,
    is_new_clause: NDArray[np.bool_],
    themes: CodeFrame,
    now: datetime,
    held: Collection[str],
) -> Iterator[Cluster]:
    """The clusters with their sizes. A new one gets its theme and polarity, one without members ends unless held."""
    about = material.themes_of(labels, themes)
    text = material.distinct.place
    known = ~is_new_clause & (text >= 0)
    before = Counter(labels[text[known]].tolist())
    for label, cluster in enumerate(clusters):
        if label not in about:
            yield replace(cluster, size=0, size_before=0, ended_at=None if cluster.id in held else now)
            continue
        theme, polarity, size = about[label]
        if not cluster.theme:
            cluster = replace(cluster, theme=theme, polarity=polarity, is_cause=theme != VERDICT)
        grown_from = before[label] if is_new_clause.any() else size if cluster.found_at == now else cluster.size_before
        yield replace(cluster, size=size, size_before=min(grown_from, size))


def _vectors(fit: Fit, material: Material, rows: Integers) -> Vectors:
    space = SameLanguage.measured([material.languages[row] for row in rows], fit.languages, fit.means)
    return space.transform(material.distinct.vectors[rows])


def _key(member: Member) -> Key:
    return member.content_hash, member.start, member.end
