"""What people read of topics: the list, examples, history, and the outcome of each edit. Personal data is masked.

An anonymous workspace shows only the topics of the published report as they are there, without examples and history; of
an edit it tells whether that report shows its topic, not whether the topic is still there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipelines.clean.personal_data import mask
from pipelines.clean.read_text import read
from pipelines.topics.edits.apply import EditedTopics
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.issue import CauseKey
from saywhy.store import Connection, Engine
from saywhy.topic import Edit, EditKind, Fate, Lineage, Topic
from service.topics.lookup import TopicLookup
from service.topics.state import as_published, edited_topics, published_issues
from service.workspaces import reading


class EditOutcome(StrEnum):
    """Whether an edit holds."""

    STANDS = "stands"
    UNDONE = "undone"
    WITHOUT_EFFECT = "without effect"


@dataclass(frozen=True, slots=True)
class EditStatus:
    """An edit and its outcome: `why` it has no effect, or which edit it is `undone_by`."""

    edit: Edit
    outcome: EditOutcome
    why: str | None = None
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class TopicExample:
    """A clause of a topic. `comment` is the content hash of its comment, by which edits name it."""

    comment: str
    text: str
    language: str
    confidence: float


@dataclass(frozen=True, slots=True)
class TopicDetails:
    """A topic with example clauses, the history of its clusters, and the edits that concern it, latest first."""

    topic: Topic
    examples: tuple[TopicExample, ...]
    lineage: tuple[Lineage, ...]
    edits: tuple[EditStatus, ...]


def list_topics(engine: Engine, workspace: str) -> tuple[Topic, ...]:
    """All topics: pinned ones first, then by size; unstable and vague ones after the others, ignored ones last.

    Raises `WorkspaceNotFound`.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        return visible_topics(connection, workspace_id)


def read_topic(engine: Engine, workspace: str, name: str, *, code_frame: CodeFrame, examples: int = 10) -> TopicDetails:
    """One topic with at most `examples` clauses, evenly spaced from the highest to the lowest confidence.

    Raises `WorkspaceNotFound`, `TopicNotFound`, and `TopicEnded` with what became of the topic.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        edited = edited_topics(connection, workspace_id)
        lookup = TopicLookup.of(connection, workspace_id, edited, code_frame)
        topic_id = lookup.topic(name).id
        visible = {topic.id: topic for topic in visible_topics(connection, workspace_id)}
        statuses = _edit_statuses(connection, workspace_id, edited)
        if store.workspaces.is_anonymous(connection, workspace_id):
            edits = tuple(status for status in statuses if _concerns(status.edit, {topic_id}))
            return TopicDetails(visible[topic_id], (), (), edits)
        ids = {topic_id, *(old for old, into in edited.merged_into.items() if into == topic_id)}
        lineage = [
            event
            for event in store.clusters.lineage(connection, workspace_id)
            if (event.cluster in ids or event.other in ids) and event.fate is not Fate.CONTINUED
        ]
        ids |= {event.cluster for event in lineage if event.fate is Fate.MERGED}
        return TopicDetails(
            visible[topic_id],
            _examples(connection, workspace_id, topic_id, examples),
            tuple(reversed(lineage)),
            tuple(status for status in statuses if _concerns(status.edit, ids)),
        )


def list_edits(engine: Engine, workspace: str) -> tuple[EditStatus, ...]:
    """All edits with their outcomes, latest first. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return _edit_statuses(connection, workspace_id, edited_topics(connection, workspace_id))


def summarise(edit: Edit) -> str:
    """The edit in a few words."""
    arguments = edit.arguments
    match edit.kind:
        case EditKind.RENAME:
            definition = f" and define it as “{arguments['definition']}”" if "definition" in arguments else ""
            return f"rename {edit.topic} to “{arguments['name']}”{definition}"
        case EditKind.MERGE:
            return f"merge {edit.topic} into {arguments['into']}"
        case EditKind.SPLIT:
            examples = arguments.get("examples", ())
            selection = f"part {arguments['part']}" if "part" in arguments else f"what is like {len(examples)} examples"
            return f"split {selection} from {edit.topic} as {arguments['into']} “{arguments['name']}”"
        case EditKind.MOVE:
            return f"move comment {arguments['clauses'][0][0][:12]} from {edit.topic} to {arguments['into']}"
        case EditKind.ADOPT:
            return f"adopt {edit.topic} as the theme {arguments['theme']} “{arguments['name']}”"
        case EditKind.CREATE:
            examples = len(arguments["clauses"]) + len(arguments["texts"])
            return f"create {edit.topic} “{arguments['name']}” from {examples} examples"
        case EditKind.UNDO:
            return f"undo edit {arguments['edit']}"
    return f"{edit.kind} {edit.topic}"


def created_topic(edit: Edit) -> str | None:
    """The id of the topic that the edit made, if it made one."""
    match edit.kind:
        case EditKind.SPLIT:
            return str(edit.arguments["into"])
        case EditKind.CREATE:
            return edit.topic
    return None


def visible_topics(connection: Connection, workspace_id: int) -> tuple[Topic, ...]:
    """All topics that may be shown, in the order of `list_topics`."""
    topics = store.topics.load(connection, workspace_id, ignored=True)
    return tuple(sorted(as_published(topics, published_issues(connection, workspace_id)), key=_display_order))


def _display_order(topic: Topic) -> tuple[bool, bool, bool, int, str]:
    is_doubtful = topic.is_unstable or topic.is_vague
    return topic.is_ignored, not topic.is_pinned, is_doubtful, -topic.size, topic.id


def _edit_statuses(connection: Connection, workspace_id: int, edited: EditedTopics) -> tuple[EditStatus, ...]:
    edits, published = store.topic_edits.load(connection, workspace_id), published_issues(connection, workspace_id)
    without_effect = edited.without_effect if published is None else _not_shown(edits, published)
    return tuple(_status(edit, edited.undone, without_effect) for edit in reversed(edits))


def _status(edit: Edit, undone: Mapping[int, int], without_effect: Mapping[int, str]) -> EditStatus:
    if undone_by := undone.get(edit.id):
        return EditStatus(edit, EditOutcome.UNDONE, undone_by=undone_by)
    if why := without_effect.get(edit.id):
        return EditStatus(edit, EditOutcome.WITHOUT_EFFECT, why)
    return EditStatus(edit, EditOutcome.STANDS)


def _not_shown(edits: Sequence[Edit], published: Collection[CauseKey]) -> dict[int, str]:
    """The edits of topics that the latest report does not show, with that as the reason."""
    themes = {edit.topic: edit.arguments["theme"] for edit in edits if edit.kind is EditKind.ADOPT}
    reasons: dict[int, str] = {}
    for edit in edits:
        if edit.kind not in (EditKind.IGNORE, EditKind.UNDO):
            topic = str(edit.arguments.get("into", edit.topic))
            if {CauseKey("topic", topic), CauseKey("theme", themes.get(topic, ""))}.isdisjoint(published):
                reasons[edit.id] = f"the latest report does not show topic {topic}"
    return reasons


def _concerns(edit: Edit, topic_ids: set[str]) -> bool:
    return edit.topic in topic_ids or edit.arguments.get("into") in topic_ids


def _examples(connection: Connection, workspace_id: int, topic_id: str, count: int) -> tuple[TopicExample, ...]:
    assigned = store.topics.examples(connection, workspace_id, topic_id, count)
    comments = store.comments.by_hash(connection, workspace_id, {clause.content_hash for clause in assigned})
    return tuple(
        TopicExample(
            clause.content_hash,
            mask(read(comments[clause.content_hash].verbatim).cut(clause.start, clause.end))[0],
            comments[clause.content_hash].language or "und",
            clause.confidence,
        )
        for clause in assigned
    )
