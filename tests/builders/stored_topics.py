"""Comments and topics in a store, for tests of the store."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection

from saywhy import store
from saywhy.feedback import Comment, Response
from saywhy.topic import Assignment, Cluster, ClusteringFit, Membership, Topic

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def vector(*values: float) -> bytes:
    """A vector in the format of the models."""
    return struct.pack(f"<{len(values)}e", *values)


def save_comments(connection: Connection, workspace_id: int, *verbatims: str) -> list[Comment]:
    """Save one response for each verbatim; the comments."""
    batch = [Response("survey", str(n), comment=Comment(verbatim)) for n, verbatim in enumerate(verbatims)]
    store.responses.save(connection, workspace_id, batch)
    return [Comment(verbatim) for verbatim in verbatims]


def topic(key: str, size: int = 1) -> Topic:
    """A topic with Chinese keywords."""
    return Topic(
        key,
        "delivery",
        "送货 · 太慢",
        ("送货", "late"),
        "negative",
        size,
        vector(0.6, 0.8),
        datetime(2026, 3, 1, tzinfo=UTC),
    )


def save_topics(connection: Connection, workspace_id: int, topics: list[Topic], assigned: Iterable[Assignment]) -> None:
    """Save a cluster for each topic, the memberships of its clauses, and the topics."""
    clusters = [
        Cluster(t.id, t.theme, t.label, t.keywords, t.polarity, t.size, t.centroid, 0.5, "core-1", NOW) for t in topics
    ]
    members = [Membership(a.content_hash, a.start, a.end, a.topic, a.confidence) for a in assigned]
    store.clusters.save(
        connection, workspace_id, ClusteringFit("core-1", NOW, len(members), ("de",), b"00"), clusters, ()
    )
    store.memberships.save(connection, workspace_id, members, replace_all=True)
    store.topics.save(connection, workspace_id, topics, {t.id: t.id for t in topics}, {})
