"""Annotations, keyed (content hash, model version), so that a rerun does only what is new."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from itertools import accumulate, pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.store import comments
from saywhy.store.statements import STREAMED, Row, batches, insert
from saywhy.store.tables import annotations as table


def save(connection: Connection, workspace: int, found: Mapping[str, Annotation]) -> None:
    """Keep annotations by content hash; one by the same model is replaced.

    Annotations of comments that have been removed meanwhile are dropped.
    """
    present = comments.present(connection, workspace, found)
    rows = [
        {"workspace_id": workspace, "content_hash": content_hash, **_row(annotation)}
        for content_hash, annotation in found.items()
        if content_hash in present
    ]
    if not rows:
        return
    statement = insert(connection, table)
    statement = statement.on_conflict_do_update(
        index_elements=["content_hash", "workspace_id", "model"],
        set_={name: statement.excluded[name] for name in ("labels", "vector", "clause_vectors")},
    )
    connection.execute(statement, rows)


def load(connection: Connection, workspace: int, model: str) -> Iterator[tuple[str, Annotation]]:
    """(content hash, annotation) of every comment that this model annotated, as a stream in order of the hash."""
    query = (
        sa.select(table).where(table.c.workspace_id == workspace, table.c.model == model).order_by(table.c.content_hash)
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield row.content_hash, _annotation(row)


def of(connection: Connection, workspace: int, model: str, content_hashes: Collection[str]) -> dict[str, Annotation]:
    """What this model said of those comments, by content hash."""
    found: dict[str, Annotation] = {}
    for part in batches(sorted(set(content_hashes))):
        query = sa.select(table).where(
            table.c.workspace_id == workspace, table.c.model == model, table.c.content_hash.in_(part)
        )
        found |= {row.content_hash: _annotation(row) for row in connection.execute(query)}
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
        sentiment=Sentiment(**_polarised(labels["sentiment"], "label")),
        themes=tuple(ThemeLabel(**_polarised(theme)) for theme in labels["themes"]),
        mentions=tuple(Mention(**_polarised(mention)) for mention in labels["mentions"]),
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


def _polarised(values: dict[str, Any], name: str = "polarity") -> dict[str, Any]:
    return values | {name: Polarity(values[name])}
