"""Topics as people see them: the clusters with all edits applied, and the clauses that belong to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.feedback import Group
from saywhy.store import workspaces
from saywhy.store.score_groups import is_in_group
from saywhy.store.statements import STREAMED, Row, batches, upsert
from saywhy.store.tables import responses
from saywhy.store.topic_tables import assignments as assignments_table
from saywhy.store.topic_tables import topics as table
from saywhy.topic import Assignment, ClauseKey, Definition, Part, Topic


def save(
    connection: Connection,
    workspace_id: int,
    topics: Sequence[Topic],
    topic_of: Mapping[str, str],
    moved: Mapping[ClauseKey, str | None],
) -> None:
    """Replace all topics, and set the topic of each clause. Only rows that change are written.

    `topic_of`: topic of each cluster; clauses of other clusters get none. `moved`: topic of single clauses,
    where it differs from that of their cluster; None for none.
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

    A clause that names two topics comes twice. Without `topic_ids`: of all topics that are not ignored.
    """
    chosen = _shown(connection, workspace_id) if topic_ids is None else frozenset(topic_ids)
    with connection.execute(_of_topics(workspace_id, chosen), execution_options=STREAMED) as rows:
        for row in rows:
            yield from _assignments(row, chosen)


def examples(connection: Connection, workspace_id: int, topic_id: str, count: int) -> list[Assignment]:
    """At most `count` clauses of a topic, evenly spaced from the highest to the lowest confidence."""
    columns = assignments_table.c
    clause = columns.content_hash, columns.span_start, columns.span_end
    is_in_workspace = columns.workspace_id == workspace_id
    clauses = sa.union_all(
        sa.select(*clause, columns.confidence.label("confidence"), columns.part_id.label("part")).where(
            is_in_workspace, columns.topic_id == topic_id
        ),
        sa.select(*clause, columns.second_confidence, sa.null()).where(
            is_in_workspace, columns.second_topic_id == topic_id
        ),
    ).subquery()
    total = connection.scalar(sa.select(sa.func.count()).select_from(clauses)) or 0
    order = clauses.c.confidence.desc(), clauses.c.content_hash, clauses.c.span_start
    ranked = sa.select(clauses, (sa.func.row_number().over(order_by=order) - 1).label("rank")).subquery()
    step = (total - 1) / max(count - 1, 1)
    ranks = [round(number * step) for number in range(count)] if total > count else list(range(total))
    query = sa.select(ranked).where(ranked.c.rank.in_(ranks)).order_by(ranked.c.rank)
    return [
        Assignment(row.content_hash, row.span_start, row.span_end, topic_id, row.confidence, row.part)
        for row in connection.execute(query)
    ]


def by_hash(
    connection: Connection,
    workspace_id: int,
    content_hashes: Collection[str],
    topic_ids: Collection[str] | None = None,
) -> dict[str, list[Assignment]]:
    """The clauses of these comments that belong to a topic, in order of position, by content hash.

    Without `topic_ids`: to any topic that is not ignored. Comments without such clauses are left out.
    """
    shown = _shown(connection, workspace_id) if topic_ids is None else frozenset(topic_ids)
    assigned: dict[str, list[Assignment]] = {}
    for batch in batches(sorted(set(content_hashes))):
        # By the comments alone: with the topics too, SQLite would read all clauses of these.
        query = _clauses(workspace_id).where(assignments_table.c.content_hash.in_(batch))
        for row in connection.execute(query):
            if of_topics := list(_assignments(row, shown)):
                assigned.setdefault(row.content_hash, []).extend(of_topics)
    return assigned


def people(connection: Connection, workspace_id: int, group: Group, topic_ids: Collection[str]) -> dict[str, int]:
    """How many responses of a group of scores have a clause that belongs to one of these topics, by the topic's id."""
    named = sa.union(
        *(
            sa.select(assignments_table.c.content_hash, column.label("topic")).where(
                assignments_table.c.workspace_id == workspace_id, column.in_(topic_ids)
            )
            for column in (assignments_table.c.topic_id, assignments_table.c.second_topic_id)
        )
    ).subquery()
    query = (
        sa.select(named.c.topic, sa.func.count())
        .join_from(named, responses, responses.c.content_hash == named.c.content_hash)
        .where(responses.c.workspace_id == workspace_id, is_in_group(group))
        .group_by(named.c.topic)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _shown(connection: Connection, workspace_id: int) -> frozenset[str]:
    """The ids of the topics that are not ignored."""
    query = sa.select(table.c.id).where(table.c.workspace_id == workspace_id, ~table.c.is_ignored)
    return frozenset(connection.scalars(query))


def _of_topics(workspace_id: int, topic_ids: Collection[str]) -> sa.Select[Any]:
    """The clauses that belong to one of the topics."""
    columns = assignments_table.c
    is_in = columns.topic_id.in_(list(topic_ids)) | columns.second_topic_id.in_(list(topic_ids))
    return _clauses(workspace_id).where(is_in)


def _clauses(workspace_id: int) -> sa.Select[Any]:
    """All clauses, in order of content hash and position."""
    columns = assignments_table.c
    return (
        sa.select(assignments_table)
        .where(columns.workspace_id == workspace_id)
        .order_by(columns.content_hash, columns.span_start, columns.span_end)
    )


def _assign_clusters(connection: Connection, workspace_id: int, topic_of: Mapping[str, str]) -> None:
    """Give all clauses the topics of their clusters. A second topic that is also the first is none."""
    columns = assignments_table.c
    is_in_workspace = columns.workspace_id == workspace_id
    # Most clusters are topics with the same id: one statement sets all of these.
    same_id = [cluster for cluster, topic in topic_of.items() if cluster == topic]
    for cluster_column, topic_column in (
        (columns.cluster_id, columns.topic_id),
        (columns.second_cluster_id, columns.second_topic_id),
    ):
        _set_topic(connection, topic_column, is_in_workspace & cluster_column.in_(same_id), cluster_column)
        for cluster, topic in topic_of.items():
            if cluster != topic:
                is_in_cluster = is_in_workspace & (cluster_column == cluster)
                _set_topic(connection, topic_column, is_in_cluster, sa.literal(topic))
        has_no_topic = is_in_workspace & (cluster_column.is_(None) | cluster_column.not_in(list(topic_of)))
        _unset(connection, topic_column, has_no_topic)
    _unset(connection, columns.second_topic_id, is_in_workspace & (columns.second_topic_id == columns.topic_id))


def _assign_clauses(connection: Connection, workspace_id: int, moved: Mapping[ClauseKey, str | None]) -> None:
    """Give single clauses a topic. It is the only one: people have decided what the clause is about."""
    columns = assignments_table.c
    is_clause = (columns.workspace_id == workspace_id) & (columns.content_hash == sa.bindparam("of_hash"))
    is_clause &= (columns.span_start == sa.bindparam("of_start")) & (columns.span_end == sa.bindparam("of_end"))
    statement = (
        sa.update(assignments_table)
        .where(is_clause)
        .values(topic_id=sa.bindparam("new_topic"), second_topic_id=sa.null())
    )
    for batch in batches(sorted(moved.items())):
        rows = [
            {"of_hash": content_hash, "of_start": start, "of_end": end, "new_topic": topic}
            for (content_hash, start, end), topic in batch
        ]
        connection.execute(statement, rows)


def _set_topic(
    connection: Connection,
    column: sa.Column[Any],
    is_selected: sa.ColumnElement[bool],
    topic: sa.ColumnElement[str],
) -> None:
    connection.execute(
        sa.update(assignments_table).where(is_selected, column.is_(None) | (column != topic)).values({column: topic})
    )


def _unset(connection: Connection, column: sa.Column[Any], is_selected: sa.ColumnElement[bool]) -> None:
    connection.execute(sa.update(assignments_table).where(is_selected, column.is_not(None)).values({column: None}))


def _assignments(row: Row, topic_ids: frozenset[str]) -> Iterator[Assignment]:
    """The clause with each of its topics that is among the ids."""
    topics = (row.topic_id, row.confidence, row.part_id), (row.second_topic_id, row.second_confidence, None)
    for topic, confidence, part in topics:
        if topic in topic_ids:
            yield Assignment(row.content_hash, row.span_start, row.span_end, topic, confidence, part)


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
        is_vague=row.is_vague,
        is_pinned=row.is_pinned,
        is_ignored=row.is_ignored,
        is_adopted=row.is_adopted,
        parts=tuple(Part(**part) for part in row.parts or ()),
        definition=Definition(**row.definition) if row.definition else None,
    )
