"""The ids that responses have in the store, by their own ids and by their comments."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store.statements import batches
from saywhy.store.tables import responses


def of_keys(connection: Connection, workspace_id: int, keys: Iterable[tuple[str, str]]) -> list[int]:
    """Those of the responses with these (source, external id)."""
    named: dict[str, list[str]] = {}
    for source, external_id in keys:
        named.setdefault(source, []).append(external_id)
    ids: list[int] = []
    for source, external_ids in named.items():
        for batch in batches(external_ids):
            is_named = (responses.c.source == source) & responses.c.external_id.in_(batch)
            of_workspace = responses.c.workspace_id == workspace_id
            ids += connection.scalars(sa.select(responses.c.id).where(of_workspace, is_named))
    return ids


def of_comments(connection: Connection, workspace_id: int, content_hashes: Collection[str]) -> list[int]:
    """Those of the responses with these comments."""
    ids: list[int] = []
    for batch in batches(sorted(set(content_hashes))):
        has_comment = (responses.c.workspace_id == workspace_id) & responses.c.content_hash.in_(batch)
        ids += connection.scalars(sa.select(responses.c.id).where(has_comment))
    return ids


def by_comment(connection: Connection, workspace_id: int, content_hashes: Collection[str]) -> dict[str, int]:
    """That of the first response with each of these comments, by content hash."""
    first: dict[str, int] = {}
    for batch in batches(sorted(set(content_hashes))):
        query = (
            sa.select(responses.c.content_hash, sa.func.min(responses.c.id).label("id"))
            .where(responses.c.workspace_id == workspace_id, responses.c.content_hash.in_(batch))
            .group_by(responses.c.content_hash)
        )
        first |= {row.content_hash: row.id for row in connection.execute(query)}
    return first


def commented(connection: Connection, workspace_id: int, ids: Collection[int]) -> list[int]:
    """Those of these ids whose responses have a comment, in ascending order."""
    with_comment: list[int] = []
    for batch in batches(sorted(set(ids))):
        has_comment = (responses.c.workspace_id == workspace_id) & responses.c.content_hash.is_not(None)
        query = sa.select(responses.c.id).where(has_comment, responses.c.id.in_(batch)).order_by(responses.c.id)
        with_comment += connection.scalars(query)
    return with_comment
