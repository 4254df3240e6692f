"""Clusters: topics as clustering found them, before people's edits, with their lineage and the last full clustering.

Edits never change clusters, so every edit can be undone. Memberships of clauses are in `memberships`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store import workspaces
from saywhy.store.statements import Row, upsert
from saywhy.store.tables import responses
from saywhy.store.topic_tables import assignments, clusters, topic_fits
from saywhy.store.topic_tables import lineage as lineage_table
from saywhy.topic import Cluster, ClusteringFit, Definition, Fate, Lineage


def save(
    connection: Connection,
    workspace_id: int,
    fit: ClusteringFit,
    changed: Sequence[Cluster],
    events: Sequence[Lineage],
) -> None:
    """Insert or update clusters that are new or have changed, replace the fit, and append lineage events."""
    workspaces.lock(connection, workspace_id)
    upsert(connection, topic_fits, ["workspace_id"], [{**asdict(fit), "workspace_id": workspace_id}])
    upsert(connection, clusters, ["workspace_id", "id"], [_row(workspace_id, cluster) for cluster in changed])
    if events:
        rows = [
            {
                "workspace_id": workspace_id,
                "at": event.at,
                "kind": event.fate,
                "cluster_id": event.cluster,
                "other_id": event.other,
                "share": event.share,
            }
            for event in events
        ]
        connection.execute(sa.insert(lineage_table), rows)


def fit(connection: Connection, workspace_id: int) -> ClusteringFit | None:
    """The last clustering of all clauses; None if there was none."""
    row = connection.execute(sa.select(topic_fits).where(topic_fits.c.workspace_id == workspace_id)).one_or_none()
    if row is None:
        return None
    return ClusteringFit(row.model, row.fitted_at, row.clauses, tuple(row.languages), row.means)


def load(connection: Connection, workspace_id: int) -> tuple[Cluster, ...]:
    """All clusters in order of id, including parts and ended ones."""
    query = sa.select(clusters).where(clusters.c.workspace_id == workspace_id).order_by(clusters.c.id)
    return tuple(_cluster(row) for row in connection.execute(query))


def relabel(connection: Connection, workspace_id: int, cluster: Cluster) -> None:
    """Save the labels of a cluster, and nothing else of it."""
    is_cluster = (clusters.c.workspace_id == workspace_id) & (clusters.c.id == cluster.id)
    values = {"label": cluster.label, "labels": cluster.labels or None}
    connection.execute(sa.update(clusters).where(is_cluster).values(values))


def lineage(connection: Connection, workspace_id: int) -> tuple[Lineage, ...]:
    """Lineage events of all clusters, oldest first."""
    query = sa.select(lineage_table).where(lineage_table.c.workspace_id == workspace_id).order_by(lineage_table.c.id)
    return tuple(
        Lineage(row.at, Fate(row.kind), row.cluster_id, row.other_id, row.share) for row in connection.execute(query)
    )


def update_first_seen(connection: Connection, workspace_id: int) -> None:
    """Set `first_seen` of each cluster that has not ended: its earliest dated response, else when it was found.

    An earlier `first_seen` stays, even if its clauses have left the cluster.
    """
    # One query for all clusters: a query for each would read a million clauses once for each cluster.
    first_answer: dict[str, datetime] = {}
    for column in (assignments.c.cluster_id, assignments.c.second_cluster_id):
        earliest = (
            sa.select(column.label("cluster"), sa.func.min(responses.c.answered_at).label("first"))
            .join_from(
                assignments,
                responses,
                (responses.c.content_hash == assignments.c.content_hash)
                & (responses.c.workspace_id == assignments.c.workspace_id),
            )
            .where(assignments.c.workspace_id == workspace_id, column.is_not(None))
            .group_by(column)
        )
        for cluster, first in connection.execute(earliest):
            if first is not None:
                first_answer[cluster] = min(first, first_answer.get(cluster, first))
    is_current = (clusters.c.workspace_id == workspace_id) & clusters.c.ended_at.is_(None)
    query = sa.select(clusters.c.id, clusters.c.first_seen, clusters.c.found_at).where(is_current)
    for row in connection.execute(query).all():
        moments = (moment for moment in (row.first_seen, first_answer.get(row.id)) if moment is not None)
        first_seen = min(moments, default=row.found_at)
        if first_seen != row.first_seen:
            update = sa.update(clusters).where(is_current, clusters.c.id == row.id).values(first_seen=first_seen)
            connection.execute(update)


def _row(workspace_id: int, cluster: Cluster) -> dict[str, Any]:
    row = asdict(cluster)
    row["parent_id"] = row.pop("parent")
    row["joined_id"] = row.pop("joined")
    return {**row, "keywords": list(cluster.keywords), "workspace_id": workspace_id}


def _cluster(row: Row) -> Cluster:
    return Cluster(
        id=row.id,
        theme=row.theme,
        label=row.label,
        keywords=tuple(row.keywords),
        polarity=row.polarity,
        size=row.size,
        centroid=row.centroid,
        reach=row.reach,
        model=row.model,
        found_at=row.found_at,
        stability=row.stability,
        parent=row.parent_id,
        labels=row.labels or {},
        size_before=row.size_before,
        is_cause=row.is_cause,
        is_vague=row.is_vague,
        is_emerging=row.is_emerging,
        first_seen=row.first_seen,
        ended_at=row.ended_at,
        definition=Definition(**row.definition) if row.definition else None,
        joined=row.joined_id,
    )
