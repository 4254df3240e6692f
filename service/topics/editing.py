"""Editing topics: an edit is validated, kept with author, time and note, and shown at once.

Reports change with the next analysis, which computes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.topics.edits.apply import EditedTopics, undone_by
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import EditNotFound
from saywhy.store import Connection, Engine
from saywhy.topic import Edit, EditKind, Topic
from service.topics.lookup import TopicLookup
from service.topics.state import edited_topics, save_edited_topics
from service.topics.validation import LONGEST_NOTE, EditRequest, single_line, validate
from service.workspaces import writing


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who edits, and why."""

    author: str
    note: str | None = None


def apply_edit(
    engine: Engine, workspace: str, request: EditRequest, attribution: Attribution, *, code_frame: CodeFrame
) -> Edit:
    """Keep an edit and show its effect. A request that a standing edit already answers returns that edit.

    Raises `WorkspaceNotFound`, `TopicNotFound`, `TopicEnded`, `InvalidInput` and `Conflict`.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        return keep_edit(connection, workspace_id, request, attribution, code_frame=code_frame)


def keep_edit(
    connection: Connection, workspace_id: int, request: EditRequest, attribution: Attribution, *, code_frame: CodeFrame
) -> Edit:
    """`apply_edit` in a transaction that does more. Raises what it raises, except `WorkspaceNotFound`."""
    store.workspaces.lock(connection, workspace_id)
    edits = store.topic_edits.load(connection, workspace_id)
    edited = edited_topics(connection, workspace_id)
    lookup = TopicLookup.of(connection, workspace_id, edited, code_frame)
    topic = lookup.topic(request.topic) if request.topic is not None else None
    if (standing := _standing_edit(edits, edited, request, topic)) is not None:
        return standing
    valid = validate(lookup, request, topic)
    arguments = {**valid.arguments, "asked": request.arguments}
    edit = _add(connection, workspace_id, request.kind, valid.topic, arguments, attribution)
    save_edited_topics(connection, workspace_id)
    return edit


def undo_edit(engine: Engine, workspace: str, number: int, attribution: Attribution) -> Edit:
    """Undo an edit; undoing the undo restores it. An edit that is already undone returns the edit that undid it.

    Raises `WorkspaceNotFound` and `EditNotFound`.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        edits = {edit.id: edit for edit in store.topic_edits.load(connection, workspace_id)}
        if number not in edits:
            raise EditNotFound(f"there is no edit {number}; `saywhy topics history` shows all edits")
        if (earlier := undone_by(edits.values()).get(number)) is not None:
            return edits[earlier]
        edit = _add(connection, workspace_id, EditKind.UNDO, edits[number].topic, {"edit": number}, attribution)
        save_edited_topics(connection, workspace_id)
        return edit


def _add(
    connection: Connection,
    workspace_id: int,
    kind: EditKind,
    topic: str | None,
    arguments: dict[str, Any],
    attribution: Attribution,
) -> Edit:
    author = single_line(attribution.author, "the author")
    note = single_line(attribution.note, "the note", LONGEST_NOTE) if attribution.note else None
    now = datetime.now(UTC)
    return store.topic_edits.add(connection, workspace_id, kind, topic, arguments, author=author, note=note, at=now)


def _standing_edit(
    edits: Sequence[Edit], edited: EditedTopics, request: EditRequest, topic: Topic | None
) -> Edit | None:
    """The standing edit of the same request, unless a later edit overrides it."""
    naming = (EditKind.RENAME, EditKind.ADOPT)
    for edit in reversed(edits):
        if edit.id in edited.undone or edit.id in edited.without_effect or edit.kind is EditKind.UNDO:
            continue
        asked, is_move = edit.arguments.get("asked"), request.kind is EditKind.MOVE
        names_no_topic = is_move or request.kind is EditKind.CREATE
        is_same_kind, is_same_topic = edit.kind is request.kind, topic is not None and edit.topic == topic.id
        if is_same_kind and asked == request.arguments and (is_same_topic or names_no_topic):
            return edit
        if is_same_topic and request.kind in naming and edit.kind in naming:
            return None
        if is_same_kind and is_move and edit.arguments["asked"].get("comment") == request.arguments.get("comment"):
            return None
    return None
