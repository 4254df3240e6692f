"""Digests, and workspaces in which they have something to tell."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.render.digest import digest_data
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.digest import Digest
from saywhy.report import Report
from saywhy.run import RunState
from saywhy.saved_view import SavedView
from saywhy.store import Engine
from saywhy.view_filters import Filters
from saywhy.webhook_data import DigestData

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)


def digest_of(
    report: Report,
    *,
    language: str = "en",
    view: str = "Retail, weekly",
    address: str = "/",
    added_by: str = "Ada",
    is_test: bool = False,
    aside: frozenset[str] = frozenset(),
) -> DigestData:
    """What a digest of a view of the report tells."""
    saved = SavedView(view, address, added_by, AT, 1)
    digest = Digest(3, saved, "0 7 * * MON", "Europe/Berlin", language, (1,), added_by, AT)
    filters = Filters.of_address(address)
    return digest_data(digest, filters, report, load_code_frame(), aside=aside, is_test=is_test)


def save_report(engine: Engine, report: Report, workspace: str = "default") -> None:
    """Store a report of a run that has just ended."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, workspace)
        run = store.runs.start(connection, workspace_id, report.model)
        store.reports.save(connection, workspace_id, run.id, report)
        store.runs.finish(connection, workspace_id, run.id, RunState.SUCCEEDED)
