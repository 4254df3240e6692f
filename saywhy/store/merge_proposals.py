"""Merges that a language model proposed, and what people decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.store.statements import Row
from saywhy.store.topic_tables import merge_proposals as table
from saywhy.topic import Decision, MergeProposal, Verdict


def add(connection: Connection, workspace_id: int, proposals: Iterable[tuple[str, str, str]], *, at: datetime) -> None:
    """Keep proposals: topic, the topic to merge it into, and the reason of each."""
    rows = [
        {"workspace_id": workspace_id, "topic_id": topic, "into_id": into, "reason": reason, "at": at}
        for topic, into, reason in proposals
    ]
    if rows:
        connection.execute(sa.insert(table), rows)


def load(connection: Connection, workspace_id: int) -> tuple[MergeProposal, ...]:
    """All proposals, decided ones too, in the order in which they were made."""
    query = sa.select(table).where(table.c.workspace_id == workspace_id).order_by(table.c.id)
    return tuple(_proposal(row) for row in connection.execute(query))


def decide(connection: Connection, workspace_id: int, proposal: int, decision: Decision) -> None:
    """Keep the decision on a proposal, in place of an earlier one."""
    values = {
        "decision": decision.verdict,
        "author": decision.author,
        "decided_at": decision.at,
        "note": decision.note,
        "edit_id": decision.edit,
    }
    is_proposal = (table.c.workspace_id == workspace_id) & (table.c.id == proposal)
    connection.execute(sa.update(table).where(is_proposal).values(values))


def _proposal(row: Row) -> MergeProposal:
    decision = None
    if row.decision is not None:
        decision = Decision(Verdict(row.decision), row.author, row.decided_at, row.note, row.edit_id)
    return MergeProposal(row.id, row.topic_id, row.into_id, row.reason, row.at, decision)
