"""Update the topics with the clauses of an analysis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from pipelines.annotate.classification import CommentAnnotator
from pipelines.annotate.columns import Annotations
from pipelines.disclosure.release import ReleasePlan
from pipelines.topics.language_model.endpoint import LabelEndpoint
from pipelines.topics.language_model.names import with_names
from pipelines.topics.update import update_clusters
from saywhy import store
from saywhy.feedback import Comment
from saywhy.store import Connection, Engine
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
    now = datetime.now(UTC)
    clustered = update_clusters(
        comments,
        annotations,
        annotator,
        previous,
        edited,
        responses=responses,
        now=now,
        refit=refit,
        has_parts=not is_anonymous,  # its reports show no parts, and the label of one is what a few people said
    )
    update, clusters, is_refit = clustered.update, clustered.update.clusters, clustered.is_refit
    if label_endpoint is not None and not is_anonymous:
        # Unless all clauses were clustered, the update has only the memberships that changed.
        memberships = {} if previous is None or is_refit else dict(previous.memberships)
        memberships |= {member.key: member for member in update.memberships}
        clusters = with_names(clusters, memberships.values(), comments, label_endpoint, clustered.names, since=now)
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
