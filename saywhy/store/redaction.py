"""Taking the names of a person out of what is stored beside responses: notes, names of files, arguments of jobs."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from saywhy.store.access_tables import audit_log, shared_links
from saywhy.store.case_tables import case_events, cases, new_accounts
from saywhy.store.job_tables import answers, jobs, schedules
from saywhy.store.page_tables import cause_changes, saved_views, wave_notes
from saywhy.store.source_tables import source_deliveries
from saywhy.store.tables import fixes, imports, runs
from saywhy.store.topic_tables import merge_proposals, topic_edits

#: What stands for a name that was taken out.
FORGOTTEN = "(deleted)"

#: Columns with text or JSON that people and programs write.
_WRITTEN: dict[Table, tuple[str, ...]] = {
    imports: ("source_name",),
    topic_edits: ("note",),
    merge_proposals: ("note", "reason"),
    runs: ("detail",),
    case_events: ("note",),
    new_accounts: ("brought_by",),
    jobs: ("arguments", "result", "detail"),
    schedules: ("arguments",),
    audit_log: ("target",),
    source_deliveries: ("detail",),
    wave_notes: ("text",),
    saved_views: ("name", "address"),
    cause_changes: ("before", "value"),
    shared_links: ("name", "wave", "filters"),
    fixes: ("release",),
}


def pattern_of(names: Collection[str]) -> re.Pattern[str]:
    """Finds each of these names, at least one, as whole words in any case of letters."""
    alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)


def redact(connection: Connection, workspace_id: int, names: Collection[str]) -> int:
    """Put `FORGOTTEN` in the place of the names, and delete answers to requests that have one; the number of rows."""
    if not names:
        return 0
    pattern = pattern_of(names)
    count = sum(
        _redact(connection, _rows_of(table, workspace_id), table, columns, pattern)
        for table, columns in _WRITTEN.items()
    )
    for row in connection.execute(sa.select(answers).where(answers.c.workspace_id == workspace_id)).all():
        if _redacted([row.key, row.answer], pattern) != [row.key, row.answer]:
            connection.execute(sa.delete(answers).where(_is(answers, row)))
            count += 1
    return count


def _redact(
    connection: Connection,
    is_own: sa.ColumnElement[bool],
    table: Table,
    columns: Collection[str],
    pattern: re.Pattern[str],
) -> int:
    count = 0
    for row in connection.execute(sa.select(table).where(is_own)).all():
        stored = {name: getattr(row, name) for name in columns}
        changed = {name: value for name in columns if (value := _redacted(stored[name], pattern)) != stored[name]}
        if changed:
            connection.execute(sa.update(table).where(_is(table, row)).values(changed))
            count += 1
    return count


def _rows_of(table: Table, workspace_id: int) -> sa.ColumnElement[bool]:
    if table is case_events:
        return case_events.c.case_id.in_(sa.select(cases.c.id).where(cases.c.workspace_id == workspace_id))
    return table.c.workspace_id == workspace_id


def _is(table: Table, row: sa.Row[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == getattr(row, column.name) for column in table.primary_key))


def _redacted(value: Any, pattern: re.Pattern[str]) -> Any:
    """The text or JSON without the names."""
    if isinstance(value, str):
        return pattern.sub(FORGOTTEN, value)
    if isinstance(value, dict):
        return {name: _redacted(member, pattern) for name, member in value.items()}
    if isinstance(value, list):
        return [_redacted(member, pattern) for member in value]
    return value
