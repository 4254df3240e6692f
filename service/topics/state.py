"""The state of topics in the store: the previous clustering, and the topics that people's edits make of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from models.arrays import unpack
from pipelines.clean.read_text import read
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.edits.apply import EditedTopics, apply
from pipelines.topics.edits.draft import ClauseSource, ClusteredClause
from pipelines.topics.labelling.keywords import words
from pipelines.topics.tracking.memberships import PreviousClustering
from saywhy import store
from saywhy.annotation import Annotation, Clause
from saywhy.correction import CorrectionKind
from saywhy.feedback import Comment
from saywhy.issue import CauseKey, Issue
from saywhy.report import ALL_WAVES
from saywhy.store import Connection
from saywhy.text import fold
from saywhy.topic import Membership, Topic
from service.reports.reading import find_latest_report


def load_previous_clustering(connection: Connection, workspace_id: int) -> PreviousClustering | None:
    """The clusters and members that earlier analyses left, or None before the first one."""
    fit = store.clusters.fit(connection, workspace_id)
    if fit is None:
        return None
    members = store.memberships.load(connection, workspace_id)
    return PreviousClustering(
        fit,
        store.clusters.load(connection, workspace_id),
        {member.key: member for member in members},
    )


def published_issues(connection: Connection, workspace_id: int) -> dict[CauseKey, Issue] | None:
    """What the latest report of an anonymous workspace says of each cause. None: all may be shown.

    The ids and names of library causes are known to everybody. Whether an unpublished one is there must not be.
    """
    if not store.workspaces.is_anonymous(connection, workspace_id):
        return None
    report = find_latest_report(connection, workspace_id, ALL_WAVES)
    return {issue.key: issue for issue in (*report.delights, *report.issues)} if report else {}


def as_published(topics: Iterable[Topic], published: Mapping[CauseKey, Issue] | None) -> list[Topic]:
    """The topics that may be shown, with the labels and sizes that the report shows, not with today's.

    Sizes are then responses, and a topic that grows by a few clauses stays as it is until the next report.
    """
    if published is None:
        return [*topics]
    return [_as_in_report(topic, published[key]) for topic in topics if (key := CauseKey.of(topic)) in published]


def _as_in_report(topic: Topic, issue: Issue) -> Topic:
    state = issue.topic
    return replace(
        topic,
        label=issue.label,
        labels=issue.labels,
        keywords=issue.keywords,
        size=issue.mentions,
        growth=0,
        first_seen=None,
        parts=(),
        stability=state.stability if state else None,
        is_emerging=state is not None and state.is_emerging,
        definition=issue.definition,
    )


def edited_topics(connection: Connection, workspace_id: int) -> EditedTopics:
    """The topics that result from replaying all standing edits on the clusters, and from corrections of clauses."""
    corrections = store.corrections.load(connection, workspace_id, CorrectionKind.CAUSE)
    return apply(
        store.topic_edits.load(connection, workspace_id),
        store.clusters.load(connection, workspace_id),
        store.clusters.lineage(connection, workspace_id),
        clause_source(connection, workspace_id),
        {
            (each.content_hash, *each.clause): each.value
            for of_comment in corrections.values()
            for each in of_comment
            if each.clause is not None and each.value is not None
        },
    )


def save_edited_topics(connection: Connection, workspace_id: int) -> EditedTopics:
    """Replay all standing edits, and save the resulting topics as those that are shown."""
    edited = edited_topics(connection, workspace_id)
    store.topics.save(connection, workspace_id, edited.topics, edited.topic_of, edited.moved)
    return edited


def clause_source(connection: Connection, workspace_id: int) -> ClauseSource:
    """A function that reads the clauses of clusters and of comments with text and vector; valid in this transaction."""
    fit = store.clusters.fit(connection, workspace_id)

    def read(cluster_ids: Collection[str], hashes: Collection[str]) -> Sequence[ClusteredClause]:
        members = store.memberships.find(connection, workspace_id, cluster_ids, hashes)
        if fit is None or not members:
            return []
        hashes = {member.content_hash for member in members}
        comments = store.comments.by_hash(connection, workspace_id, hashes)
        annotations = store.annotations.by_hash(connection, workspace_id, fit.model, hashes)
        answered_at = store.responses.first_answered(connection, workspace_id, hashes)
        rows = [
            (member, comments[member.content_hash], clause)
            for member in members
            for clause in _clauses_at(member, annotations.get(member.content_hash))
        ]
        if not rows:
            return []
        languages = [comment.language or "und" for _, comment, _ in rows]
        centring = LanguageCentring.from_means(languages, fit.languages, fit.means)
        stored = unpack(b"".join(clause.vector for *_, clause in rows)).reshape(len(rows), -1)
        return [
            ClusteredClause(
                member.key,
                member.cluster or "",
                member.part,
                fold(text := _text(member, comment)),
                tuple(dict.fromkeys(word.casefold() for word in words(text, language))),
                clause.polarity.value,
                vector,
                answered_at.get(member.content_hash),
                member.second,
            )
            for (member, comment, clause), language, vector in zip(
                rows, languages, centring.transform(stored), strict=True
            )
        ]

    return read


def _clauses_at(member: Membership, annotation: Annotation | None) -> list[Clause]:
    """The annotated clauses at the member's position; none if another model version has split the comment."""
    clauses = annotation.clauses if annotation else ()
    return [clause for clause in clauses if (clause.start, clause.end) == (member.start, member.end)]


def _text(member: Membership, comment: Comment) -> str:
    return read(comment.verbatim).cut(member.start, member.end)
