"""What is asked of topics, checked: which topic, which comments, which name is meant, or why it cannot be done."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.topics.clustering.description import identify
from pipelines.topics.edits.apply import EditedTopics
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import Conflict, InvalidInput, TopicEnded, TopicNotFound
from saywhy.store import Connection
from saywhy.text import normalise
from saywhy.topic import EditKind, Fate, Topic

LONGEST_NAME = 120
LONGEST_NOTE = 1000
_SHORTEST_HASH = 6  # digits of a comment's hash that name it, where no other begins so

Asked = dict[str, Any]


def find(topics: Sequence[Topic], name: str) -> Topic | None:
    """The topic of that id (or `topic:ID`, or label). Raises `InvalidInput` where several are called so."""
    wanted = name.removeprefix("topic:")
    found = [topic for topic in topics if topic.id == wanted] or [
        topic for topic in topics if topic.label.casefold() == name.casefold()
    ]
    if len(found) > 1:
        raise InvalidInput(f"{name!r} is the name of {len(found)} topics: {', '.join(topic.id for topic in found)}")
    return found[0] if found else None


def line(text: str, what: str, longest: int = LONGEST_NAME) -> str:
    """One line that says something, as it will be shown."""
    found = normalise(text)
    if not found or len(found) > longest or any(unicodedata.category(character) == "Cc" for character in text):
        raise InvalidInput(f"{what} must be one line of 1 to {longest} characters")
    return found


@dataclass(frozen=True, slots=True)
class RequestResolver:
    """What requests are checked against: the topics as they are now."""

    connection: Connection
    workspace: int
    now: EditedTopics
    themes: CodeFrame

    def topic(self, name: str) -> Topic:
        """The topic of that name. Raises `TopicNotFound`, or `TopicEnded` with what became of it."""
        if (found := find(self.now.topics, name)) is not None:
            return found
        wanted = name.removeprefix("topic:")
        if into := self.now.now_in.get(wanted):
            raise TopicEnded(f"topic {wanted} is merged into {into}")
        for event in reversed(store.clusters.lineage(self.connection, self.workspace)):
            if event.cluster == wanted and event.fate in (Fate.MERGED, Fate.RETIRED):
                fate = f"was merged into {event.other}" if event.other else "was retired, as nothing was left of it,"
                raise TopicEnded(f"topic {wanted} {fate} on {event.at:%Y-%m-%d}")
        raise TopicNotFound(f"there is no topic {name!r}; `saywhy topics list` shows them all")

    def comment(self, prefix: str) -> str:
        """The content hash that begins so."""
        if len(prefix) < _SHORTEST_HASH or not re.fullmatch("[0-9a-f]+", prefix):
            raise InvalidInput(f"{prefix!r} is not a comment; give its id, as `saywhy topics show` does")
        found = store.clusters.comments_like(self.connection, self.workspace, prefix)
        if len(found) != 1:
            raise InvalidInput(f"there {'is no comment' if not found else 'are several comments'} {prefix}")
        return found[0]

    def clauses(self, comments: Collection[str]) -> dict[tuple[str, int, int], str]:
        """The topic of each clause of those comments that is in one."""
        members = store.clusters.members_of(self.connection, self.workspace, (), comments)
        found = {}
        for member in members:
            key = (member.content_hash, member.start, member.end)
            where = self.now.moved.get(key) or self.now.topic_of.get(member.cluster or "")
            if where:
                found[key] = where
        return found


Checked = tuple[dict[str, Any], Topic | None]


def _rename(desk: RequestResolver, topic: Topic | None, asked: Asked) -> Checked:
    name = line(asked["name"], "the name")
    if any(other.label.casefold() == name.casefold() for other in desk.now.topics if other != topic):
        raise Conflict(f"another topic is called {name!r} already; merge them, or choose another name")
    return {"name": name}, topic


def _merge(desk: RequestResolver, topic: Topic | None, asked: Asked) -> Checked:
    into = desk.topic(asked["into"])
    if into == topic:
        raise InvalidInput("a topic cannot be merged into itself")
    return {"into": into.id}, topic


def _split(desk: RequestResolver, topic: Topic | None, asked: Asked) -> Checked:
    assert topic is not None
    name = _rename(desk, None, asked)[0]["name"]
    if bool(asked.get("part")) == bool(asked.get("examples")):
        raise InvalidInput("say either which part, or which comments are examples")
    if part := asked.get("part"):
        if part not in {known.id for known in topic.parts}:
            known = ", ".join(found.id for found in topic.parts) or "none"
            raise InvalidInput(f"topic {topic.id} has no part {part!r}; it has: {known}")
        if part in desk.now.topic_of:
            raise InvalidInput(f"{part} is a topic that was merged into {topic.id}; undo the merge instead")
        chosen: dict[str, Any] = {"part": part}
    else:
        hashes = [desk.comment(example) for example in asked["examples"]]
        where = desk.clauses(hashes)
        for content_hash in hashes:
            if not any(key[0] == content_hash and at == topic.id for key, at in where.items()):
                raise InvalidInput(f"comment {content_hash[:12]} has nothing in topic {topic.id}")
        chosen = {"examples": sorted(key for key, at in where.items() if at == topic.id)}
    taken = {found.id for found in desk.now.topics} | set(desk.now.topic_of)
    into = identify([topic.id, name, repr(chosen)])
    while into in taken:
        into = identify([into])
    return {"into": into, "name": name, **chosen}, topic


def _move(desk: RequestResolver, topic: Topic | None, asked: Asked) -> Checked:
    into, content_hash = desk.topic(asked["into"]), desk.comment(asked["comment"])
    where = desk.clauses([content_hash])
    elsewhere = sorted({at for at in where.values() if at != into.id})
    if topic is None:
        if len(elsewhere) > 1:
            raise InvalidInput(f"the comment is in several topics: {', '.join(elsewhere)}; say from which")
        if not elsewhere:
            raise InvalidInput(f"the comment is in {'that topic already' if where else 'no topic'}")
        topic = desk.topic(elsewhere[0])
    clauses = sorted(key for key, at in where.items() if at == topic.id)
    if not clauses or topic == into:
        raise InvalidInput(f"comment {content_hash[:12]} has nothing in topic {topic.id} to move")
    return {"into": into.id, "clauses": clauses}, topic


def _adopt(desk: RequestResolver, topic: Topic | None, asked: Asked) -> Checked:
    name = line(asked["name"], "the name")
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    slug = re.sub("[^a-z0-9]+", "-", plain).strip("-")
    theme = asked.get("theme") or slug or f"theme-{topic.id if topic else ''}"
    if not re.fullmatch("[a-z0-9][a-z0-9-]{0,59}", theme):
        raise InvalidInput(f"{theme!r} cannot be the id of a theme: small letters, digits and hyphens")
    if theme in desk.themes.ids:
        raise Conflict(f"{theme} is a theme of the code frame already; choose another id with --theme")
    return {"theme": theme, "name": name}, topic


#: What an edit is kept with, and of which topic it is.
CHECKS: dict[EditKind, Callable[[RequestResolver, Topic | None, Asked], Checked]] = {
    EditKind.RENAME: _rename,
    EditKind.MERGE: _merge,
    EditKind.SPLIT: _split,
    EditKind.MOVE: _move,
    EditKind.ADOPT: _adopt,
    EditKind.PIN: lambda _, topic, __: ({}, topic),
    EditKind.IGNORE: lambda _, topic, __: ({}, topic),
}
