"""What a person reads of topics: examples, history and what became of each edit. Personal data is masked.

Where anonymity was promised, only the topics that the published report shows can be seen, and no examples of any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pipelines.clean.personal_data import mask
from pipelines.topics.edits.apply import EditedTopics
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.report import ALL_WAVES
from saywhy.store import Connection
from saywhy.topic import Assignment, Edit, EditKind, Fate, Lineage, Topic
from service.topics.state import applied
from service.topics.validation import RequestResolver


class Standing(StrEnum):
    """Whether an edit holds."""

    STANDS = "stands"
    UNDONE = "undone"
    WITHOUT_EFFECT = "without effect"


@dataclass(frozen=True, slots=True)
class EditStatus:
    """An edit and what became of it; `why` where it has no effect, `undone_by` where it was undone."""

    edit: Edit
    standing: Standing
    why: str | None = None
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A clause of a topic; `comment` names its comment when it is to be moved or to be an example of a split."""

    comment: str
    text: str
    language: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Details:
    """A topic, clauses in it, what became of it and what people said of it, the latest first."""

    topic: Topic
    examples: tuple[Example, ...]
    lineage: tuple[Lineage, ...]
    edits: tuple[EditStatus, ...]


def overview(connection: Connection, workspace: int) -> tuple[Topic, ...]:
    """All topics, pinned ones first, then the largest first; unstable ones after the others, ignored ones last."""
    topics = store.topics.load(connection, workspace, ignored=True)
    if store.workspaces.anonymity_key(connection, workspace) is not None:
        report = store.reports.find(connection, workspace, ALL_WAVES)
        shown = {issue.id for issue in (*report.issues, *report.delights)} if report else set()
        topics = tuple(topic for topic in topics if topic.id in shown)
    return tuple(
        sorted(
            topics,
            key=lambda topic: (topic.is_ignored, not topic.is_pinned, topic.is_unstable, -topic.size, topic.id),
        )
    )


def details(connection: Connection, workspace: int, name: str, *, themes: CodeFrame, count: int = 10) -> Details:
    """One topic and at most `count` examples, evenly spread from the surest to the least sure.

    Raises `TopicNotFound`, and `TopicEnded` with what became of it.
    """
    now = applied(connection, workspace)
    topic = RequestResolver(connection, workspace, now, themes).topic(name)
    seen = {found.id: found for found in overview(connection, workspace)}
    is_anonymous = store.workspaces.anonymity_key(connection, workspace) is not None
    if topic.id not in seen:  # anonymous: as if it were not there
        topic = RequestResolver(connection, workspace, EditedTopics((), {}, {}, frozenset(), {}, {}, {}), themes).topic(
            name
        )
    names = {topic.id, *(old for old, into in now.now_in.items() if into == topic.id)}
    lineage = [
        event
        for event in store.clusters.lineage(connection, workspace)
        if (event.cluster in names or event.other in names) and event.fate is not Fate.CONTINUED
    ]
    names |= {event.cluster for event in lineage if event.fate is Fate.MERGED}
    edits = [said for said in history(connection, workspace, now=now) if _is_about(said.edit, names)]
    return Details(
        seen[topic.id],
        () if is_anonymous else _examples(connection, workspace, topic.id, count),
        tuple(reversed(lineage)),
        tuple(edits),
    )


def history(connection: Connection, workspace: int, *, now: EditedTopics | None = None) -> tuple[EditStatus, ...]:
    """All edits, the latest first, with what became of each."""
    now = now or applied(connection, workspace)
    found = []
    for edit in reversed(store.topic_edits.load(connection, workspace)):
        why, undone_by = now.without_effect.get(edit.id), now.undone.get(edit.id)
        standing = Standing.UNDONE if undone_by else Standing.WITHOUT_EFFECT if why else Standing.STANDS
        found.append(EditStatus(edit, standing, None if undone_by else why, undone_by))
    return tuple(found)


def sentence(edit: Edit) -> str:
    """What was said, in a few words."""
    asked = edit.arguments
    match edit.kind:
        case EditKind.RENAME:
            return f"rename {edit.topic} to “{asked['name']}”"
        case EditKind.MERGE:
            return f"merge {edit.topic} into {asked['into']}"
        case EditKind.SPLIT:
            what = f"part {asked['part']}" if "part" in asked else f"what is like {len(asked['examples'])} examples"
            return f"split {what} from {edit.topic} as {asked['into']} “{asked['name']}”"
        case EditKind.MOVE:
            return f"move comment {asked['clauses'][0][0][:12]} from {edit.topic} to {asked['into']}"
        case EditKind.ADOPT:
            return f"adopt {edit.topic} as the theme {asked['theme']} “{asked['name']}”"
        case EditKind.UNDO:
            return f"undo edit {asked['edit']}"
    return f"{edit.kind} {edit.topic}"


def _is_about(edit: Edit, names: set[str]) -> bool:
    return edit.topic in names or edit.arguments.get("into") in names


def _examples(connection: Connection, workspace: int, topic: str, count: int) -> tuple[Example, ...]:
    assigned = sorted(
        store.topics.assignments(connection, workspace, [topic]),
        key=lambda found: (-found.confidence, found.content_hash, found.start),
    )
    chosen: Sequence[Assignment] = assigned
    if len(assigned) > count:
        chosen = [assigned[at] for at in np.linspace(0, len(assigned) - 1, count).round().astype(int).tolist()]
    comments = store.comments.of(connection, workspace, {found.content_hash for found in chosen})
    return tuple(
        Example(
            found.content_hash,
            mask(comments[found.content_hash].verbatim[found.start : found.end])[0],
            comments[found.content_hash].language or "und",
            found.confidence,
        )
        for found in chosen
    )
