"""Editing topics in the store: what is asked for is checked, kept with author, time and note, and shown at once.

Reports are computed, so that they follow with the next analysis.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from pipelines.distinct import SameLanguage
from pipelines.keywords import words
from pipelines.topic_checks import CHECKS, LONGEST_NOTE, Desk, line
from pipelines.topic_drafts import Clause
from pipelines.topic_edits import Applied, Source, apply, undone_by
from pipelines.topic_members import Known
from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import CodeFrame
from saywhy.errors import EditNotFound, InvalidInput
from saywhy.store import Connection
from saywhy.text import fold
from saywhy.topic import Edit, EditKind, Member, Topic


@dataclass(frozen=True, slots=True)
class By:
    """Who edits, and why."""

    author: str
    note: str | None = None


def remember(connection: Connection, workspace: int) -> Known | None:
    """What the runs before have found, if there were any."""
    fit = store.clusters.fit(connection, workspace)
    if fit is None:
        return None
    members = store.clusters.members(connection, workspace)
    return Known(
        fit,
        store.clusters.load(connection, workspace),
        {(member.content_hash, member.start, member.end): member for member in members},
    )


def applied(connection: Connection, workspace: int) -> Applied:
    """The topics that the standing edits make of what the machine found."""
    return apply(
        store.topic_edits.load(connection, workspace),
        store.clusters.load(connection, workspace),
        store.clusters.lineage(connection, workspace),
        source_of(connection, workspace),
    )


def publish(connection: Connection, workspace: int) -> Applied:
    """Apply the standing edits and show the topics that result."""
    found = applied(connection, workspace)
    store.topics.save(connection, workspace, found.topics, found.topic_of, found.moved)
    return found


def source_of(connection: Connection, workspace: int) -> Source:
    """Reads clauses with their texts and vectors from the store."""
    fit = store.clusters.fit(connection, workspace)

    def read(clusters: Collection[str], comments: Collection[str]) -> Sequence[Clause]:
        members = store.clusters.members_of(connection, workspace, clusters, comments)
        if fit is None or not members:
            return []
        hashes = {member.content_hash for member in members}
        verbatims = store.comments.of(connection, workspace, hashes)
        annotated = store.annotations.of(connection, workspace, fit.model, hashes)
        answered = store.clusters.answered(connection, workspace, hashes)
        rows: list[tuple[Member, str, str, Polarity]] = []
        vectors = bytearray()
        for member in members:
            annotation, comment = annotated.get(member.content_hash), verbatims[member.content_hash]
            for clause in annotation.clauses if annotation else ():
                if (clause.start, clause.end) == (member.start, member.end):
                    text = comment.verbatim[member.start : member.end]
                    rows.append((member, text, comment.language or "und", clause.polarity))
                    vectors += clause.vector
        if not rows:
            return []
        space = SameLanguage.measured([language for _, _, language, _ in rows], fit.languages, fit.means)
        points = space.transform(np.frombuffer(vectors, "<f2").astype(np.float32).reshape(len(rows), -1))
        return [
            Clause(
                (member.content_hash, member.start, member.end),
                member.cluster or "",
                member.part,
                fold(text),
                tuple(dict.fromkeys(word.casefold() for word in words(text, language))),
                polarity.value,
                vector,
                answered.get(member.content_hash),
            )
            for (member, text, language, polarity), vector in zip(rows, points, strict=True)
        ]

    return read


def edit(
    connection: Connection,
    workspace: int,
    kind: EditKind,
    topic: str | None,
    asked: dict[str, Any],
    by: By,
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
    desk = Desk(connection, workspace, now, themes)
    subject = desk.topic(topic) if topic is not None else None
    if subject is None and kind is not EditKind.MOVE:
        raise InvalidInput("say which topic is meant")
    if (known := _said_already(edits, now, kind, subject, asked)) is not None:
        return known
    arguments, of = CHECKS[kind](desk, subject, asked)
    kept = _keep(connection, workspace, kind, of.id if of else None, {**arguments, "asked": asked}, by)
    publish(connection, workspace)
    return kept


def undo(connection: Connection, workspace: int, number: int, by: By) -> Edit:
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
    connection: Connection, workspace: int, kind: EditKind, topic: str | None, arguments: dict[str, Any], by: By
) -> Edit:
    author, note = line(by.author, "the author"), line(by.note, "the note", LONGEST_NOTE) if by.note else None
    return store.topic_edits.add(
        connection, workspace, kind, topic, arguments, author=author, note=note, at=datetime.now(UTC)
    )


def _said_already(
    edits: Sequence[Edit], now: Applied, kind: EditKind, topic: Topic | None, asked: dict[str, Any]
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
