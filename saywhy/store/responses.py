"""Responses: saved in batches, where a later row completes an earlier one; loaded as a stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import Conflict
from saywhy.feedback import Comment, Group, Response, Scale, Score
from saywhy.pseudonym import UNIDENTIFIED, without_identity
from saywhy.store import comments, workspaces
from saywhy.store.response_rows import from_row, merge, to_row
from saywhy.store.statements import STREAMED, batches
from saywhy.store.tables import comments as comments_table
from saywhy.store.tables import of_workspace, responses


@dataclass(frozen=True, slots=True)
class SaveCounts:
    """Outcome of saving responses; each response of a batch is counted once.

    `new_detractors` are the (source, external id) of those that are detractors since.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    new_detractors: tuple[tuple[str, str], ...] = field(default=(), compare=False)


def save(connection: Connection, workspace_id: int, batch: Sequence[Response]) -> SaveCounts:
    """Insert responses, or update those with the same (source, external id); `None` never overwrites a value.

    Segments are merged by dimension, customers by field. Comments that no response has any more are deleted, with
    everything computed from them. Counts do not depend on how rows are split into batches.

    In an anonymous workspace no identity is stored (`saywhy.pseudonym`), and a stored response never changes (ADR 13):
    one that would change it counts as unchanged, since a difference would let senders test guesses. Raises
    `InvalidInput` for text that a database cannot store (NUL, unpaired surrogate), and `Conflict` for responses of
    waves that are closed since the key was renewed.
    """
    workspaces.lock(connection, workspace_id)
    key = workspaces.anonymity_key(connection, workspace_id)
    if key is not None:
        if closed := workspaces.closed_waves(connection, workspace_id) & {response.wave for response in batch}:
            raise Conflict(why_closed(closed))
        batch = [without_identity(response, key) for response in batch]
    counted: Counter[_Outcome] = Counter()
    new_detractors: list[_Key] = []
    for part in batches(batch):
        outcomes, became_detractors = _save(connection, workspace_id, part, may_change=key is None)
        counted.update(outcomes)
        new_detractors += became_detractors
    counts = SaveCounts(counted["new"], counted["changed"], counted["unchanged"], tuple(dict.fromkeys(new_detractors)))
    if counts.new or counts.changed:
        workspaces.touch(connection, workspace_id)
    return counts


def why_closed(waves: Collection[str | None]) -> str:
    """Why these waves of an anonymous workspace accept no responses, and what to do."""
    names = ", ".join(sorted("responses without a wave" if wave is None else f"wave {wave!r}" for wave in waves))
    return (
        f"the key of this anonymous workspace was renewed after {names} had been imported, so people who are counted "
        "there already would not be recognised and might count twice; import a file of new responses only, as a wave "
        "of its own (--wave)"
    )


def load(connection: Connection, workspace_id: int, *, wave: str | None = None) -> Iterator[Response]:
    """All responses, or those of one wave, as a stream in the order in which they were first saved."""
    query = _SELECT.where(responses.c.workspace_id == workspace_id).order_by(responses.c.id)
    if wave is not None:
        query = query.where(responses.c.wave == wave)
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield from_row(row)


def by_id(connection: Connection, workspace_id: int, ids: Collection[int]) -> list[Response]:
    """The responses with these ids, in the order in which they were first saved; missing ones are left out."""
    loaded: list[Response] = []
    for batch in batches(sorted(set(ids))):
        query = _SELECT.where(responses.c.workspace_id == workspace_id, responses.c.id.in_(batch))
        loaded += [from_row(row) for row in connection.execute(query.order_by(responses.c.id))]
    return loaded


def waves(connection: Connection, workspace_id: int) -> list[str]:
    """All waves, in order of their earliest response, then of name; waves without dates last."""
    first = sa.func.min(responses.c.answered_at)
    query = sa.select(responses.c.wave, first).where(of_workspace == workspace_id).group_by(responses.c.wave)
    # Sorted in Python, because the databases differ in the order of text and of NULL.
    keys = [(moment is None, moment, wave) for wave, moment in connection.execute(query) if wave is not None]
    return [wave for _, _, wave in sorted(keys)]


def waves_with_responses(
    connection: Connection, workspace_id: int, *, only_unidentified: bool = False
) -> set[str | None]:
    """The waves of all responses, or of those of an anonymous workspace that had no id; None: they are in no wave."""
    query = sa.select(responses.c.wave).distinct().where(responses.c.workspace_id == workspace_id)
    if only_unidentified:
        query = query.where(responses.c.external_id.startswith(UNIDENTIFIED))
    return set(connection.scalars(query))


def count(connection: Connection, workspace_id: int) -> int:
    """Number of responses."""
    query = sa.select(sa.func.count()).select_from(responses).where(responses.c.workspace_id == workspace_id)
    return connection.scalar(query) or 0


def count_by_comment(connection: Connection, workspace_id: int) -> dict[str, int]:
    """The number of responses with each comment that several responses have, by content hash."""
    query = (
        sa.select(responses.c.content_hash, sa.func.count().label("responses"))
        .where(responses.c.workspace_id == workspace_id, responses.c.content_hash.is_not(None))
        .group_by(responses.c.content_hash)
        .having(sa.func.count() > 1)
    )
    return {row.content_hash: row.responses for row in connection.execute(query)}


def first_answered(connection: Connection, workspace_id: int, content_hashes: Collection[str]) -> dict[str, datetime]:
    """The earliest date of a response with each of these comments, by content hash; undated ones are left out."""
    earliest: dict[str, datetime] = {}
    for batch in batches(sorted(set(content_hashes))):
        query = (
            sa.select(responses.c.content_hash, sa.func.min(responses.c.answered_at).label("first"))
            .where(responses.c.workspace_id == workspace_id, responses.c.content_hash.in_(batch))
            .group_by(responses.c.content_hash)
        )
        earliest |= {row.content_hash: row.first for row in connection.execute(query) if row.first is not None}
    return earliest


# --- saving ---------------------------------------------------------------------------------------------------------

_Row = dict[str, Any]
_Key = tuple[str, str]
_Outcome = Literal["new", "changed", "unchanged"]


def _save(
    connection: Connection, workspace_id: int, batch: Sequence[Response], *, may_change: bool
) -> tuple[list[_Outcome], list[_Key]]:
    """Save a batch; the outcome of each of its responses, and which became detractors."""
    stored = _stored(connection, workspace_id, batch)
    rows: dict[_Key, _Row] = dict(stored)
    comments_by_hash: dict[str, Comment] = {}
    outcomes: list[_Outcome] = []
    for response in batch:
        key = (response.source, response.external_id)
        row, earlier = to_row(response), rows.get(key)
        merged = row if earlier is None else merge(earlier, row)
        if earlier is None:
            outcomes.append("new")
        elif may_change and merged != earlier:
            outcomes.append("changed")
        else:
            outcomes.append("unchanged")
            continue
        rows[key] = merged
        if response.comment is not None:
            comments_by_hash[row["content_hash"]] = response.comment

    added = [row for key, row in rows.items() if key not in stored]
    changed = [row for key, row in rows.items() if key in stored and row != stored[key]]
    hashes = {row["content_hash"] for row in (*added, *changed)} & comments_by_hash.keys()
    comments.add(connection, workspace_id, {key: comments_by_hash[key] for key in hashes})
    if added:
        connection.execute(sa.insert(responses), [{"workspace_id": workspace_id, **row} for row in added])
    if changed:
        connection.execute(_UPDATE, [{f"new_{name}": value for name, value in row.items()} for row in changed])
        replaced = {stored[row["source"], row["external_id"]]["content_hash"] for row in changed}
        comments.delete_unreferenced(connection, workspace_id, sorted(replaced - {None}))
    detractors = [(row["source"], row["external_id"]) for row in (*added, *changed) if _is_detractor(row)]
    return outcomes, [key for key in detractors if key not in stored or not _is_detractor(stored[key])]


def _is_detractor(row: _Row) -> bool:
    return row["score"] is not None and Score(row["score"], Scale(row["scale"])).group is Group.DETRACTOR


def _stored(connection: Connection, workspace_id: int, batch: Sequence[Response]) -> dict[_Key, _Row]:
    """Rows in the database of the responses in the batch, by (source, external id)."""
    ids: dict[str, list[str]] = {}
    for response in batch:
        ids.setdefault(response.source, []).append(response.external_id)
    query = sa.select(*_COLUMNS, responses.c.id).where(
        responses.c.workspace_id == workspace_id,
        responses.c.source == sa.bindparam("of_source"),
        responses.c.external_id.in_(sa.bindparam("of_ids", expanding=True)),
    )
    rows: dict[_Key, _Row] = {}
    for source, external_ids in ids.items():
        for row in connection.execute(query, {"of_source": source, "of_ids": external_ids}).mappings():
            rows[row["source"], row["external_id"]] = dict(row)
    return rows


_COLUMNS = [column for column in responses.c if column.name not in ("id", "workspace_id")]

_SELECT = sa.select(*_COLUMNS, *comments.COLUMNS).select_from(
    responses.outerjoin(
        comments_table,
        (responses.c.workspace_id == comments_table.c.workspace_id)
        & (responses.c.content_hash == comments_table.c.content_hash),
    )
)

_UPDATE = (
    sa.update(responses)
    .where(responses.c.id == sa.bindparam("new_id"))
    .values({column: sa.bindparam(f"new_{column.name}") for column in _COLUMNS})
)
