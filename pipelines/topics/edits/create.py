"""Creating a topic from examples: what is shown at once, and the examples that later analyses learn the cause from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pipelines.topics.edits.draft import ClauseSource, ReplayState, TopicDraft, keys_of, with_equal_texts
from saywhy.code_frame import LibraryCause
from saywhy.topic import ClauseKey, Edit, EditKind, ExampleCause, Topic


def create(edit: Edit, state: ReplayState, source: ClauseSource) -> str | None:
    """Apply the edit that creates a topic. Returns why it has no effect, if it has none.

    The examples are in the topic, whatever an analysis finds. What else is in it is in the cluster with its id, which
    analyses fill (`pipelines.topics.few_shot`); before the first one there is none.
    """
    topic_id, cause = edit.topic or "", _cause(edit)
    examples = with_equal_texts(keys_of(edit.arguments["clauses"]), source)
    draft = state.drafts.get(topic_id)
    if draft is None:
        if not examples and not edit.arguments["texts"]:
            return "none of its examples is left"
        dates = [clause.answered_at for clause in examples if clause.answered_at]
        first_seen = min(dates, default=None)
        topic = Topic(topic_id, cause.theme, cause.names["en"], (), cause.polarity, 0, b"", first_seen)
        draft = state.drafts[topic_id] = TopicDraft(topic, [])
    draft.topic = replace(draft.topic, label=cause.names["en"], labels={})
    draft.is_named = True
    # People said which polarity the examples have.
    state.moved |= {clause.key: (topic_id, replace(clause, polarity=cause.polarity)) for clause in examples}
    return None


def example_causes(edits: Sequence[Edit], undone: Collection[int], state: ReplayState) -> tuple[ExampleCause, ...]:
    """The causes that people created, in the order of their edits; those of undone edits without examples.

    A clause that people moved into the topic is a further example; one that they moved out of it a counterexample.
    """
    ordered = sorted(edits, key=lambda edit: edit.id)
    created = {edit.topic or "": edit for edit in ordered if edit.kind is EditKind.CREATE}
    examples: dict[str, set[ClauseKey]] = {topic: set() for topic in created}
    counterexamples: dict[str, set[ClauseKey]] = {topic: set() for topic in created}
    texts: dict[str, tuple[str, ...]] = {}
    for edit in ordered:
        if edit.id in undone or edit.kind not in (EditKind.CREATE, EditKind.MOVE):
            continue
        keys = keys_of(edit.arguments["clauses"])
        if edit.kind is EditKind.CREATE:
            texts[edit.topic or ""] = tuple(edit.arguments["texts"])
            into, origin = edit.topic, None
        else:
            into, origin = state.resolve(edit.arguments["into"])[0], state.resolve(edit.topic or "")[0]
        if origin in created and origin != into:
            examples[origin] -= set(keys)
            counterexamples[origin] |= set(keys)
        if into in created:
            examples[into] |= set(keys)
            counterexamples[into] -= set(keys)
    return tuple(
        ExampleCause(_cause(edit), frozenset(examples[topic]), frozenset(counterexamples[topic]), texts.get(topic, ()))
        for topic, edit in created.items()
    )


def _cause(edit: Edit) -> LibraryCause:
    """The cause that the edit defines: as one of a library, with one name for all languages."""
    name = edit.arguments["name"]
    return LibraryCause(edit.topic or "", edit.arguments["theme"], edit.arguments["polarity"], {"en": name}, {})
