"""Topics as they are shown, and which clauses belong to them: what the machine found, with all standing edits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store import workspaces
from saywhy.store.statements import STREAMED, Row, batches, insert
from saywhy.store.tables import assignments as assignments_table
from saywhy.store.tables import topics
from saywhy.topic import Assignment, Part, Topic


def save(
    connection: Connection,
    workspace: int,
    shown: Sequence[Topic],
    topic_of: Mapping[str, str],
    moved: Mapping[tuple[str, int, int], str],
) -> None:
    """Show these topics and no others.

    `topic_of` is the topic that the clauses of each cluster are in; those of other clusters are in none. `moved` are
    clauses (content hash, start, end) that are in another topic than the others of their cluster. Only what changes is
    written.
    """
    workspaces.lock(connection, workspace)
    table = assignments_table
    mine = table.c.workspace_id == workspace
    if shown:
        statement = insert(connection, topics)
        rows = [{**asdict(topic), "keywords": list(topic.keywords), "workspace_id": workspace} for topic in shown]
        changed = {name: statement.excluded[name] for name in rows[0] if name not in ("workspace_id", "id")}
        connection.execute(statement.on_conflict_do_update(index_elements=["workspace_id", "id"], set_=changed), rows)
    # Mostly a cluster is the topic of the same id, so that one statement does for all of them.
    same = [cluster for cluster, topic in topic_of.items() if cluster == topic]
    _set(connection, mine & table.c.cluster_id.in_(same), table.c.cluster_id)
    for cluster, topic in topic_of.items():
        if cluster != topic:
            _set(connection, mine & (table.c.cluster_id == cluster), sa.literal(topic))
    none = mine & (table.c.cluster_id.is_(None) | table.c.cluster_id.not_in(list(topic_of)))
    connection.execute(sa.update(table).where(none, table.c.topic_id.is_not(None)).values(topic_id=None))
    clause = mine & (table.c.content_hash == sa.bindparam("of_hash"))
    clause &= (table.c.span_start == sa.bindparam("from_start")) & (table.c.span_end == sa.bindparam("to_end"))
    for part in batches(sorted(moved.items())):
        connection.execute(
            sa.update(table).where(clause).values(topic_id=sa.bindparam("to_topic")),
            [
                {"of_hash": content_hash, "from_start": start, "to_end": end, "to_topic": topic}
                for (content_hash, start, end), topic in part
            ],
        )
    shown_ids = [topic.id for topic in shown]
    connection.execute(sa.delete(topics).where(topics.c.workspace_id == workspace, topics.c.id.not_in(shown_ids)))


def load(connection: Connection, workspace: int, *, ignored: bool = False) -> tuple[Topic, ...]:
    """The topics, the largest first; those that people ignore only if asked for."""
    query = sa.select(topics).where(topics.c.workspace_id == workspace).order_by(topics.c.size.desc(), topics.c.id)
    if not ignored:
        query = query.where(~topics.c.is_ignored)
    return tuple(_topic(row) for row in connection.execute(query))


def assignments(connection: Connection, workspace: int, of: Collection[str] | None = None) -> Iterator[Assignment]:
    """Every clause that belongs to a topic, as a stream in order of content hash and position.

    `of` chooses topics; left out, it is those that people do not ignore.
    """
    table = assignments_table
    query = (
        sa.select(table)
        .where(table.c.workspace_id == workspace, table.c.topic_id.is_not(None))
        .order_by(table.c.content_hash, table.c.span_start, table.c.span_end)
    )
    if of is None:
        ignored = sa.select(topics.c.id).where(topics.c.workspace_id == workspace, topics.c.is_ignored)
        of_ignored = list(connection.scalars(ignored))
        query = query.where(table.c.topic_id.not_in(of_ignored)) if of_ignored else query
    else:
        query = query.where(table.c.topic_id.in_(list(of)))
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield Assignment(row.content_hash, row.span_start, row.span_end, row.topic_id, row.confidence)


def _set(connection: Connection, chosen: sa.ColumnElement[bool], topic: sa.ColumnElement[str]) -> None:
    column = assignments_table.c.topic_id
    connection.execute(
        sa.update(assignments_table).where(chosen, column.is_(None) | (column != topic)).values(topic_id=topic)
    )


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
