"""Notes that people pin to waves."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import NotFound
from saywhy.store.page_tables import wave_notes
from saywhy.wave_note import WaveNote


def add(connection: Connection, workspace_id: int, note: WaveNote) -> None:
    """Save a note; its id is not used."""
    values = {
        "workspace_id": workspace_id,
        "wave": note.wave,
        "text": note.text,
        "created_by": note.created_by,
        "created_at": note.created_at,
    }
    connection.execute(sa.insert(wave_notes).values(values))


def load(connection: Connection, workspace_id: int) -> list[WaveNote]:
    """All notes, the oldest first."""
    query = sa.select(wave_notes).where(wave_notes.c.workspace_id == workspace_id).order_by(wave_notes.c.id)
    return [WaveNote(row.wave, row.text, row.created_by, row.created_at, row.id) for row in connection.execute(query)]


def delete(connection: Connection, workspace_id: int, note_id: int) -> None:
    """Delete a note. Raises `NotFound`."""
    query = sa.delete(wave_notes).where(wave_notes.c.workspace_id == workspace_id, wave_notes.c.id == note_id)
    if not connection.execute(query).rowcount:
        raise NotFound(f"there is no note {note_id}")
