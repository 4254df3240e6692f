"""The state of topics in the store: the last clustering, and the topics after people's edits."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from models.arrays import unpack
from pipelines.topics.clustering.language_centring import LanguageCentring
from pipelines.topics.edits.apply import EditedTopics, Source, apply
from pipelines.topics.edits.draft import ClusteredClause
from pipelines.topics.labelling.keywords import words
from pipelines.topics.tracking.members import PreviousClustering
from saywhy import store
from saywhy.annotation import Polarity
from saywhy.store import Connection
from saywhy.text import fold
from saywhy.topic import Member


def remember(connection: Connection, workspace: int) -> PreviousClustering | None:
    """What the runs before have found, if there were any."""
    fit = store.clusters.fit(connection, workspace)
    if fit is None:
        return None
    members = store.clusters.members(connection, workspace)
    return PreviousClustering(
        fit,
        store.clusters.load(connection, workspace),
        {(member.content_hash, member.start, member.end): member for member in members},
    )


def applied(connection: Connection, workspace: int) -> EditedTopics:
    """The topics that the standing edits make of what the machine found."""
    return apply(
        store.topic_edits.load(connection, workspace),
        store.clusters.load(connection, workspace),
        store.clusters.lineage(connection, workspace),
        source_of(connection, workspace),
    )


def publish(connection: Connection, workspace: int) -> EditedTopics:
    """Apply the standing edits and show the topics that result."""
    found = applied(connection, workspace)
    store.topics.save(connection, workspace, found.topics, found.topic_of, found.moved)
    return found


def source_of(connection: Connection, workspace: int) -> Source:
    """Reads clauses with their texts and vectors from the store."""
    fit = store.clusters.fit(connection, workspace)

    def read(clusters: Collection[str], comments: Collection[str]) -> Sequence[ClusteredClause]:
        members = store.clusters.members_of(connection, workspace, clusters, comments)
        if fit is None or not members:
            return []
        hashes = {member.content_hash for member in members}
        verbatims = store.comments.of(connection, workspace, hashes)
        annotated = store.annotations.of(connection, workspace, fit.model, hashes)
        answered = store.clusters.answered(connection, workspace, hashes)
        rows: list[tuple[Member, str, str, Polarity]] = []
        vectors = bytearray()
        for member in members:
            annotation, comment = annotated.get(member.content_hash), verbatims[member.content_hash]
            for clause in annotation.clauses if annotation else ():
                if (clause.start, clause.end) == (member.start, member.end):
                    text = comment.verbatim[member.start : member.end]
                    rows.append((member, text, comment.language or "und", clause.polarity))
                    vectors += clause.vector
        if not rows:
            return []
        space = LanguageCentring.measured([language for _, _, language, _ in rows], fit.languages, fit.means)
        points = space.transform(unpack(vectors).reshape(len(rows), -1))
        return [
            ClusteredClause(
                (member.content_hash, member.start, member.end),
                member.cluster or "",
                member.part,
                fold(text),
                tuple(dict.fromkeys(word.casefold() for word in words(text, language))),
                polarity.value,
                vector,
                answered.get(member.content_hash),
            )
            for (member, text, language, polarity), vector in zip(rows, points, strict=True)
        ]

    return read
