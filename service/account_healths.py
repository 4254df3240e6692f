"""How accounts are at a time. What that is computed from is kept in memory until any of it changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from threading import Lock

from pipelines.follow_up.answer_columns import AnswerColumns
from pipelines.follow_up.health import AccountHealths
from saywhy import store
from saywhy.store import Connection, Engine
from saywhy.store.customers import State
from service.cases import following_up
from service.workspaces import reading

_loading = Lock()


def all_healths(engine: Engine, workspace: str, now: datetime) -> AccountHealths:
    """How all accounts are. Raises `WorkspaceNotFound`, and `NoFollowUp` for an anonymous workspace."""
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        state = store.customers.state(connection, workspace_id)
    with _loading:  # a second request waits for the answers instead of loading them too
        answers = _all_answers(engine, workspace_id, state)
    return AccountHealths.of(answers, now)


def account_healths(
    connection: Connection, workspace_id: int, now: datetime, accounts: Collection[str] | None = None
) -> AccountHealths:
    """How all accounts are, or some, as a transaction sees them."""
    return AccountHealths.of(_answers(connection, workspace_id, accounts), now)


@lru_cache(maxsize=2)
def _all_answers(engine: Engine, workspace_id: int, _state: State) -> AnswerColumns:
    """The answers of all accounts; they are read again when their state is another one."""
    with store.reading(engine) as connection:
        return _answers(connection, workspace_id, None)


def _answers(connection: Connection, workspace_id: int, accounts: Collection[str] | None) -> AnswerColumns:
    fixed = store.fixes.load(connection, workspace_id).keys()
    waves = store.responses.waves(connection, workspace_id)
    if accounts is None:
        complaints = store.customers.complaints(connection, workspace_id, without=fixed)
        return AnswerColumns.of(store.customers.answers(connection, workspace_id), waves, complaints)
    answers = [one for name in accounts for one in store.customers.answers(connection, workspace_id, name)]
    hashes = {answer.content_hash for answer in answers if answer.content_hash}
    return AnswerColumns.of(answers, waves, store.customers.complaints(connection, workspace_id, hashes, without=fixed))
