"""The parts of large library causes: "A function is missing" → "dark mode", "undo".

Only causes that name a class of things have parts, one for each thing that many clauses miss or find broken: such a
thing is a ticket of its own. What divides the clauses of other causes ("Staff rude") is mostly how people say it.

Parts are searched at every analysis, as causes are matched at every analysis, and continue the previous parts with
which they share clauses. They are clusters whose parent is the cause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from models.arrays import NONE, Integers, Vectors
from pipelines.topics.clauses import ClauseSet, ClauseText
from pipelines.topics.clustering.description import describe_clusters
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.clustering.phrase_parts import PhraseCounts, find_phrase_parts
from pipelines.topics.labelling.distinct_labels import NO_NAMES, KnownNames
from pipelines.topics.library import LibraryMatch
from pipelines.topics.tracking.matching import match as match_clusters
from pipelines.topics.tracking.memberships import CarriedOver, PreviousClustering, carry_over
from pipelines.topics.tracking.update import continued, create_cluster, with_sizes
from saywhy.code_frame import CodeFrame, LibraryCause
from saywhy.topic import ClauseKey, Cluster, ClusteringFit, Fate, Lineage, Membership

#: The causes that name a class of things.
OPEN_CAUSES = frozenset(
    {
        "billing.payment_methods",
        "delivery.damaged",
        "delivery.item_missing",
        "environment.run_down",
        "features.amenity",
        "features.automation",
        "features.collaboration",
        "features.customisation",
        "features.export_import",
        "features.icons_assets",
        "features.item_not_carried",
        "features.missing_function",
        "features.no_integration",
        "features.removed",
        "features.reports",
        "information.incomplete",
        "quality.bad_finish",
        "quality.poor_material",
        "quality.too_small",
        "quality.wore_out",
        "reliability.doa",
        "reliability.facility_broken",
        "reliability.function_bug",
        "reliability.onboard_equipment",
        "reliability.sync_fails",
    }
)
#: Distinct texts from which a cause is divided: fewer are read as fast as a division of them.
_MIN_TEXTS = 40
#: Stability of a new part, and of one that was there at the previous analysis, so that small shifts do not end it.
MIN_STABILITY, _KEPT_STABILITY = 0.6, 0.45
#: Clauses of the rest of the survey in which phrases are counted.
_MAX_ELSEWHERE = 5000


@dataclass(frozen=True, slots=True)
class LibraryParts:
    """The parts of library causes, those that have ended too; and the part of each clause that is in one."""

    clusters: tuple[Cluster, ...] = ()
    part_of: Mapping[ClauseKey, str] = field(default_factory=dict)
    lineage: tuple[Lineage, ...] = ()


@dataclass(frozen=True, slots=True)
class _Division:
    """The parts of one cause, and the part of each distinct text as an index into them, -1 for none."""

    parts: list[Cluster]
    labels: Integers


def divide_library(
    clauses: Sequence[ClauseText],
    vectors: Vectors | NDArray[np.float16],
    match: LibraryMatch,
    previous: PreviousClustering | None,
    fit: ClusteringFit,
    *,
    code_frame: CodeFrame,
    now: datetime,
    responses: Mapping[str, int],
    names: KnownNames = NO_NAMES,
    locked: Collection[str] = (),
) -> LibraryParts:
    """Divide the large ones of the causes that the clauses name first. A clause is in one part at most.

    `responses` is how many responses have a comment, by content hash, where it is more than one. `names` are those of
    known causes, which no part may have. Parts of `locked` causes (ids) keep their clauses, as people decided what is
    in them, and only grow.
    """
    known, memberships = _known_parts(previous)
    clusters, lineage = list[Cluster](), list[Lineage]()
    part_of: dict[ClauseKey, str] = {}
    taken = {cluster.id for cluster in previous.clusters} if previous else set()
    for number, cause in enumerate(match.causes):
        if cause.id not in OPEN_CAUSES:
            continue
        rows = np.flatnonzero(match.cause == number)
        old, current = known.get(cause.id, []), list[Cluster]()
        if len(rows) >= _MIN_TEXTS or (old and len(rows)):
            clause_set = ClauseSet.of([clauses[row] for row in rows.tolist()], vectors[rows], responses, names)
            before = PreviousClustering(fit, tuple(old), memberships.get(cause.id, {}))
            carried = carry_over(before, clause_set)
            division = _found_parts(clause_set, _elsewhere(clauses, match, number), cause, fit.model, now, taken)
            division = _continue(division, old, carried, clause_set, is_locked=cause.id in locked)
            is_new = carried.is_new_clause & (previous is not None)
            kept = [part.id for part in old] if cause.id in locked else []
            current += with_sizes(division.parts, clause_set, division.labels, is_new, code_frame, now, kept)
            for clause, row in zip(clause_set.clauses, clause_set.distinct.row_of.tolist(), strict=True):
                if row != NONE and division.labels[row] != NONE:
                    part_of[clause.key] = current[division.labels[row]].id
        ids = {part.id for part in current}
        current += [replace(part, size=0, size_before=0, ended_at=now) for part in old if part.id not in ids]
        clusters += current
        lineage += _lineage(current, old, now)
    return LibraryParts(tuple(clusters), part_of, tuple(lineage))


def _known_parts(
    previous: PreviousClustering | None,
) -> tuple[dict[str, list[Cluster]], dict[str, dict[ClauseKey, Membership]]]:
    """The previous parts and the previous memberships of each cause that can have parts."""
    parts: defaultdict[str, list[Cluster]] = defaultdict(list)
    memberships: defaultdict[str, dict[ClauseKey, Membership]] = defaultdict(dict)
    if previous:
        for part in previous.current_parts:
            if part.parent in OPEN_CAUSES:
                parts[part.parent].append(part)
        for key, member in previous.memberships.items():
            if member.cluster in OPEN_CAUSES:
                memberships[member.cluster][key] = member
    return parts, memberships


def _elsewhere(clauses: Sequence[ClauseText], match: LibraryMatch, cause: int) -> PhraseCounts:
    """The phrases of clauses that do not name the cause: those of comments with the lowest content hashes."""
    others = np.flatnonzero((match.cause != cause) & (match.second != cause)).tolist()
    sample = sorted((clauses[row] for row in others), key=lambda clause: clause.key)[:_MAX_ELSEWHERE]
    return PhraseCounts.of((clause.text, clause.language or "und") for clause in sample)


def _found_parts(
    clause_set: ClauseSet, elsewhere: PhraseCounts, cause: LibraryCause, model: str, now: datetime, taken: set[str]
) -> _Division:
    """The parts that are found in the clauses of a cause, without regard to previous ones."""
    distinct, languages = clause_set.distinct, clause_set.languages
    vectors = LanguageCentring(languages).fit(distinct.vectors).transform(distinct.vectors)
    parts = find_phrase_parts(distinct.texts, languages, vectors, elsewhere, min_stability=_KEPT_STABILITY)
    descriptions = describe_clusters(
        distinct,
        clause_set.frequency,
        languages,
        vectors,
        parts.labels,
        [{}] * len(parts.stability),
        parts.stability,
        {},
        clause_set.names,
    )
    clusters = [create_cluster(descriptions[part], model, now, taken) for part in range(len(parts.stability))]
    of_cause = [replace(part, parent=cause.id, theme=cause.theme, polarity=cause.polarity) for part in clusters]
    return _Division(of_cause, parts.labels)


def _continue(
    division: _Division, old: Sequence[Cluster], carried: CarriedOver, clause_set: ClauseSet, *, is_locked: bool
) -> _Division:
    """The division with the ids, labels and history of the previous parts that it continues."""
    weight = np.where(carried.is_new_text, 0, clause_set.distinct.counts)
    unknown_similarity = np.full((len(old), len(division.parts)), -1.0)
    matching = match_clusters(carried.parts, division.labels, weight, unknown_similarity, np.arange(len(old)))
    index = np.full(len(division.parts) + 1, NONE)  # the last element is for NONE, which indexes it
    if is_locked:
        index[list(matching.predecessor)] = list(matching.predecessor.values())
        return _Division(list(old), np.where(carried.parts != NONE, carried.parts, index[division.labels]))
    parts: list[Cluster] = []
    for number, part in enumerate(division.parts):
        is_known = number in matching.predecessor
        if is_known or (part.stability or 0.0) >= MIN_STABILITY:
            index[number] = len(parts)
            parts.append(continued(old[matching.predecessor[number]], part, ()) if is_known else part)
    return _Division(parts, index[division.labels])


def _lineage(parts: Iterable[Cluster], old: Sequence[Cluster], now: datetime) -> list[Lineage]:
    """New parts are split from their cause, and those that are not found any more are merged into it."""
    known = {part.id for part in old}
    new = [Lineage(now, Fate.SPLIT, part.id, part.parent, 1.0) for part in parts if part.id not in known]
    return new + [Lineage(now, Fate.MERGED, part.id, part.parent, 1.0) for part in parts if part.ended_at]
