"""Applies people's edits to clusters. The same edits on the same clusters always give the same topics.

Clusters are never changed, so an edit is undone by leaving it out. Edits follow their topics: the edit of a topic that
was merged into another applies to that one; the edit of a retired topic has no effect, and the reason is returned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from pipelines.topics.edits.create import create, example_causes
from pipelines.topics.edits.draft import (
    ClauseSource,
    ClusteredClause,
    ReplayState,
    TopicDraft,
    keys_of,
    topic_of_cluster,
    topic_of_draft,
    with_equal_texts,
)
from pipelines.topics.edits.split import split
from saywhy.annotation import Span
from saywhy.correction import NO_VALUE, clause_at
from saywhy.topic import ClauseKey, Cluster, Definition, Edit, EditKind, ExampleCause, Fate, Lineage, Part, Topic


@dataclass(frozen=True, slots=True)
class EditedTopics:
    """Topics as they are shown, largest first, and the effect of each edit.

    - `topic_of`: cluster id → id of its topic.
    - `moved`: the clauses that are in another topic than their clusters → that topic, which is then their only one;
      None for those that name none.
    - `locked`: the clusters that keep their members at a refit, as people decided what is in them.
    - `undone`: edit id → id of the edit that undid it.
    - `without_effect`: edit id → why the edit has no effect.
    - `merged_into`: topic id → the topic that people merged it into, or the library cause that it has joined.
    - `joined`: the topics that have joined a library cause.
    - `example_causes`: the causes that people created; those of undone edits are without examples.
    """

    topics: tuple[Topic, ...]
    topic_of: dict[str, str]
    moved: dict[ClauseKey, str | None]
    locked: frozenset[str]
    undone: dict[int, int]
    without_effect: dict[int, str]
    merged_into: dict[str, str]
    joined: frozenset[str]
    example_causes: tuple[ExampleCause, ...]


def undone_by(edits: Iterable[Edit]) -> dict[int, int]:
    """The edits that are undone, each with the edit that undid it. Undoing an undo restores the edit."""
    undone: dict[int, int] = {}
    for edit in sorted(edits, key=lambda edit: -edit.id):
        if edit.kind is EditKind.UNDO and edit.id not in undone:
            undone.setdefault(int(edit.arguments["edit"]), edit.id)
    return undone


def apply(
    edits: Sequence[Edit],
    clusters: Iterable[Cluster],
    lineage: Sequence[Lineage],
    source: ClauseSource,
    corrections: Mapping[ClauseKey, str] = MappingProxyType({}),
) -> EditedTopics:
    """The topics that clusters are after all standing edits, in the order of their ids, and then after `corrections`:
    of single clauses, the topic that each names, `NO_VALUE` if none.
    """
    undone, without_effect = undone_by(edits), dict[int, str]()
    standing = [
        edit
        for edit in sorted(edits, key=lambda edit: edit.id)
        if edit.kind is not EditKind.UNDO and edit.id not in undone
    ]
    # What a created topic has collected is no topic any more from the moment when its edit is undone.
    created = {edit.topic for edit in edits if edit.kind is EditKind.CREATE}
    withdrawn = created - {edit.topic for edit in standing if edit.kind is EditKind.CREATE}
    state = ReplayState(_drafts([cluster for cluster in clusters if cluster.id not in withdrawn]), lineage)
    _join(state, {topic for edit in standing for topic in (edit.topic, edit.arguments.get("into")) if topic})
    for edit in standing:
        if reason := _apply(edit, state, source):
            without_effect[edit.id] = reason
    _correct(corrections, state, source)
    return _edited_topics(state, undone, without_effect, example_causes(edits, undone, state))


def _drafts(clusters: Sequence[Cluster]) -> dict[str, TopicDraft]:
    """A draft of each current cluster that is a cause, with its parts."""
    parts: dict[str, list[Part]] = {}
    for cluster in sorted(clusters, key=lambda cluster: (-cluster.size, cluster.id)):
        if cluster.parent and cluster.ended_at is None:
            parts.setdefault(cluster.parent, []).append(Part(cluster.id, cluster.label, cluster.size))
    return {
        cluster.id: TopicDraft(topic_of_cluster(cluster, tuple(parts.get(cluster.id, ()))), [cluster])
        for cluster in clusters
        if cluster.parent is None and cluster.ended_at is None and cluster.is_cause
    }


def _join(state: ReplayState, edited: Collection[str]) -> None:
    """Make each cluster one topic with the library cause that it has joined, unless people have edited the cluster."""
    joined = {cluster.id: cluster.joined for draft in state.drafts.values() for cluster in draft.clusters}
    for cluster, cause in joined.items():
        if cause in state.drafts and cluster not in edited:
            state.merge(cluster, cause)
            state.joined.add(cluster)


def _apply(edit: Edit, state: ReplayState, source: ClauseSource) -> str | None:
    """Apply one edit. Returns why it has no effect, if it has none."""
    if edit.kind is EditKind.MOVE:
        return _move(edit, state, source)
    if edit.kind is EditKind.CREATE:
        return create(edit, state, source)
    topic, is_merged = state.resolve(edit.topic or "")
    if topic is None:
        return f"topic {edit.topic} is no longer there"
    draft = state.drafts[topic]
    match edit.kind:
        case EditKind.MERGE:
            return _merge(edit, state, topic)
        case EditKind.SPLIT:
            return split(edit, state, topic, source)
        case EditKind.RENAME:
            if is_merged and draft.is_named:
                return f"topic {edit.topic} has merged into {topic}, which has a name of its own"
            definition = edit.arguments.get("definition")
            draft.topic = replace(
                draft.topic,
                label=edit.arguments["name"],
                labels={},
                definition=Definition({"und": definition}) if definition else draft.topic.definition,
            )
            draft.is_named = draft.is_named or not is_merged
            return None
        case EditKind.PIN:
            draft.topic = replace(draft.topic, is_pinned=True)
        case EditKind.IGNORE:
            draft.topic = replace(draft.topic, is_ignored=True)
        case EditKind.ADOPT:
            label = edit.arguments["name"]
            draft.topic = replace(draft.topic, theme=edit.arguments["theme"], label=label, labels={}, is_adopted=True)
            draft.is_named = True
    state.lock(topic)
    return None


def _merge(edit: Edit, state: ReplayState, topic: str) -> str | None:
    into, _ = state.resolve(edit.arguments["into"])
    if into is None:
        return f"topic {edit.arguments['into']} is no longer there"
    for merged in [topic, *_split_off_later(edit, state)]:
        if merged != into and merged in state.drafts:
            state.merge(merged, into)
    return None


def _split_off_later(edit: Edit, state: ReplayState) -> list[str]:
    """The clusters that refits have split from the edited topic since: at the time of the edit they were in it."""
    topics = [edit.topic or ""]
    for event in state.lineage:
        if event.fate is Fate.SPLIT and event.at > edit.at and event.other in topics:
            topics.append(event.cluster)
    return topics[1:]


def _move(edit: Edit, state: ReplayState, source: ClauseSource) -> str | None:
    """Move the clauses, and all of the same clusters with the same text."""
    into, _ = state.resolve(edit.arguments["into"])
    if into is None:
        return f"topic {edit.arguments['into']} is no longer there"
    moved = with_equal_texts(keys_of(edit.arguments["clauses"]), source)
    if not moved:
        return "the comment is no longer there"
    state.moved |= {clause.key: (into, clause) for clause in moved}
    return None


def _correct(corrections: Mapping[ClauseKey, str], state: ReplayState, source: ClauseSource) -> None:
    """Give single clauses the topics that people gave them. One whose topic has ended is left as it is."""
    clauses: dict[str, dict[Span, ClusteredClause]] = {}
    for clause in source((), {key[0] for key in corrections}) if corrections else ():
        clauses.setdefault(clause.key[0], {})[clause.key[1:]] = clause
    for (content_hash, *span), topic in corrections.items():
        of_comment = clauses.get(content_hash, {})
        at = clause_at((span[0], span[1]), of_comment)
        if at is not None and (topic == NO_VALUE or state.resolve(topic)[0] is not None):
            state.moved[of_comment[at].key] = (topic, of_comment[at])


def _edited_topics(
    state: ReplayState,
    undone: Mapping[int, int],
    without_effect: Mapping[int, str],
    example_causes: tuple[ExampleCause, ...],
) -> EditedTopics:
    """Add up the clusters and the moved clauses of each topic."""
    topic_of = {cluster.id: topic for topic, draft in state.drafts.items() for cluster in draft.clusters}
    moved: dict[ClauseKey, str | None] = {}
    moved_in: dict[str, list[ClusteredClause]] = {}
    moved_out: dict[str, int] = {}
    for key, (target, clause) in state.moved.items():
        origins = {topic_of[cluster] for cluster in (clause.cluster, clause.second) if cluster in topic_of}
        topic = None if target == NO_VALUE else state.resolve(target)[0] or topic_of.get(clause.cluster)
        if (topic is None and target != NO_VALUE) or origins == {topic} or not (topic or origins):
            continue
        moved[key] = topic
        if topic is not None and topic not in origins:
            moved_in.setdefault(topic, []).append(clause)
        for origin in origins - {topic}:
            moved_out[origin] = moved_out.get(origin, 0) + 1
    topics = [
        topic_of_draft(draft, moved_in.get(topic, []), moved_out.get(topic, 0)) for topic, draft in state.drafts.items()
    ]
    return EditedTopics(
        tuple(sorted(topics, key=lambda topic: (-topic.size, topic.id))),
        topic_of,
        moved,
        frozenset(state.locked),
        dict(undone),
        dict(without_effect),
        {topic: into for topic in state.merged_into if (into := state.resolve(topic)[0])},
        frozenset(state.joined),
        example_causes,
    )
