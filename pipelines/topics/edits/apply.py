"""What people said of topics, applied to what the machine found: the same edits on the same clusters, the same topics.

Clusters are never changed, so that an edit is undone by leaving it out. Edits follow what became of their topics: one
whose topic has merged into another speaks of that one; one whose topic was retired has no effect, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import unit
from pipelines.topics.edits.draft import (
    KEYWORDS,
    ClusteredClause,
    Key,
    ReplayState,
    TopicDraft,
    summed,
    topic_of_cluster,
)
from saywhy.topic import Cluster, Edit, EditKind, Fate, Lineage, Part, Topic

#: Gives the clauses of clusters, and those of comments (content hashes) that are in any cluster.
Source = Callable[[Collection[str], Collection[str]], Sequence[ClusteredClause]]


@dataclass(frozen=True, slots=True)
class EditedTopics:
    """Topics as they are shown, largest first, and what became of each edit.

    `topic_of` is the topic of each cluster, `moved` that of clauses which are elsewhere than the rest of theirs,
    `held` the clusters that keep their members at a refit, `without_effect` says why an edit (by id) has none.
    `now_in` is the topic that each topic that is no longer shown was merged into by people.
    """

    topics: tuple[Topic, ...]
    topic_of: dict[str, str]
    moved: dict[Key, str]
    held: frozenset[str]
    undone: dict[int, int]
    without_effect: dict[int, str]
    now_in: dict[str, str]


def undone_by(edits: Iterable[Edit]) -> dict[int, int]:
    """The edits that are undone, each with the edit that undid it. To undo an undoing is to do it again."""
    found: dict[int, int] = {}
    for edit in sorted(edits, key=lambda edit: -edit.id):
        if edit.kind is EditKind.UNDO and edit.id not in found:
            found.setdefault(int(edit.arguments["edit"]), edit.id)
    return found


def apply(
    edits: Sequence[Edit], clusters: Iterable[Cluster], lineage: Sequence[Lineage], source: Source
) -> EditedTopics:
    """The topics that standing edits make of clusters."""
    clusters = list(clusters)
    parts: dict[str, list[Part]] = {}
    for cluster in sorted(clusters, key=lambda cluster: (-cluster.size, cluster.id)):
        if cluster.parent and cluster.ended_at is None:
            parts.setdefault(cluster.parent, []).append(Part(cluster.id, cluster.label, cluster.size))
    state = ReplayState({}, lineage)
    for cluster in clusters:
        if cluster.parent is None and cluster.ended_at is None and cluster.is_cause:
            state.drafts[cluster.id] = TopicDraft(
                topic_of_cluster(cluster, tuple(parts.get(cluster.id, ()))), [cluster]
            )
    undone, without_effect = undone_by(edits), dict[int, str]()
    for edit in sorted(edits, key=lambda edit: edit.id):
        if edit.kind is not EditKind.UNDO and edit.id not in undone and (why := _apply(edit, state, source)):
            without_effect[edit.id] = why
    return _finish(state, undone, without_effect)


def _apply(edit: Edit, state: ReplayState, source: Source) -> str | None:
    """Apply one edit; returns why it has no effect, if it has none."""
    if edit.kind is EditKind.MOVE:
        return _move(edit, state, source)
    topic, merged = state.resolve(edit.topic or "")
    if topic is None:
        return f"topic {edit.topic} is no longer there"
    draft = state.drafts[topic]
    match edit.kind:
        case EditKind.RENAME:
            if merged and draft.is_named:
                return f"topic {edit.topic} has merged into {topic}, which has a name of its own"
            draft.topic = replace(draft.topic, label=edit.arguments["name"], labels={})
            draft.is_named = draft.is_named or not merged
        case EditKind.PIN:
            draft.topic = replace(draft.topic, is_pinned=True)
        case EditKind.IGNORE:
            draft.topic = replace(draft.topic, is_ignored=True)
        case EditKind.ADOPT:
            label = edit.arguments["name"]
            draft.topic = replace(draft.topic, theme=edit.arguments["theme"], label=label, labels={}, is_adopted=True)
            draft.is_named = True
        case EditKind.MERGE:
            return _merge(edit, state, topic)
        case EditKind.SPLIT:
            return _split(edit, state, topic, source)
    if edit.kind is not EditKind.RENAME:
        state.held.update(cluster.id for cluster in draft.clusters)
    return None


def _merge(edit: Edit, state: ReplayState, topic: str) -> str | None:
    into, _ = state.resolve(edit.arguments["into"])
    if into is None:
        return f"topic {edit.arguments['into']} is no longer there"
    # What the machine has since split from the topic was in it when it was merged, and goes with it.
    for name in [topic, *_split_off(edit, state)]:
        if name != into and name in state.drafts:
            state.drafts[into].clusters += state.drafts.pop(name).clusters
            state.now_in[name] = into
    return None


def _split_off(edit: Edit, state: ReplayState) -> list[str]:
    found = [edit.topic or ""]
    for event in state.lineage:
        if event.fate is Fate.SPLIT and event.at > edit.at and event.other in found:
            found.append(event.cluster)
    return found[1:]


def _split(edit: Edit, state: ReplayState, topic: str, source: Source) -> str | None:
    draft, name = state.drafts[topic], edit.arguments["into"]
    inside = _inside(state, topic, source)
    chosen = (
        [clause for clause in inside if clause.part == edit.arguments["part"]]
        if "part" in edit.arguments
        else _like([(str(hash_), int(start), int(end)) for hash_, start, end in edit.arguments["examples"]], inside)
    )
    state.held.update(cluster.id for cluster in draft.clusters)
    if not chosen:
        return "none of its clauses is left" if "part" in edit.arguments else "none of its examples is left"
    made = replace(
        draft.topic,
        id=name,
        label=edit.arguments["name"],
        labels={},
        keywords=_telling(chosen, inside),
        size=0,
        stability=None,
        growth=0,
        is_emerging=False,
        is_pinned=False,
        is_ignored=False,
        is_adopted=False,
        first_seen=min((clause.answered_at for clause in chosen if clause.answered_at), default=draft.topic.first_seen),
        parts=(),
    )
    state.drafts[name] = TopicDraft(made, [], is_named=True)
    draft.topic = replace(
        draft.topic, parts=tuple(part for part in draft.topic.parts if part.id != edit.arguments.get("part"))
    )
    state.moved |= {clause.key: (name, clause) for clause in chosen}
    return None


def _like(examples: Collection[Key], inside: Sequence[ClusteredClause]) -> list[ClusteredClause]:
    """The clauses that are nearer to the examples than to the rest of the topic; equal texts stay together."""
    said = {clause.text for clause in inside if _is_among(clause.key, examples)}
    if not said:
        return []
    vectors = np.stack([clause.vector for clause in inside])
    is_example = np.array([clause.text in said for clause in inside])
    if is_example.all():
        return list(inside)
    examples_mean, rest_mean = vectors[is_example].mean(axis=0), vectors[~is_example].mean(axis=0)
    nearer = vectors @ unit(examples_mean) > vectors @ unit(rest_mean)
    texts = {clause.text for clause, near in zip(inside, nearer, strict=True) if near} | said
    return [clause for clause in inside if clause.text in texts]


def _move(edit: Edit, state: ReplayState, source: Source) -> str | None:
    into, _ = state.resolve(edit.arguments["into"])
    if into is None:
        return f"topic {edit.arguments['into']} is no longer there"
    wanted = [(str(hash_), int(start), int(end)) for hash_, start, end in edit.arguments["clauses"]]
    named = [clause for clause in source((), {key[0] for key in wanted}) if _is_among(clause.key, wanted)]
    if not named:
        return "the comment is no longer in any topic"
    said = {clause.text for clause in named}
    same = source({clause.cluster for clause in named}, ())
    state.moved |= {clause.key: (into, clause) for clause in same if clause.text in said}
    return None


def _inside(state: ReplayState, topic: str, source: Source) -> list[ClusteredClause]:
    """The clauses of a topic as it is at this point."""
    clauses = list(source([cluster.id for cluster in state.drafts[topic].clusters], ()))
    found = [clause for clause in clauses if clause.key not in state.moved]
    found += [clause for where, clause in state.moved.values() if state.resolve(where)[0] == topic]
    return sorted(found, key=lambda clause: clause.key)


def _is_among(key: Key, wanted: Collection[Key]) -> bool:
    """Whether a clause is one of those or overlaps one: another model version cuts comments elsewhere."""
    return any(key[0] == hash_ and key[1] < end and start < key[2] for hash_, start, end in wanted)


def _telling(chosen: Sequence[ClusteredClause], inside: Sequence[ClusteredClause]) -> tuple[str, ...]:
    """The words that most of the chosen clauses say and few of the others."""
    count: dict[str, list[int]] = {}
    keys = {clause.key for clause in chosen}
    for clause in inside:
        for word in set(clause.words):
            count.setdefault(word, [0, 0])[clause.key not in keys] += 1
    return tuple(sorted(count, key=lambda word: (-(count[word][0] ** 2) / sum(count[word]), word))[:KEYWORDS])


def _finish(state: ReplayState, undone: dict[int, int], without_effect: dict[int, str]) -> EditedTopics:
    """Add up what the clusters and the moved clauses of each topic come to."""
    topic_of = {cluster.id: name for name, draft in state.drafts.items() for cluster in draft.clusters}
    moved: dict[Key, str] = {}
    came: dict[str, list[ClusteredClause]] = {}
    left: dict[str, int] = {}
    for key, (where, clause) in state.moved.items():
        name = state.resolve(where)[0] or topic_of[clause.cluster]
        if name != topic_of[clause.cluster]:
            moved[key] = name
            came.setdefault(name, []).append(clause)
            left[topic_of[clause.cluster]] = left.get(topic_of[clause.cluster], 0) + 1
    topics = [summed(draft, came.get(name, []), left.get(name, 0)) for name, draft in state.drafts.items()]
    topics.sort(key=lambda topic: (-topic.size, topic.id))
    return EditedTopics(
        tuple(topics), topic_of, moved, frozenset(state.held), undone, without_effect,
        {name: into for name in state.now_in if (into := state.resolve(name)[0])},
    )  # fmt: skip
