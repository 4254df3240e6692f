"""Library causes as topics: which clauses name a cause of the code frame's library, and the topics that result.

Clauses that name one are taken out before clustering, so topics are discovered among the rest alone. A library cause is
a cluster whose id is that of the cause: it is named by people, comparable from wave to wave, and edited like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Integers, Vectors, pack, unit
from pipelines.topics.clauses import ClauseText
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.neighbours import CauseProbabilities, Neighbours
from pipelines.topics.tracking.memberships import PreviousClustering
from pipelines.topics.tracking.update import ClusteringUpdate
from saywhy.annotation import Polarity
from saywhy.code_frame import LibraryCause
from saywhy.topic import ClauseKey, Cluster, ClusteringFit, Definition, Fate, Lineage, Membership

#: Probability from which a clause names a cause; chosen on four surveys that readers coded
#: (`training.evaluation.causes`).
MIN_PROBABILITY = 0.25

#: Probability from which a clause that names a cause names a second one too; chosen on the same surveys.
MIN_SECOND_PROBABILITY = 0.2

#: A clause keeps a cause of the previous analysis down to this share of the probability it would need, so that small
#: shifts of the model or of the text around it do not move it back and forth between waves.
KEEP_SHARE = 0.6

#: Reach of a cause: nothing is assigned to it because it is near.
_DEFINED_REACH = 1.0

_CHUNK = 8192  # clauses


@dataclass(frozen=True, slots=True)
class LibraryMatch:
    """The known causes of each of n clauses: `cause` and `second` (n,) index `causes`, -1 for none.

    `confidence` and `second_confidence` are (n,).
    """

    causes: tuple[LibraryCause, ...]
    cause: Integers
    confidence: NDArray[np.float32]
    second: Integers
    second_confidence: NDArray[np.float32]

    def naming(self, cause: int) -> tuple[Integers, Integers]:
        """The clauses that name the cause first, and those that name it second."""
        return np.flatnonzero(self.cause == cause), np.flatnonzero(self.second == cause)


def match_library(
    clauses: Sequence[ClauseText],
    vectors: Vectors | NDArray[np.float16],
    library: Sequence[LibraryCause],
    probabilities: CauseProbabilities,
    previous: PreviousClustering | None,
    *,
    locked: Collection[str] = (),
    min_probability: float = MIN_PROBABILITY,
    is_survey: bool = True,
    neighbours: Neighbours | None = None,
) -> LibraryMatch:
    """The most probable causes of each clause, at most two, that are probable enough and not of the opposite polarity.

    In a survey (`is_survey`), probabilities are averaged with those of near clauses: of these ones, or of the
    `neighbours` where these are a part of the survey; else the clauses have nothing to do with one another.

    Clauses in a discovered cluster that is `locked` (ids) stay there, as people decided what is in it.
    """
    match = LibraryMatch(
        tuple(library),
        np.full(len(clauses), NONE),
        np.zeros(len(clauses), np.float32),
        np.full(len(clauses), NONE),
        np.zeros(len(clauses), np.float32),
    )
    if not library or not clauses:
        return match
    index = {entry.id: number for number, entry in enumerate(library)} if previous else {}
    praise = Polarity.POSITIVE.value  # a plain text, which is compared three times as fast as the member of the enum
    is_praise = np.array([entry.polarity == praise for entry in library], bool)
    memberships = previous.memberships if previous else {}
    if neighbours is None and is_survey:
        neighbours = Neighbours.of(clauses, vectors, probabilities)
    for start in range(0, len(clauses), _CHUNK):
        rows = slice(start, start + _CHUNK)
        chunk = vectors[rows].astype(np.float32)
        p = probabilities(chunk)
        if neighbours:
            p = neighbours.average(clauses[rows], chunk, p)
        p = p[:, :-1].copy()
        polarity = np.array([clause.polarity for clause in clauses[rows]])
        p[np.ix_(polarity == Polarity.POSITIVE, ~is_praise)] = 0
        p[np.ix_(polarity == Polarity.NEGATIVE, is_praise)] = 0
        members = [memberships.get(clause.key) for clause in clauses[rows]]
        clusters = [(member.cluster if member else None) or "" for member in members]
        p[[cluster in locked and cluster not in index for cluster in clusters]] = 0
        first = np.array([index.get(cluster, NONE) for cluster in clusters], np.int64)
        second = np.array([index.get((member.second if member else None) or "", NONE) for member in members], np.int64)
        match.cause[rows], match.confidence[rows] = _decide(p, first, min_probability)
        p[np.arange(len(p)), match.cause[rows]] = 0
        p[match.cause[rows] == NONE] = 0
        match.second[rows], match.second_confidence[rows] = _decide(p, second, MIN_SECOND_PROBABILITY)
    return match


def _decide(p: NDArray[np.float32], kept: Integers, min_probability: float) -> tuple[Integers, NDArray[np.float32]]:
    """Cause and confidence of each row of probabilities (n, causes); `kept` (n,) is the previous cause, -1 for none."""
    row = np.arange(len(p))
    best = p.argmax(axis=1)
    is_near = (p[row, kept] >= KEEP_SHARE * min_probability) & (p[row, best] < p[row, kept] + min_probability)
    stays = (kept != NONE) & is_near
    best = np.where(stays, kept, best)
    confidence = p[row, best]
    is_named = stays | ((confidence >= min_probability) & (confidence > 0))
    return np.where(is_named, best, NONE), np.where(is_named, confidence, 0)


def without_library(
    previous: PreviousClustering, causes: Sequence[LibraryCause], forgotten: Sequence[Cluster] = ()
) -> PreviousClustering:
    """The discovered clusters alone with their parts, and the clauses that are in none of the known causes.

    `forgotten` are causes of another code frame: what was in them is discovered anew.
    """
    ids = {cause.id for cause in causes} | {cluster.id for cluster in forgotten}
    return PreviousClustering(
        previous.fit,
        tuple(cluster for cluster in previous.clusters if cluster.id not in ids and cluster.parent not in ids),
        {key: member for key, member in previous.memberships.items() if member.cluster not in ids},
    )


def forgotten_causes(previous: PreviousClustering, causes: Sequence[LibraryCause]) -> list[Cluster]:
    """The causes that previous clauses named and that are known no more: those of another code frame."""
    ids = {cause.id for cause in causes}
    return [
        cluster
        for cluster in previous.current
        if cluster.stability is None and cluster.reach == _DEFINED_REACH and cluster.id not in ids
    ]


def with_library(
    update: ClusteringUpdate,
    clauses: Sequence[ClauseText],
    vectors: Vectors | NDArray[np.float16],
    match: LibraryMatch,
    previous: PreviousClustering | None,
    now: datetime,
    *,
    is_refit: bool,
    lasting: Collection[str] = (),
    part_of: Mapping[ClauseKey, str] = MappingProxyType({}),
) -> ClusteringUpdate:
    """The update with the known causes that clauses name as clusters, and their memberships.

    `part_of` is the part of the cause that a clause is in, if it is in one.

    A cause that no clause names any more ends, unless it is `lasting` (ids), and comes back with the next clause that
    does. After a refit (`is_refit`) all memberships are in the update, else those that have changed.
    """
    memberships = previous.memberships if previous else {}
    known = {cluster.id: cluster for cluster in previous.clusters} if previous else {}
    clusters: list[Cluster] = []
    members: list[Membership] = []
    lineage: list[Lineage] = []
    has_new = previous is not None and any(clause.key not in memberships for clause in clauses)
    for number, cause in enumerate(match.causes):
        first, second = match.naming(number)
        rows = np.concatenate([first, second])
        if not len(rows) and (cause.id not in known or known[cause.id].ended_at):
            continue
        own = [clauses[row] for row in rows.tolist()]
        members += [_membership(clauses[row], row, match, part_of) for row in first.tolist()]
        before = sum(clause.key in memberships for clause in own) if has_new else None
        centroid = _centroid(own, vectors[rows].astype(np.float32), update.fit)
        cluster = _cluster(cause, known.get(cause.id), len(own), before, centroid, update.fit.model, now)
        clusters.append(replace(cluster, ended_at=None if own or cause.id in lasting else now))
        if cluster.id not in known or known[cluster.id].ended_at:
            lineage.append(Lineage(now, Fate.FOUND, cluster.id))
        elif clusters[-1].ended_at:
            lineage.append(Lineage(now, Fate.RETIRED, cluster.id))
    if not is_refit:
        members = [member for member in members if memberships.get(member.key) != member]
    return replace(
        update,
        clusters=(*update.clusters, *clusters),
        memberships=(*update.memberships, *members),
        lineage=(*update.lineage, *lineage),
    )


def _membership(clause: ClauseText, row: int, match: LibraryMatch, part_of: Mapping[ClauseKey, str]) -> Membership:
    """The causes of the clause, which is the `row` of the match."""
    second = int(match.second[row])
    return Membership(
        *clause.key,
        match.causes[int(match.cause[row])].id,
        round(float(match.confidence[row]), 6),
        part_of.get(clause.key),
        second=match.causes[second].id if second != NONE else None,
        second_confidence=round(float(match.second_confidence[row]), 6),
    )


def _cluster(
    cause: LibraryCause,
    known: Cluster | None,
    size: int,
    before: int | None,
    centroid: bytes,
    model: str,
    now: datetime,
) -> Cluster:
    """The cause as a cluster of `size` clauses, of which `before` are not new; None if no clause of any cause is."""
    if before is None:
        before = min(size, known.size_before) if known else size
    return Cluster(
        id=cause.id,
        theme=cause.theme,
        label=cause.names["en"],
        keywords=(),
        polarity=cause.polarity,
        size=size,
        centroid=centroid,
        reach=_DEFINED_REACH,
        model=model,
        found_at=known.found_at if known else now,
        stability=None,  # its boundaries are defined, not found
        labels=dict(cause.names),
        size_before=before,
        first_seen=known.first_seen if known else None,
        definition=Definition(dict(cause.definitions)) if cause.definitions else None,
    )


def _centroid(clauses: Sequence[ClauseText], vectors: Vectors, fit: ClusteringFit) -> bytes:
    """Centroid of the clauses in the centred space of the fit; of no clauses, zero."""
    if not clauses:
        return pack(np.zeros(vectors.shape[1], np.float32))
    centring = LanguageCentring.from_means([clause.language or "und" for clause in clauses], fit.languages, fit.means)
    return pack(unit(centring.transform(vectors).mean(axis=0)))
