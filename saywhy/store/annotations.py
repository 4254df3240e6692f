"""Annotations, keyed by content hash and model version: a rerun annotates only new comments (ADR 2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from itertools import accumulate, pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.store import comments
from saywhy.store.statements import STREAMED, Row, batches, upsert
from saywhy.store.tables import annotations as table


def save(connection: Connection, workspace_id: int, annotations: Mapping[str, Annotation]) -> None:
    """Insert or replace annotations, by content hash. Those of comments that no longer exist are dropped."""
    existing = comments.lock_existing(connection, workspace_id, annotations)
    rows = [
        {"workspace_id": workspace_id, "content_hash": content_hash, **_row(annotation)}
        for content_hash, annotation in annotations.items()
        if content_hash in existing
    ]
    upsert(connection, table, ["content_hash", "workspace_id", "model"], rows)


def load(connection: Connection, workspace_id: int, model: str) -> Iterator[tuple[str, Annotation]]:
    """(content hash, annotation) of every annotation by this model, as a stream in order of the hash."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id, table.c.model == model)
    query = query.order_by(table.c.content_hash)
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield row.content_hash, _annotation(row)


def by_hash(
    connection: Connection, workspace_id: int, model: str, content_hashes: Collection[str]
) -> dict[str, Annotation]:
    """Annotations of these comments by this model, by content hash; comments without one are left out."""
    annotations: dict[str, Annotation] = {}
    for batch in batches(sorted(set(content_hashes))):
        query = sa.select(table).where(
            table.c.workspace_id == workspace_id, table.c.model == model, table.c.content_hash.in_(batch)
        )
        annotations |= {row.content_hash: _annotation(row) for row in connection.execute(query)}
    return annotations


def with_another_model(
    connection: Connection, workspace_id: int, model: str, content_hashes: Collection[str]
) -> set[str]:
    """Those of the comments that another model than this one has annotated."""
    found: set[str] = set()
    for batch in batches(sorted(set(content_hashes))):
        query = sa.select(table.c.content_hash).where(
            table.c.workspace_id == workspace_id, table.c.model != model, table.c.content_hash.in_(batch)
        )
        found.update(connection.scalars(query))
    return found


def _row(annotation: Annotation) -> dict[str, Any]:
    return {
        "model": annotation.model,
        "labels": {
            "sentiment": asdict(annotation.sentiment),
            "themes": [asdict(theme) for theme in annotation.themes],
            "mentions": [asdict(mention) for mention in annotation.mentions],
            "clauses": [
                {
                    "start": clause.start,
                    "end": clause.end,
                    "theme": clause.theme,
                    "polarity": clause.polarity,
                    "bytes": len(clause.vector),
                }
                for clause in annotation.clauses
            ],
        },
        "vector": annotation.vector,
        "clause_vectors": b"".join(clause.vector for clause in annotation.clauses),
    }


def _annotation(row: Row) -> Annotation:
    labels = row.labels
    bounds = pairwise(accumulate((clause["bytes"] for clause in labels["clauses"]), initial=0))
    return Annotation(
        model=row.model,
        sentiment=Sentiment(**_with_polarity(labels["sentiment"], "label")),
        themes=tuple(ThemeLabel(**_with_polarity(theme)) for theme in labels["themes"]),
        mentions=tuple(Mention(**_with_polarity(mention)) for mention in labels["mentions"]),
        clauses=tuple(
            Clause(
                clause["start"],
                clause["end"],
                clause["theme"],
                Polarity(clause["polarity"]),
                row.clause_vectors[start:end],
            )
            for clause, (start, end) in zip(labels["clauses"], bounds, strict=True)
        ),
        vector=row.vector,
    )


def _with_polarity(values: dict[str, Any], name: str = "polarity") -> dict[str, Any]:
    """The JSON values with the member `name` as a `Polarity`."""
    return values | {name: Polarity(values[name])}
