"""Notes that people pin to waves. Anonymous workspaces have them too: they tell nothing of responses."""

from __future__ import annotations

from datetime import UTC, datetime

from saywhy import store
from saywhy.errors import InvalidInput, WaveNotFound
from saywhy.report import ALL_WAVES
from saywhy.store import Engine
from saywhy.text import is_storable, normalise
from saywhy.wave_note import MAX_LENGTH, WaveNote
from service.workspaces import reading, writing


def pin_note(engine: Engine, workspace: str, wave: str, text: str, *, by: str) -> None:
    """Pin a note to a wave that has a report.

    Raises `WorkspaceNotFound`, `WaveNotFound`, and `InvalidInput` for a text that is empty or too long.
    """
    text = normalise(text)
    if not text or len(text) > MAX_LENGTH or not is_storable(text):
        raise InvalidInput(f"a note has from 1 to {MAX_LENGTH} characters")
    with writing(engine, workspace) as (connection, workspace_id):
        if wave == ALL_WAVES or wave not in store.reports.waves(connection, workspace_id):
            raise WaveNotFound(f"there is no report on wave {wave!r} to which a note could be pinned")
        store.wave_notes.add(connection, workspace_id, WaveNote(wave, text, by, datetime.now(UTC)))


def list_notes(engine: Engine, workspace: str) -> list[WaveNote]:
    """All notes, the oldest first. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.wave_notes.load(connection, workspace_id)


def remove_note(engine: Engine, workspace: str, note_id: int) -> None:
    """Delete a note. Raises `WorkspaceNotFound` and `NotFound`."""
    with writing(engine, workspace) as (connection, workspace_id):
        store.wave_notes.delete(connection, workspace_id, note_id)
