"""All feedback clustered together once more, and what became of the topics there were.

Old and new topics are matched one to one by the members that they share (Hungarian method: Kuhn 1955), and by their
centroids where no old member is left. Old topics that find no match have merged into others or are retired; new ones
are split from others or found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.clusters import Found, reach_of, to_others
from pipelines.communities import NONE
from pipelines.distinct import SameLanguage
from pipelines.topic_identity import (
    SAME_CENTROID,
    Grown,
    assign,
    born_of,
    centroid,
    counts,
    nearest_part,
)
from pipelines.topic_members import Known, Placed, members_of, place
from saywhy.topic import Cluster, Fate, Fit, Lineage

if TYPE_CHECKING:
    from pipelines.topics import Material
    from saywhy.code_frame import CodeFrame

Vectors = NDArray[np.float32]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Two topics are the same if one holds at least this share of the other's members that are still there,
#: or, where none is left, if their centroids are as similar as `SAME_CENTROID`.
SAME_MEMBERS = 0.5
_TIE = 0.05  # what centroids weigh beside shared members


@dataclass(frozen=True, slots=True)
class Matched:
    """Which old ones live on as which new ones, and what they share, as shares of known members: both (old, new)."""

    heir: dict[int, int]
    of_old: Floats
    of_new: Floats

    @property
    def origin(self) -> dict[int, int]:
        return {new: old for old, new in self.heir.items()}


def refit(
    known: Known | None,
    material: Material,
    *,
    themes: CodeFrame,
    model: str,
    now: datetime,
    held: Collection[str] = (),
) -> Grown:
    """Cluster all clauses. Clusters that are `held`, since people have said what is in them, keep their members.

    The result depends on what the clauses say and on what was known, not on the order of either.
    """
    space = SameLanguage(material.languages).fit(material.distinct.vectors)
    fit = Fit(model, now, len(material.units), *space.means())
    known = known or Known(fit, (), {})
    placed = place(known, material)

    def vectors(rows: Integers) -> Vectors:  # of some texts: all at once would be as much memory again
        spoken = [material.languages[row] for row in rows.tolist()]
        return space.speaking(spoken).transform(material.distinct.vectors[rows])

    old = [
        _calibrated(cluster, vectors(np.flatnonzero(placed.labels == at)), model)
        for at, cluster in enumerate(placed.clusters)
    ]
    keeps = np.array([cluster.id in held and cluster.model == model for cluster in old] + [False])  # the last is NONE

    # Known members of what is held stay, and what is loose joins it where nothing else is nearer.
    confidence = placed.confidence.copy()
    loose = np.flatnonzero(placed.labels == NONE) if keeps.any() else np.empty(0, np.int64)
    nearest, confidence[loose] = assign(vectors(loose), material.poles[loose], old)
    nearest_or_own = placed.labels.copy()
    nearest_or_own[loose] = nearest
    labels = np.where(keeps[nearest_or_own], nearest_or_own, NONE)

    rest = np.flatnonzero(labels == NONE)
    found = material.cluster(rest, space.speaking([material.languages[row] for row in rest.tolist()]))
    weight = np.where(placed.is_new_text, 0, material.distinct.counts)[rest]
    new = [found.described[label] for label in range(len(found.described))]
    matched = match(
        placed.labels[rest],
        found.labels,
        weight,
        _closeness(old, [described.centroid for described in new], model),
        np.flatnonzero(~keeps[:-1]),
    )
    # The clusters from now on: those held, then those found, under the names of the old ones that live on in them.
    clusters = [cluster for at, cluster in enumerate(old) if keeps[at]]
    names = {cluster.id for cluster in clusters}
    names |= {old[at].id for at in matched.heir}
    held_count = len(clusters)
    inside: dict[int, Cluster] = {}
    for label, described in enumerate(new):
        born, *parts = born_of(described, model, now, names)
        if (at := matched.origin.get(label)) is not None:
            elsewhere = {other.label for place, other in enumerate(new) if place != label}
            born = _continued(old[at], born, elsewhere)
        clusters.append(born)
        inside |= {code: replace(part, parent=born.id) for code, part in zip(described.parts, parts, strict=True)}
    labels[labels != NONE] = np.searchsorted(np.flatnonzero(keeps), labels[labels != NONE])
    labels[rest] = np.where(found.labels == NONE, NONE, found.labels + held_count)
    confidence[rest] = found.confidence
    whole = [cluster.id for cluster in clusters]
    all_parts, part_labels = _parts(known, placed, found, rest, weight, whole[:held_count], inside)
    joined = loose[(labels[loose] >= 0) & (labels[loose] < held_count)]
    part_labels[joined] = nearest_part(vectors(joined), labels[joined], whole, all_parts)
    is_new = placed.is_new_clause & bool(known.clusters)
    counted = [*counts(clusters, material, labels, is_new, themes, now, held)]
    counted += counts(all_parts, material, part_labels, is_new, themes, now, held)
    standing = {cluster.id for cluster in counted}
    ended = [
        replace(cluster, ended_at=now)
        for cluster in known.clusters
        if cluster.ended_at is None and cluster.id not in standing
    ]
    members = members_of(material, labels, confidence, whole, part_labels, [part.id for part in all_parts])
    free = [at for at in range(len(old)) if not keeps[at]]
    lineage = _lineage(now, old, clusters[held_count:], matched, free)
    return Grown(fit, (*counted, *ended), tuple(members), tuple(lineage))


def match(old: Integers, new: Integers, weight: Integers, closeness: Floats, free: Integers) -> Matched:
    """Match old to new ones so that they share most: places of members (n,), -1 for none, how much each counts (n,).

    `closeness` (old, new) is the similarity of centroids, -1 where it is not known; `free` the old ones to match.
    """
    from scipy.optimize import linear_sum_assignment

    olds, news = closeness.shape
    shared = np.zeros((olds + 1, news + 1))  # the last are those of none
    np.add.at(shared, (old, new), weight)
    known_old, known_new = shared.sum(axis=1)[:olds], shared.sum(axis=0)[:news]
    shared = shared[:olds, :news]
    of_old = shared / np.maximum(known_old, 1)[:, None]
    of_new = shared / np.maximum(known_new, 1)[None, :]
    union = known_old[:, None] + known_new[None, :] - shared
    score = shared / np.maximum(union, 1) + _TIE * np.maximum(closeness, 0)
    is_same = (np.maximum(of_old, of_new) >= SAME_MEMBERS) | ((known_old[:, None] == 0) & (closeness >= SAME_CENTROID))
    rows, columns = linear_sum_assignment(np.where(is_same, score, 0)[free], maximize=True)
    pairs = [(int(free[row]), column) for row, column in zip(rows, columns.tolist(), strict=True)]
    return Matched({row: column for row, column in pairs if is_same[row, column]}, of_old, of_new)


def _calibrated(cluster: Cluster, members: Vectors, model: str) -> Cluster:
    """The cluster with centroid and reach measured on its members; as it was where none are left.

    Nothing is near the centroid of another model version.
    """
    if not len(members):
        nowhere = np.zeros(members.shape[1], "<f2").tobytes()
        return cluster if cluster.model == model else replace(cluster, centroid=nowhere, reach=2.0)
    mean = members.mean(axis=0)
    return replace(
        cluster,
        centroid=(mean / max(float(np.linalg.norm(mean)), 1e-9)).astype("<f2").tobytes(),
        reach=reach_of([to_others(members)])[0],
        model=model,
    )


def _closeness(old: Sequence[Cluster], new: Sequence[Vectors], model: str) -> Floats:
    """Similarity of centroids (old, new); -1 where the old one is of another model version."""
    found = np.full((len(old), len(new)), -1.0)
    for at, cluster in enumerate(old):
        if cluster.model == model and len(new):
            found[at] = np.stack(new) @ centroid(cluster)
    return found


def _continued(old: Cluster, born: Cluster, elsewhere: Collection[str]) -> Cluster:
    """A new cluster under the name and with the history of the old one; under its own label where another has that."""
    named = born if old.label in elsewhere else old
    return replace(
        born,
        id=old.id,
        label=named.label,
        labels=named.labels,
        found_at=old.found_at,
        first_seen=old.first_seen,
        size_before=old.size_before,
    )


def _parts(
    known: Known,
    placed: Placed,
    found: Found,
    rest: Integers,
    weight: Integers,
    held: Collection[str],
    inside: Mapping[int, Cluster],
) -> tuple[list[Cluster], Integers]:
    """The parts from now on, and which of them each text is in: those of held clusters stay, others may be new."""
    by_id = {cluster.id: cluster for cluster in known.clusters}
    old = [by_id[part] for part in placed.part_ids]
    stay = [at for at, part in enumerate(old) if part.parent in held]
    new = [inside[code] for code in sorted(inside)]
    free = np.array([at for at in range(len(old)) if at not in stay], np.int64)
    matched = match(placed.parts[rest], found.parts, weight, np.full((len(old), len(new)), -1.0), free)
    for code, at in matched.origin.items():
        new[code] = replace(_continued(old[at], new[code], ()), parent=new[code].parent)
    number = np.full(len(old) + 1, NONE)
    number[stay] = np.arange(len(stay))
    labels = number[placed.parts]
    labels[rest] = np.where(found.parts == NONE, NONE, found.parts + len(stay))
    return [*(old[at] for at in stay), *new], labels


def _lineage(
    now: datetime, old: Sequence[Cluster], new: Sequence[Cluster], matched: Matched, free: Sequence[int]
) -> Iterator[Lineage]:
    for at in free:
        name, heir = old[at].id, matched.heir.get(at)
        most = int(matched.of_old[at].argmax()) if len(new) else NONE
        if heir is not None:
            yield Lineage(now, Fate.CONTINUED, name, name, float(matched.of_old[at, heir]))
        elif most != NONE and matched.of_old[at, most] >= SAME_MEMBERS:
            yield Lineage(now, Fate.MERGED, name, new[most].id, float(matched.of_old[at, most]))
        else:
            yield Lineage(now, Fate.RETIRED, name)
    for label, cluster in enumerate(new):
        if label not in matched.origin:
            most = int(matched.of_new[:, label].argmax()) if len(old) else NONE
            if most != NONE and matched.of_new[most, label] >= SAME_MEMBERS:
                yield Lineage(now, Fate.SPLIT, cluster.id, old[most].id, float(matched.of_new[most, label]))
            else:
                yield Lineage(now, Fate.FOUND, cluster.id)
