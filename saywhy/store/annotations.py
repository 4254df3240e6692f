"""Annotations, keyed by content hash and model version: a rerun annotates only new comments (ADR 2).

What is read has people's corrections; what is stored is what the model said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from itertools import accumulate, pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.correction import corrected
from saywhy.store import comments, corrections
from saywhy.store.statements import STREAMED, Row, batches, upsert
from saywhy.store.tables import annotations as table
from saywhy.store.tables import comments as comments_table


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
    known = corrections.load(connection, workspace_id)
    query = sa.select(table).where(table.c.workspace_id == workspace_id, table.c.model == model)
    query = query.order_by(table.c.content_hash)
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield row.content_hash, corrected(_annotation(row), known.get(row.content_hash, ()))


def by_hash(
    connection: Connection,
    workspace_id: int,
    model: str,
    content_hashes: Collection[str],
    *,
    as_annotated: bool = False,
) -> dict[str, Annotation]:
    """Annotations of these comments by this model, by content hash; comments without one are left out.

    `as_annotated`: as the model made them, without corrections.
    """
    annotations: dict[str, Annotation] = {}
    known = {} if as_annotated else corrections.by_hash(connection, workspace_id, content_hashes)
    for batch in batches(sorted(set(content_hashes))):
        query = sa.select(table).where(
            table.c.workspace_id == workspace_id, table.c.model == model, table.c.content_hash.in_(batch)
        )
        annotations |= {
            row.content_hash: corrected(_annotation(row), known.get(row.content_hash, ()))
            for row in connection.execute(query)
        }
    return annotations


def clause_vectors(connection: Connection, workspace_id: int, model: str) -> Iterator[tuple[str, str | None, bytes]]:
    """(content hash, language, vectors of the clauses one after the other) of every annotation by this model, as a
    stream.
    """
    query = (
        sa.select(table.c.content_hash, comments_table.c.language, table.c.clause_vectors)
        .join_from(
            table,
            comments_table,
            (comments_table.c.content_hash == table.c.content_hash)
            & (comments_table.c.workspace_id == table.c.workspace_id),
        )
        .where(table.c.workspace_id == workspace_id, table.c.model == model)
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        yield from map(tuple, rows)


def with_another_model(
    connection: Connection, workspace_id: int, model: str, content_hashes: Collection[str]
) -> set[str]:
    """Those of the comments that another model than this one has annotated."""
    by_another: set[str] = set()
    for batch in batches(sorted(set(content_hashes))):
        query = sa.select(table.c.content_hash).where(
            table.c.workspace_id == workspace_id, table.c.model != model, table.c.content_hash.in_(batch)
        )
        by_another.update(connection.scalars(query))
    return by_another


def sample(connection: Connection, workspace_id: int, model: str, size: int) -> list[str]:
    """Content hashes of at most so many annotations by this model: a random sample, and the same one each time, since
    the smallest hashes are of arbitrary comments.
    """
    query = sa.select(table.c.content_hash).where(table.c.workspace_id == workspace_id, table.c.model == model)
    return list(connection.scalars(query.order_by(table.c.content_hash).limit(size)))


def delete(connection: Connection, workspace_id: int, model: str) -> None:
    """Delete the annotations by this model."""
    connection.execute(sa.delete(table).where(table.c.workspace_id == workspace_id, table.c.model == model))


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
