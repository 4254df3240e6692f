"""Saving responses, with all that follows from it. Whoever saves responses of a survey calls `save`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from saywhy import store
from saywhy.feedback import Response
from saywhy.store import Connection
from saywhy.store.responses import SaveCounts
from service.cases import open_for
from service.webhooks.events import tell_new_detractors


def save(
    connection: Connection, workspace_id: int, responses: Sequence[Response], now: datetime | None = None
) -> tuple[SaveCounts, int]:
    """Save responses, open their cases, and tell subscribers of new detractors, in one transaction.

    Returns what was saved, and the number of cases that were opened. Raises what `store.responses.save` raises.
    """
    saved = store.responses.save(connection, workspace_id, responses)
    opened = open_for(connection, workspace_id, responses, now)
    tell_new_detractors(connection, workspace_id, saved.new_detractors, now)
    return saved, opened
