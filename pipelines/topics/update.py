"""Topics of a whole survey: clauses that name known causes are taken out, the others are clustered or grown.

The one entry for an analysis: what it returns are clusters; `edits.apply` makes topics of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from models.arrays import NONE
from pipelines.annotate.classification import CommentAnnotator
from pipelines.annotate.columns import Annotations
from pipelines.topics.clauses import ClauseSet, clauses_of
from pipelines.topics.edits.apply import EditedTopics
from pipelines.topics.few_shot import match_examples
from pipelines.topics.joining import join_causes
from pipelines.topics.labelling.distinct_labels import KnownNames, with_distinct_labels
from pipelines.topics.library import LibraryMatch, forgotten_causes, match_library, with_library, without_library
from pipelines.topics.library_parts import LibraryParts, divide_library
from pipelines.topics.tracking.grow import grow, is_due
from pipelines.topics.tracking.memberships import PreviousClustering
from pipelines.topics.tracking.refit import refit as cluster_all
from pipelines.topics.tracking.update import ClusteringUpdate
from saywhy.feedback import Comment
from saywhy.topic import Fate, Lineage


@dataclass(frozen=True, slots=True)
class TopicUpdate:
    """What an analysis makes of the clauses. `is_refit`: all were clustered, so `update` has every membership.

    `names` are those that people gave to causes, which no discovered topic may have.
    """

    update: ClusteringUpdate
    names: KnownNames
    is_refit: bool


def update_clusters(
    comments: Mapping[str, Comment],
    annotations: Annotations,
    annotator: CommentAnnotator,
    previous: PreviousClustering | None,
    edited: EditedTopics,
    *,
    responses: Mapping[str, int],
    now: datetime,
    refit: bool = False,
    has_parts: bool = True,
) -> TopicUpdate:
    """Match the clauses with the causes that people created and with the cause library; assign the others to known
    clusters and find emerging ones, or cluster them all.

    They are all clustered if there are no clusters yet, if `refit` asks for it, and if `is_due` finds that the known
    ones are out of date. No discovered cluster is called like one of the others. `comments` are by content hash;
    `responses` is how many responses have a comment, where it is more than one. `has_parts`: large causes of the
    library are divided.
    """
    created = edited.example_causes
    # What people created collects clauses as a library cause does; locks keep clauses in what clustering found.
    locked = edited.locked - {cause.cause.id for cause in created}
    texts, vectors = clauses_of(comments, annotations)
    code_frame, model = annotator.code_frame, annotator.model
    match = match_library(texts, vectors, code_frame.causes, annotator.cause_probabilities, previous, locked=locked)
    match = match_examples(match, texts, vectors, created, annotator, previous, locked=locked)
    names = _known_names(match, edited)

    rest = np.flatnonzero(match.cause == NONE)
    clauses = ClauseSet.of([texts[row] for row in rest.tolist()], vectors[rest], responses, names)
    forgotten = forgotten_causes(previous, match.causes) if previous else []
    discovered = without_library(previous, match.causes, forgotten) if previous else None
    is_refit = discovered is None or refit or is_due(discovered, model, len(rest))
    if discovered is None or is_refit:
        update = cluster_all(discovered, clauses, code_frame=code_frame, model=model, now=now, locked=locked)
    else:
        update = grow(discovered, clauses, code_frame=code_frame, model=model, now=now, locked=locked)

    parts = LibraryParts()
    if has_parts:
        parts = divide_library(
            texts,
            vectors,
            match,
            previous,
            update.fit,
            code_frame=code_frame,
            now=now,
            responses=responses,
            names=names,
            locked=locked,
        )
    ended = [replace(cluster, size=0, size_before=0, ended_at=now) for cluster in forgotten]
    lineage = [*parts.lineage, *(Lineage(now, Fate.RETIRED, cluster.id) for cluster in forgotten)]
    update = with_library(
        replace(update, clusters=(*update.clusters, *parts.clusters, *ended), lineage=(*update.lineage, *lineage)),
        texts,
        vectors,
        match,
        previous,
        now,
        is_refit=is_refit,
        lasting=_lasting(edited),
        part_of=parts.part_of,
    )
    clusters = with_distinct_labels(update.clusters, names)
    joined = join_causes(tuple(clusters), {cause.id for cause in code_frame.causes})
    return TopicUpdate(replace(update, clusters=tuple(joined)), names, is_refit)


def _lasting(edited: EditedTopics) -> frozenset[str]:
    """The ids of the causes that stay without a clause.

    A cause into which people merged others stays, also while only clauses of the others are left; and so does one that
    they created, before anybody names it.
    """
    created = {cause.cause.id for cause in edited.example_causes if cause.examples or cause.texts}
    return edited.locked | set(edited.merged_into.values()) | created


def _known_names(match: LibraryMatch, edited: EditedTopics) -> KnownNames:
    """The names of all causes that people defined and that a report may have: as they call them, else the library's."""
    called = {topic.id: topic.labels or {"und": topic.label} for topic in edited.topics if not topic.is_discovered}
    for number, cause in enumerate(match.causes):
        if any(len(rows) for rows in match.naming(number)):
            called.setdefault(cause.id, dict(cause.names))
    return KnownNames.of(called.values())
