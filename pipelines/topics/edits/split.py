"""Splitting a topic: which of its clauses the new topic gets, by part or by similarity to examples."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from models.arrays import unit
from pipelines.topics.edits.draft import (
    ClauseSource,
    ClusteredClause,
    ReplayState,
    TopicDraft,
    keys_of,
    overlaps_any,
)
from pipelines.topics.labelling.keywords import KEYWORDS_PER_TOPIC
from saywhy.topic import ClauseKey, Edit, Topic


def split(edit: Edit, state: ReplayState, topic: str, source: ClauseSource) -> str | None:
    """Apply a split to the topic. Returns why it has no effect, if it has none."""
    draft, new_id, part = state.drafts[topic], edit.arguments["into"], edit.arguments.get("part")
    clauses = state.clauses_in(topic, source)
    if "part" in edit.arguments:
        chosen = [clause for clause in clauses if part in (clause.part, clause.cluster)]
    else:
        chosen = _similar_to_examples(keys_of(edit.arguments["examples"]), clauses)
    state.lock(topic)
    if not chosen:
        return "none of its clauses is left" if "part" in edit.arguments else "none of its examples is left"
    new_topic = _new_topic(draft.topic, new_id, edit.arguments["name"], chosen, clauses)
    state.drafts[new_id] = TopicDraft(new_topic, [], is_named=True)
    draft.topic = replace(draft.topic, parts=tuple(other for other in draft.topic.parts if other.id != part))
    state.moved |= {clause.key: (new_id, clause) for clause in chosen}
    return None


def _new_topic(
    topic: Topic, new_id: str, name: str, chosen: Sequence[ClusteredClause], clauses: Sequence[ClusteredClause]
) -> Topic:
    """A topic with theme and centroid of the old one, and without its marks and history."""
    dates = [clause.answered_at for clause in chosen if clause.answered_at]
    return replace(
        topic,
        id=new_id,
        label=name,
        labels={},
        keywords=_distinctive_words(chosen, clauses),
        size=0,
        stability=None,
        growth=0,
        is_emerging=False,
        is_vague=False,
        is_pinned=False,
        is_ignored=False,
        is_adopted=False,
        first_seen=min(dates, default=topic.first_seen),
        parts=(),
        definition=None,
    )


def _similar_to_examples(examples: Collection[ClauseKey], clauses: Sequence[ClusteredClause]) -> list[ClusteredClause]:
    """The clauses that are closer to the mean of the examples than to the mean of the others; equal texts together."""
    example_texts = {clause.text for clause in clauses if overlaps_any(clause.key, examples)}
    if not example_texts:
        return []
    vectors = np.stack([clause.vector for clause in clauses])
    is_example = np.array([clause.text in example_texts for clause in clauses])
    if is_example.all():
        return list(clauses)
    examples_mean, others_mean = vectors[is_example].mean(axis=0), vectors[~is_example].mean(axis=0)
    is_closer = vectors @ unit(examples_mean) > vectors @ unit(others_mean)
    texts = {clause.text for clause, closer in zip(clauses, is_closer, strict=True) if closer} | example_texts
    return [clause for clause in clauses if clause.text in texts]


def _distinctive_words(chosen: Sequence[ClusteredClause], clauses: Sequence[ClusteredClause]) -> tuple[str, ...]:
    """The words that many of the chosen clauses and few of the others have: by (clauses chosen)² / (clauses in all)."""
    counts: dict[str, list[int]] = {}  # word → clauses with it: chosen, others
    chosen_keys = {clause.key for clause in chosen}
    for clause in clauses:
        for word in set(clause.words):
            counts.setdefault(word, [0, 0])[clause.key not in chosen_keys] += 1
    ranked = sorted(counts, key=lambda word: (-(counts[word][0] ** 2) / sum(counts[word]), word))
    return tuple(ranked[:KEYWORDS_PER_TOPIC])
