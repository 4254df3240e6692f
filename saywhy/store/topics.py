"""Topics as people see them: the clusters with all edits applied, and the clauses that belong to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store import workspaces
from saywhy.store.statements import STREAMED, Row, batches, upsert
from saywhy.store.tables import assignments as assignments_table
from saywhy.store.tables import topics as table
from saywhy.topic import Assignment, ClauseKey, Part, Topic


def save(
    connection: Connection,
    workspace_id: int,
    topics: Sequence[Topic],
    topic_of: Mapping[str, str],
    moved: Mapping[ClauseKey, str],
) -> None:
    """Replace all topics, and set the topic of each clause. Only rows that change are written.

    `topic_of`: topic of each cluster; clauses of other clusters get none. `moved`: topic of single clauses,
    where it differs from that of their cluster.
    """
    workspaces.lock(connection, workspace_id)
    rows = [{**asdict(topic), "keywords": list(topic.keywords), "workspace_id": workspace_id} for topic in topics]
    upsert(connection, table, ["workspace_id", "id"], rows)
    _assign_clusters(connection, workspace_id, topic_of)
    _assign_clauses(connection, workspace_id, moved)
    ids = [topic.id for topic in topics]
    connection.execute(sa.delete(table).where(table.c.workspace_id == workspace_id, table.c.id.not_in(ids)))


def load(connection: Connection, workspace_id: int, *, ignored: bool = False) -> tuple[Topic, ...]:
    """The topics, largest first; ignored ones only with `ignored`."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id).order_by(table.c.size.desc(), table.c.id)
    if not ignored:
        query = query.where(~table.c.is_ignored)
    return tuple(_topic(row) for row in connection.execute(query))


def assignments(
    connection: Connection, workspace_id: int, topic_ids: Collection[str] | None = None
) -> Iterator[Assignment]:
    """Every clause that belongs to a topic, as a stream in order of content hash and position.

    Without `topic_ids`: of all topics that are not ignored.
    """
    columns = assignments_table.c
    query = (
        sa.select(assignments_table)
        .where(columns.workspace_id == workspace_id, columns.topic_id.is_not(None))
        .order_by(columns.content_hash, columns.span_start, columns.span_end)
    )
    if topic_ids is None:
        ignored = sa.select(table.c.id).where(table.c.workspace_id == workspace_id, table.c.is_ignored)
        ignored_ids = list(connection.scalars(ignored))
        query = query.where(columns.topic_id.not_in(ignored_ids)) if ignored_ids else query
    else:
        query = query.where(columns.topic_id.in_(list(topic_ids)))
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield _assignment(row)


def by_hash(connection: Connection, workspace_id: int, content_hashes: Collection[str]) -> dict[str, list[Assignment]]:
    """The clauses of these comments that belong to a topic, in order of position, by content hash.

    Clauses of ignored topics are left out, and so are comments without such clauses.
    """
    columns = assignments_table.c
    is_shown = (table.c.workspace_id == columns.workspace_id) & (table.c.id == columns.topic_id) & ~table.c.is_ignored
    assigned: dict[str, list[Assignment]] = {}
    for batch in batches(sorted(set(content_hashes))):
        query = (
            sa.select(assignments_table)
            .join_from(assignments_table, table, is_shown)
            .where(columns.workspace_id == workspace_id, columns.content_hash.in_(batch))
            .order_by(columns.content_hash, columns.span_start, columns.span_end)
        )
        for row in connection.execute(query):
            assigned.setdefault(row.content_hash, []).append(_assignment(row))
    return assigned


def _assign_clusters(connection: Connection, workspace_id: int, topic_of: Mapping[str, str]) -> None:
    """Give all clauses the topic of their cluster."""
    columns = assignments_table.c
    is_in_workspace = columns.workspace_id == workspace_id
    # Most clusters are topics with the same id: one statement sets all of these.
    same_id = [cluster for cluster, topic in topic_of.items() if cluster == topic]
    _set_topic(connection, is_in_workspace & columns.cluster_id.in_(same_id), columns.cluster_id)
    for cluster, topic in topic_of.items():
        if cluster != topic:
            _set_topic(connection, is_in_workspace & (columns.cluster_id == cluster), sa.literal(topic))
    has_no_topic = is_in_workspace & (columns.cluster_id.is_(None) | columns.cluster_id.not_in(list(topic_of)))
    unset = sa.update(assignments_table).where(has_no_topic, columns.topic_id.is_not(None)).values(topic_id=None)
    connection.execute(unset)


def _assign_clauses(connection: Connection, workspace_id: int, moved: Mapping[ClauseKey, str]) -> None:
    """Give single clauses a topic."""
    columns = assignments_table.c
    is_clause = (columns.workspace_id == workspace_id) & (columns.content_hash == sa.bindparam("of_hash"))
    is_clause &= (columns.span_start == sa.bindparam("of_start")) & (columns.span_end == sa.bindparam("of_end"))
    statement = sa.update(assignments_table).where(is_clause).values(topic_id=sa.bindparam("new_topic"))
    for batch in batches(sorted(moved.items())):
        rows = [
            {"of_hash": content_hash, "of_start": start, "of_end": end, "new_topic": topic}
            for (content_hash, start, end), topic in batch
        ]
        connection.execute(statement, rows)


def _set_topic(connection: Connection, is_selected: sa.ColumnElement[bool], topic: sa.ColumnElement[str]) -> None:
    column = assignments_table.c.topic_id
    connection.execute(
        sa.update(assignments_table).where(is_selected, column.is_(None) | (column != topic)).values(topic_id=topic)
    )


def _assignment(row: Row) -> Assignment:
    return Assignment(row.content_hash, row.span_start, row.span_end, row.topic_id, row.confidence)


def _topic(row: Row) -> Topic:
    return Topic(
        id=row.id,
        theme=row.theme,
        label=row.label,
        keywords=tuple(row.keywords),
        polarity=row.polarity,
        size=row.size,
        centroid=row.centroid,
        first_seen=row.first_seen,
        labels=row.labels or {},
        stability=row.stability,
        growth=row.growth,
        is_emerging=row.is_emerging,
        is_pinned=row.is_pinned,
        is_ignored=row.is_ignored,
        is_adopted=row.is_adopted,
        parts=tuple(Part(**part) for part in row.parts or ()),
    )
