"""Topics and which clauses belong to them. Each analysis replaces them as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store import comments, workspaces
from saywhy.store.statements import STREAMED, Row, batches
from saywhy.store.tables import assignments as assignments_table
from saywhy.store.tables import topics
from saywhy.topic import Assignment, Part, Topic


def replace(connection: Connection, workspace: int, found: Sequence[Topic], assigned: Iterable[Assignment]) -> None:
    """Put these topics and assignments in the place of those there are.

    Assignments of comments that have been removed meanwhile are dropped.
    """
    workspaces.lock(connection, workspace)
    connection.execute(sa.delete(assignments_table).where(assignments_table.c.workspace_id == workspace))
    connection.execute(sa.delete(topics).where(topics.c.workspace_id == workspace))
    if found:
        rows = [_topic_row(workspace, topic) for topic in found]
        connection.execute(sa.insert(topics), rows)
    for part in batches(list(assigned)):
        present = comments.present(connection, workspace, {assignment.content_hash for assignment in part})
        rows = [_assignment_row(workspace, item) for item in part if item.content_hash in present]
        if rows:
            connection.execute(sa.insert(assignments_table), rows)


def load(connection: Connection, workspace: int) -> tuple[Topic, ...]:
    """The topics, the largest first."""
    query = sa.select(topics).where(topics.c.workspace_id == workspace).order_by(topics.c.size.desc(), topics.c.id)
    return tuple(_topic(row) for row in connection.execute(query))


def assignments(connection: Connection, workspace: int) -> Iterator[Assignment]:
    """Every clause that belongs to a topic, as a stream in order of content hash and position."""
    table = assignments_table
    query = (
        sa.select(table)
        .where(table.c.workspace_id == workspace, table.c.topic_id.is_not(None))
        .order_by(table.c.content_hash, table.c.span_start, table.c.span_end)
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield _assignment(row)


def _assignment_row(workspace: int, assignment: Assignment) -> dict[str, Any]:
    return {
        "workspace_id": workspace,
        "content_hash": assignment.content_hash,
        "span_start": assignment.start,
        "span_end": assignment.end,
        "topic_id": assignment.topic,
        "confidence": assignment.confidence,
    }


def _topic_row(workspace: int, topic: Topic) -> dict[str, Any]:
    return {**asdict(topic), "workspace_id": workspace}


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
        labels=row.labels,
        stability=row.stability,
        growth=row.growth,
        is_emerging=row.is_emerging,
        is_pinned=row.is_pinned,
        is_ignored=row.is_ignored,
        is_adopted=row.is_adopted,
        parts=tuple(Part(**part) for part in row.parts),
    )


def _assignment(row: Row) -> Assignment:
    return Assignment(row.content_hash, row.span_start, row.span_end, row.topic_id, row.confidence)
