"""The board report on following up. It does not exist in an anonymous workspace (`NoFollowUp`)."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.follow_up.board import board
from pipelines.follow_up.effect import NO_EXPERIMENT, answer_pairs, effects
from saywhy import store
from saywhy.board import Board
from saywhy.report import ALL_WAVES, MIN_CLAIM
from saywhy.store import Engine
from service.cases import following_up
from service.reports.reading import find_latest_report
from service.workspaces import reading

FEW_ANSWERS = f"Later scores are compared from {MIN_CLAIM} who were followed up, and {MIN_CLAIM} who were not, on."


def read_board(engine: Engine, workspace: str, *, since: datetime | None = None, now: datetime | None = None) -> Board:
    """The board report on the cases that were opened, and the accounts that were won, since a time, or on all.

    The points are those of the latest report of the analysis. The effect is that on all answers, whatever the time.
    Raises `WorkspaceNotFound`.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        measured = effects(answer_pairs(store.customers.answers(connection, workspace_id, since_follow_up=True)))
        notes = [NO_EXPERIMENT]
        if any(effect.difference is None for effect in measured):
            notes.append(FEW_ANSWERS)
        now = now or datetime.now(UTC)
        return board(
            store.cases.tallies(connection, workspace_id, now, since),
            store.cases.contact_hours(connection, workspace_id, since),
            store.cases.with_outcome(connection, workspace_id, since),
            store.new_accounts.load(connection, workspace_id, since=since),
            measured,
            find_latest_report(connection, workspace_id, ALL_WAVES),
            notes=notes,
            since=since,
            now=now,
        )
