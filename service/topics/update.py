"""Update the topics with the clauses of an analysis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from models.arrays import NONE
from pipelines.annotate.classification import CommentAnnotator
from pipelines.annotate.columns import Annotations
from pipelines.disclosure.release import ReleasePlan
from pipelines.topics.clauses import ClauseSet, clauses_of
from pipelines.topics.edits.apply import EditedTopics
from pipelines.topics.few_shot import match_examples
from pipelines.topics.joining import join_causes
from pipelines.topics.labelling.distinct_labels import KnownNames, with_distinct_labels
from pipelines.topics.language_model.endpoint import LabelEndpoint
from pipelines.topics.language_model.names import with_names
from pipelines.topics.library import LibraryMatch, forgotten_causes, match_library, with_library, without_library
from pipelines.topics.library_parts import LibraryParts, divide_library
from pipelines.topics.tracking.grow import grow, is_due
from pipelines.topics.tracking.refit import refit as cluster_all
from saywhy import store
from saywhy.feedback import Comment
from saywhy.store import Connection, Engine
from saywhy.topic import Fate, Lineage
from service.progress import Progress
from service.topics.state import edited_topics, load_previous_clustering, save_edited_topics


def update_topics(
    engine: Engine,
    snapshot: Connection,
    workspace_id: int,
    annotator: CommentAnnotator,
    annotations: Annotations,
    plan: ReleasePlan | None,
    progress: Progress,
    *,
    refit: bool = False,
    label_endpoint: LabelEndpoint | None = None,
) -> None:
    """Match clauses of the snapshot with the causes that people created and with the cause library; assign the others
    to known topics and find emerging ones, or cluster them all; then replay people's edits.

    They are all clustered if there are no topics yet, if `refit` asks for it, and if `is_due` finds that the known
    topics are out of date. No discovered topic is called like one of the others. `label_endpoint` names new topics and
    defines those without a definition, except in anonymous workspaces, whose texts are sent to nobody: there the topics
    are made of the comments that `plan` selects.
    """
    progress("topics", 0, 1)
    comments, responses = _comments(snapshot, workspace_id, plan)
    with store.reading(engine) as connection:
        previous = load_previous_clustering(connection, workspace_id)
        edited = edited_topics(connection, workspace_id)
        is_anonymous = store.workspaces.is_anonymous(connection, workspace_id)
    created = edited.example_causes
    # What people created collects clauses as a library cause does; locks keep clauses in what clustering found.
    locked = edited.locked - {cause.cause.id for cause in created}
    texts, vectors = clauses_of(comments, annotations)
    code_frame, model, now = annotator.code_frame, annotator.model, datetime.now(UTC)
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
    if not is_anonymous:  # its reports show no parts, and the label of one is what a few people said
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
    clusters = tuple(with_distinct_labels(update.clusters, names))
    clusters = tuple(join_causes(clusters, {cause.id for cause in code_frame.causes}))
    if label_endpoint is not None and not is_anonymous:
        # Unless all clauses were clustered, the update has only the memberships that changed.
        memberships = {} if previous is None or is_refit else dict(previous.memberships)
        memberships |= {member.key: member for member in update.memberships}
        clusters = with_names(clusters, memberships.values(), comments, label_endpoint, names, since=now)
    with engine.begin() as connection:
        store.tabulations.delete(connection, workspace_id)  # it has the topics of before
        store.clusters.save(connection, workspace_id, update.fit, clusters, update.lineage)
        store.memberships.save(connection, workspace_id, update.memberships, replace_all=is_refit)
        store.clusters.update_first_seen(connection, workspace_id)
        save_edited_topics(connection, workspace_id)
    progress("topics", 1, 1)


def _comments(
    snapshot: Connection, workspace_id: int, plan: ReleasePlan | None
) -> tuple[dict[str, Comment], Mapping[str, int]]:
    """The comments of which topics are made, by content hash, and how many responses have one if several have it.

    Those that wait for the next publication are left out: they would change what is said of others.
    """
    comments = {comment.content_hash: comment for comment in store.comments.load(snapshot, workspace_id)}
    if plan is None:
        return comments, store.responses.count_by_comment(snapshot, workspace_id)
    selected = plan.select(store.responses.load(snapshot, workspace_id))
    responses = Counter(response.comment.content_hash for response in selected if response.comment)
    return {key: comment for key, comment in comments.items() if key in responses}, responses


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
