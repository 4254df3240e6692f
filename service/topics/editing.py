"""Editing topics in the store: what is asked for is checked, kept with author, time and note, and shown at once.

Reports are computed, so that they follow with the next analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.topics.edits.apply import EditedTopics, undone_by
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import EditNotFound, InvalidInput
from saywhy.store import Connection
from saywhy.topic import Edit, EditKind, Topic
from service.topics.state import applied, publish
from service.topics.validation import CHECKS, LONGEST_NOTE, RequestResolver, line


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who edits, and why."""

    author: str
    note: str | None = None


def edit(
    connection: Connection,
    workspace: int,
    kind: EditKind,
    topic: str | None,
    asked: dict[str, Any],
    by: Attribution,
    *,
    themes: CodeFrame,
) -> Edit:
    """Keep an edit and show its effect. What has been said already and still stands is not said twice.

    `asked` is, for a rename, `name`; for a merge, `into`; for a split, `name` and either `examples` (comments) or
    `part`; for a move, `comment` and `into`; to adopt, `name` and perhaps `theme`. Raises `TopicNotFound`,
    `TopicEnded`, `InvalidInput` and `Conflict`.
    """
    store.workspaces.lock(connection, workspace)
    edits, now = store.topic_edits.load(connection, workspace), applied(connection, workspace)
    desk = RequestResolver(connection, workspace, now, themes)
    subject = desk.topic(topic) if topic is not None else None
    if subject is None and kind is not EditKind.MOVE:
        raise InvalidInput("say which topic is meant")
    if (known := _said_already(edits, now, kind, subject, asked)) is not None:
        return known
    arguments, of = CHECKS[kind](desk, subject, asked)
    kept = _keep(connection, workspace, kind, of.id if of else None, {**arguments, "asked": asked}, by)
    publish(connection, workspace)
    return kept


def undo(connection: Connection, workspace: int, number: int, by: Attribution) -> Edit:
    """Undo an edit; to undo an undoing is to do the edit again. Raises `EditNotFound`."""
    store.workspaces.lock(connection, workspace)
    edits = {edit.id: edit for edit in store.topic_edits.load(connection, workspace)}
    if number not in edits:
        raise EditNotFound(f"there is no edit {number}; `saywhy topics history` shows them all")
    if (earlier := undone_by(edits.values()).get(number)) is not None:
        return edits[earlier]
    kept = _keep(connection, workspace, EditKind.UNDO, edits[number].topic, {"edit": number}, by)
    publish(connection, workspace)
    return kept


def _keep(
    connection: Connection,
    workspace: int,
    kind: EditKind,
    topic: str | None,
    arguments: dict[str, Any],
    by: Attribution,
) -> Edit:
    author, note = line(by.author, "the author"), line(by.note, "the note", LONGEST_NOTE) if by.note else None
    return store.topic_edits.add(
        connection, workspace, kind, topic, arguments, author=author, note=note, at=datetime.now(UTC)
    )


def _said_already(
    edits: Sequence[Edit], now: EditedTopics, kind: EditKind, topic: Topic | None, asked: dict[str, Any]
) -> Edit | None:
    """The standing edit that asked for the same, unless a later one says otherwise."""
    naming = (EditKind.RENAME, EditKind.ADOPT)
    for edit in reversed(edits):
        if edit.id in now.undone or edit.id in now.without_effect or edit.kind is EditKind.UNDO:
            continue
        of_same = topic is not None and edit.topic == topic.id
        if edit.kind is kind and edit.arguments.get("asked") == asked and (of_same or kind is EditKind.MOVE):
            return edit
        if of_same and kind in naming and edit.kind in naming:
            return None
        if kind is EditKind.MOVE is edit.kind and edit.arguments["asked"].get("comment") == asked.get("comment"):
            return None
    return None
