"""Topics as the machine found them, where it put each clause, and what became of them. No edit changes any of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store import comments, workspaces
from saywhy.store.statements import STREAMED, Row, batches, insert
from saywhy.store.tables import assignments, clusters, responses, topic_fits
from saywhy.store.tables import lineage as lineage_table
from saywhy.topic import Cluster, ClusteringFit, Fate, Lineage, Membership


def save(
    connection: Connection, workspace: int, fit: ClusteringFit, found: Sequence[Cluster], events: Sequence[Lineage]
) -> None:
    """Keep clusters that are new or have changed, when all were last clustered together, and what became of them."""
    workspaces.lock(connection, workspace)
    _put(connection, topic_fits, ["workspace_id"], [{**asdict(fit), "workspace_id": workspace}])
    _put(connection, clusters, ["workspace_id", "id"], [_cluster_row(workspace, cluster) for cluster in found])
    if events:
        rows = [
            {
                "workspace_id": workspace,
                "at": event.at,
                "kind": event.fate,
                "cluster_id": event.cluster,
                "other_id": event.other,
                "share": event.share,
            }
            for event in events
        ]
        connection.execute(sa.insert(lineage_table), rows)


def save_members(connection: Connection, workspace: int, members: Sequence[Membership], *, all_anew: bool) -> None:
    """Keep where clauses are; `all_anew` forgets where any was before. Their topic is to be set by `topics.save`.

    Clauses of comments that have been removed meanwhile are dropped.
    """
    if all_anew:
        connection.execute(sa.delete(assignments).where(assignments.c.workspace_id == workspace))
    for part in batches(members):
        present = comments.present(connection, workspace, {member.content_hash for member in part})
        rows = [
            {
                "workspace_id": workspace,
                "content_hash": member.content_hash,
                "span_start": member.start,
                "span_end": member.end,
                "cluster_id": member.cluster,
                "part_id": member.part,
                "topic_id": None,
                "confidence": member.confidence,
            }
            for member in part
            if member.content_hash in present
        ]
        if all_anew and rows:
            connection.execute(sa.insert(assignments), rows)
        else:
            _put(connection, assignments, ["content_hash", "workspace_id", "span_start", "span_end"], rows)


def fit(connection: Connection, workspace: int) -> ClusteringFit | None:
    """When all clauses were last clustered together."""
    row = connection.execute(sa.select(topic_fits).where(topic_fits.c.workspace_id == workspace)).one_or_none()
    return (
        None if row is None else ClusteringFit(row.model, row.fitted_at, row.clauses, tuple(row.languages), row.means)
    )


def load(connection: Connection, workspace: int) -> tuple[Cluster, ...]:
    """All clusters there ever were, parts too, in order of their ids."""
    query = sa.select(clusters).where(clusters.c.workspace_id == workspace).order_by(clusters.c.id)
    return tuple(_cluster(row) for row in connection.execute(query))


def members(connection: Connection, workspace: int) -> Iterator[Membership]:
    """Where each clause is, as a stream in order of content hash and position."""
    query = _members(workspace)
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield _member(row)


def members_of(
    connection: Connection, workspace: int, cluster_ids: Collection[str] = (), content_hashes: Collection[str] = ()
) -> list[Membership]:
    """The clauses of those clusters, and those of those comments that are in any cluster."""
    found: dict[tuple[str, int, int], Membership] = {}
    for column, chosen in ((assignments.c.cluster_id, cluster_ids), (assignments.c.content_hash, content_hashes)):
        for part in batches(sorted(set(chosen))):
            for row in connection.execute(
                _members(workspace).where(column.in_(part), assignments.c.cluster_id.is_not(None))
            ):
                found[row.content_hash, row.span_start, row.span_end] = _member(row)
    return [found[key] for key in sorted(found)]


def comments_like(connection: Connection, workspace: int, prefix: str, limit: int = 3) -> list[str]:
    """Content hashes of comments in which clauses were looked at that begin so, at most `limit`."""
    column = assignments.c.content_hash
    query = (
        sa.select(column)
        .distinct()
        .where(assignments.c.workspace_id == workspace, column >= prefix, column < prefix + "g")
        .order_by(column)
        .limit(limit)
    )
    return list(connection.scalars(query))


def answered(connection: Connection, workspace: int, content_hashes: Collection[str]) -> dict[str, datetime]:
    """When each of those comments was first given, where that is known."""
    found: dict[str, datetime] = {}
    for part in batches(sorted(set(content_hashes))):
        query = (
            sa.select(responses.c.content_hash, sa.func.min(responses.c.answered_at).label("first"))
            .where(responses.c.workspace_id == workspace, responses.c.content_hash.in_(part))
            .group_by(responses.c.content_hash)
        )
        found |= {row.content_hash: row.first for row in connection.execute(query) if row.first is not None}
    return found


def lineage(connection: Connection, workspace: int) -> tuple[Lineage, ...]:
    """What became of clusters, the earliest first."""
    query = sa.select(lineage_table).where(lineage_table.c.workspace_id == workspace).order_by(lineage_table.c.id)
    return tuple(
        Lineage(row.at, Fate(row.kind), row.cluster_id, row.other_id, row.share) for row in connection.execute(query)
    )


def date(connection: Connection, workspace: int) -> None:
    """Note when each standing cluster was first spoken of: the first answer, or else the run that found it."""
    # All at once: looked up cluster by cluster, a million clauses are read as often as there are clusters.
    spoken = (
        sa.select(assignments.c.cluster_id, sa.func.min(responses.c.answered_at).label("first"))
        .join_from(
            assignments,
            responses,
            (responses.c.content_hash == assignments.c.content_hash)
            & (responses.c.workspace_id == assignments.c.workspace_id),
        )
        .where(assignments.c.workspace_id == workspace)
        .group_by(assignments.c.cluster_id)
    )
    first = {row.cluster_id: row.first for row in connection.execute(spoken)}
    standing = (clusters.c.workspace_id == workspace) & clusters.c.ended_at.is_(None)
    for row in connection.execute(
        sa.select(clusters.c.id, clusters.c.first_seen, clusters.c.found_at).where(standing)
    ).all():
        seen = min((at for at in (row.first_seen, first.get(row.id)) if at is not None), default=row.found_at)
        if seen != row.first_seen:
            connection.execute(sa.update(clusters).where(standing, clusters.c.id == row.id).values(first_seen=seen))


def _members(workspace: int) -> sa.Select[Any]:
    table = assignments
    return (
        sa.select(table)
        .where(table.c.workspace_id == workspace)
        .order_by(table.c.content_hash, table.c.span_start, table.c.span_end)
    )


def _member(row: Row) -> Membership:
    return Membership(row.content_hash, row.span_start, row.span_end, row.cluster_id, row.confidence, row.part_id)


def _put(connection: Connection, table: sa.Table, key: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        statement = insert(connection, table)
        changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
        connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


def _cluster_row(workspace: int, cluster: Cluster) -> dict[str, Any]:
    row = asdict(cluster)
    row["parent_id"] = row.pop("parent")
    return {**row, "keywords": list(cluster.keywords), "workspace_id": workspace}


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
        is_emerging=row.is_emerging,
        first_seen=row.first_seen,
        ended_at=row.ended_at,
    )
