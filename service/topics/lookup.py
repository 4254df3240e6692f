"""Looking up what people name when they edit: topics by id or label, comments by the beginning of their hash."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipelines.topics.edits.apply import EditedTopics
from pipelines.topics.edits.draft import ClusteredClause
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import InvalidInput, TopicEnded, TopicNotFound
from saywhy.issue import CauseKey, Issue
from saywhy.store import Connection
from saywhy.topic import ClauseKey, Fate, Topic
from service.topics.state import as_published, clause_source, published_issues

_SHORTEST_HASH = 6  # hex digits that may stand for a comment, if no other comment's hash begins with them


@dataclass(frozen=True, slots=True)
class TopicLookup:
    """Looks up what a request names, among today's topics; in an anonymous workspace, the published ones."""

    connection: Connection
    workspace_id: int
    edited: EditedTopics
    code_frame: CodeFrame
    published: Mapping[CauseKey, Issue] | None  # see `service.topics.state.published_issues`

    @classmethod
    def of(cls, connection: Connection, workspace_id: int, edited: EditedTopics, code_frame: CodeFrame) -> TopicLookup:
        return cls(connection, workspace_id, edited, code_frame, published_issues(connection, workspace_id))

    @property
    def topics(self) -> list[Topic]:
        """The topics that may be known."""
        return as_published(self.edited.topics, self.published)

    def topic(self, name: str) -> Topic:
        """The topic with that id or label.

        Raises `TopicNotFound`, `TopicEnded` with what became of it, and `InvalidInput` if several have the label.
        """
        topics = topics_called(self.topics, name)
        if len(topics) > 1:
            ids = ", ".join(topic.id for topic in topics)
            raise InvalidInput(f"{len(topics)} topics have the label {name!r}: {ids}; give an id")
        if not topics:
            raise self.not_found(name)
        return topics[0]

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

    def clauses(self, comment: str) -> list[ClusteredClause]:
        """The clauses of a comment (content hash), in a topic or in none."""
        return list(clause_source(self.connection, self.workspace_id)((), [comment]))

    def topics_of_clauses(self, comments: Collection[str]) -> dict[ClauseKey, set[str]]:
        """The topics of each clause of these comments, at most two; clauses without a topic are left out."""
        topics_of: dict[ClauseKey, set[str]] = {}
        for member in store.memberships.find(self.connection, self.workspace_id, (), comments):
            clusters = (member.cluster or "", member.second or "")
            topics = {self.edited.topic_of[cluster] for cluster in clusters if cluster in self.edited.topic_of}
            if member.key in self.edited.moved:
                moved_to = self.edited.moved[member.key]
                topics = {moved_to} if moved_to else set()
            if topics:
                topics_of[member.key] = topics
        return topics_of


def topics_called(topics: Collection[Topic], name: str) -> list[Topic]:
    """The topic with this id, else all that have this label in any language."""
    folded = name.casefold()
    return [topic for topic in topics if folded in (topic.id, f"topic:{topic.id}")] or [
        topic for topic in topics if folded in {label.casefold() for label in (topic.label, *topic.labels.values())}
    ]
