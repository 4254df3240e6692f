"""Validating edits: which topics, parts and comments a request means, or why it cannot be done."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.topics.clustering.description import id_of_texts
from pipelines.topics.edits.apply import EditedTopics
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import Conflict, InvalidInput, TopicEnded, TopicNotFound
from saywhy.store import Connection
from saywhy.text import normalise
from saywhy.topic import ClauseKey, EditKind, Fate, Topic
from service.topics.state import published_topics

LONGEST_NAME = 120
LONGEST_NOTE = 1000
_SHORTEST_HASH = 6  # hex digits that may stand for a comment, if no other comment's hash begins with them


@dataclass(frozen=True, slots=True)
class EditRequest:
    """An edit as somebody asks for it.

    `topic` is an id, `topic:ID` or a label; only a move may leave it out. `arguments` are, for a rename, `name`; for a
    merge, `into`; for a split, `name` and either `examples` (comments) or `part`; for a move, `comment` and `into`; to
    adopt, `name` and perhaps `theme`.
    """

    kind: EditKind
    topic: str | None
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ValidatedEdit:
    """An edit that can be kept: `topic` is an id, and `arguments` name topics, parts and clauses by their ids."""

    topic: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TopicLookup:
    """Looks up what a request names, among today's topics; in an anonymous workspace, the published ones."""

    connection: Connection
    workspace_id: int
    edited: EditedTopics
    code_frame: CodeFrame
    published: frozenset[str] | None  # see `service.topics.state.published_topics`

    @classmethod
    def of(cls, connection: Connection, workspace_id: int, edited: EditedTopics, code_frame: CodeFrame) -> TopicLookup:
        return cls(connection, workspace_id, edited, code_frame, published_topics(connection, workspace_id))

    @property
    def topics(self) -> list[Topic]:
        """The topics that may be known."""
        return [topic for topic in self.edited.topics if self.published is None or topic.id in self.published]

    def topic(self, name: str) -> Topic:
        """The topic with that id or label.

        Raises `TopicNotFound`, `TopicEnded` with what became of it, and `InvalidInput` if several have the label.
        """
        topic = _find_topic(self.topics, name)
        if topic is None:
            raise self.not_found(name)
        return topic

    def not_found(self, name: str) -> TopicNotFound | TopicEnded:
        """The error for a name that no current topic has."""
        topic_id = name.removeprefix("topic:")
        if self.published is not None:  # what became of a topic would say that it was there
            return TopicNotFound(f"there is no topic {name!r}; `saywhy topics list` shows all topics")
        if into := self.edited.merged_into.get(topic_id):
            return TopicEnded(f"topic {topic_id} is merged into {into}")
        for event in reversed(store.clusters.lineage(self.connection, self.workspace_id)):
            if event.cluster == topic_id and event.fate in (Fate.MERGED, Fate.RETIRED):
                fate = f"was merged into {event.other}" if event.other else "was retired, as it has no clauses left,"
                return TopicEnded(f"topic {topic_id} {fate} on {event.at:%Y-%m-%d}")
        return TopicNotFound(f"there is no topic {name!r}; `saywhy topics list` shows all topics")

    def comment(self, prefix: str) -> str:
        """The content hash that begins with `prefix`. Raises `InvalidInput` if there is none or several."""
        if len(prefix) < _SHORTEST_HASH or not re.fullmatch("[0-9a-f]+", prefix):
            raise InvalidInput(f"{prefix!r} is not a comment; give its id, as `saywhy topics show` prints it")
        hashes = store.memberships.hashes_with_prefix(self.connection, self.workspace_id, prefix)
        if len(hashes) != 1:
            raise InvalidInput(f"there {'is no comment' if not hashes else 'are several comments'} {prefix}")
        return hashes[0]

    def topics_of_clauses(self, comments: Collection[str]) -> dict[ClauseKey, set[str]]:
        """The topics of each clause of these comments, at most two; clauses without a topic are left out."""
        topics_of: dict[ClauseKey, set[str]] = {}
        for member in store.memberships.find(self.connection, self.workspace_id, (), comments):
            clusters = (member.cluster or "", member.second or "")
            topics = {self.edited.topic_of[cluster] for cluster in clusters if cluster in self.edited.topic_of}
            if moved_to := self.edited.moved.get(member.key):
                topics = {moved_to}
            if topics:
                topics_of[member.key] = topics
        return topics_of


def validate(lookup: TopicLookup, request: EditRequest, topic: Topic | None) -> ValidatedEdit:
    """Check a request; `topic` is the one that it names, if it names one.

    Raises `TopicNotFound`, `TopicEnded`, `InvalidInput` and `Conflict`.
    """
    if request.kind is EditKind.MOVE:
        return _move(lookup, topic, request.arguments)
    if topic is None:
        raise InvalidInput("say which topic is meant")
    return ValidatedEdit(topic.id, _VALIDATORS[request.kind](lookup, topic, request.arguments))


def single_line(text: str, name: str, longest: int = LONGEST_NAME) -> str:
    """The text, normalised for display; `InvalidInput` names it if it is blank, too long or more than one line."""
    normalised = normalise(text)
    has_controls = any(unicodedata.category(character) == "Cc" for character in text)
    if not normalised or len(normalised) > longest or has_controls:
        raise InvalidInput(f"{name} must be one line of 1 to {longest} characters")
    return normalised


def _find_topic(topics: Sequence[Topic], name: str) -> Topic | None:
    """By id first, then by label."""
    topic_id = name.removeprefix("topic:")
    matches = [topic for topic in topics if topic.id == topic_id] or [
        topic for topic in topics if topic.label.casefold() == name.casefold()
    ]
    if len(matches) > 1:
        ids = ", ".join(topic.id for topic in matches)
        raise InvalidInput(f"{len(matches)} topics have the label {name!r}: {ids}; give an id")
    return matches[0] if matches else None


def _rename(lookup: TopicLookup, topic: Topic, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"name": _unused_name(lookup, arguments["name"], besides=topic)}


def _merge(lookup: TopicLookup, topic: Topic, arguments: dict[str, Any]) -> dict[str, Any]:
    into = lookup.topic(arguments["into"])
    if into == topic:
        raise InvalidInput("a topic cannot be merged into itself")
    return {"into": into.id}


def _split(lookup: TopicLookup, topic: Topic, arguments: dict[str, Any]) -> dict[str, Any]:
    name = _unused_name(lookup, arguments["name"])
    if bool(arguments.get("part")) == bool(arguments.get("examples")):
        raise InvalidInput("give either which part, or which comments are examples")
    selection: dict[str, Any]
    if part := arguments.get("part"):
        selection = {"part": _known_part(lookup, topic, part)}
    else:
        selection = {"examples": _example_clauses(lookup, topic, arguments["examples"])}
    used_ids = {other.id for other in lookup.edited.topics} | set(lookup.edited.topic_of)
    new_id = id_of_texts([topic.id, name, repr(selection)])
    while new_id in used_ids:
        new_id = id_of_texts([new_id])
    return {"into": new_id, "name": name, **selection}


def _move(lookup: TopicLookup, topic: Topic | None, arguments: dict[str, Any]) -> ValidatedEdit:
    into, content_hash = lookup.topic(arguments["into"]), lookup.comment(arguments["comment"])
    topics_of = lookup.topics_of_clauses([content_hash])
    if topic is None:
        others = sorted({topic_id for topics in topics_of.values() for topic_id in topics if topic_id != into.id})
        if len(others) > 1:
            raise InvalidInput(f"the comment is in several topics: {', '.join(others)}; say from which")
        if not others:
            raise InvalidInput(f"the comment is in {'that topic already' if topics_of else 'no topic'}")
        topic = lookup.topic(others[0])
    clauses = sorted(key for key, topics in topics_of.items() if topic.id in topics)
    if not clauses or topic == into:
        raise InvalidInput(f"comment {content_hash[:12]} has nothing in topic {topic.id} to move")
    return ValidatedEdit(topic.id, {"into": into.id, "clauses": clauses})


def _adopt(lookup: TopicLookup, topic: Topic, arguments: dict[str, Any]) -> dict[str, Any]:
    name = single_line(arguments["name"], "the name")
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    slug = re.sub("[^a-z0-9]+", "-", ascii_name).strip("-")
    theme = arguments.get("theme") or slug or f"theme-{topic.id}"
    if not re.fullmatch("[a-z0-9][a-z0-9-]{0,59}", theme):
        raise InvalidInput(f"{theme!r} cannot be the id of a theme: use a-z, 0-9 and hyphens, at most 60 characters")
    if theme in lookup.code_frame.ids:
        raise Conflict(f"{theme} is a theme of the code frame already; choose another id with --theme")
    return {"theme": theme, "name": name}


def _no_arguments(_lookup: TopicLookup, _topic: Topic, _arguments: dict[str, Any]) -> dict[str, Any]:
    return {}


def _unused_name(lookup: TopicLookup, name: str, besides: Topic | None = None) -> str:
    """A name that no topic has, unless it is the topic `besides`."""
    name = single_line(name, "the name")
    if any(topic.label.casefold() == name.casefold() for topic in lookup.topics if topic != besides):
        raise Conflict(f"another topic is called {name!r} already; merge them, or choose another name")
    return name


def _known_part(lookup: TopicLookup, topic: Topic, part: str) -> str:
    if part not in {other.id for other in topic.parts}:
        parts = ", ".join(other.id for other in topic.parts) or "none"
        raise InvalidInput(f"topic {topic.id} has no part {part!r}; its parts: {parts}")
    if part in lookup.edited.topic_of:
        raise InvalidInput(f"{part} is a topic that was merged into {topic.id}; undo the merge instead")
    return part


def _example_clauses(lookup: TopicLookup, topic: Topic, examples: Sequence[str]) -> list[ClauseKey]:
    """The clauses in `topic` of the example comments, each of which must have one."""
    hashes = [lookup.comment(example) for example in examples]
    topics_of = lookup.topics_of_clauses(hashes)
    clauses = sorted(key for key, topics in topics_of.items() if topic.id in topics)
    in_topic = {content_hash for content_hash, _, _ in clauses}
    for content_hash in hashes:
        if content_hash not in in_topic:
            raise InvalidInput(f"comment {content_hash[:12]} has nothing in topic {topic.id}")
    return clauses


#: What an edit of each kind is kept with, by the topic and the arguments of the request.
_VALIDATORS: dict[EditKind, Callable[[TopicLookup, Topic, dict[str, Any]], dict[str, Any]]] = {
    EditKind.RENAME: _rename,
    EditKind.MERGE: _merge,
    EditKind.SPLIT: _split,
    EditKind.ADOPT: _adopt,
    EditKind.PIN: _no_arguments,
    EditKind.IGNORE: _no_arguments,
}
