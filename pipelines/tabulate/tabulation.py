"""Joins responses with their annotations and topics into `SurveyData`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from models.arrays import NONE
from pipelines.annotate.columns import Annotations
from pipelines.tabulate.cause_mentions import inherited_mentions, mentions_of, theme_mentions, topic_mentions
from pipelines.tabulate.response_columns import ResponseColumns
from pipelines.tabulate.survey_data import Cause, SurveyData
from saywhy.annotation import Polarity
from saywhy.code_frame import VERDICT, CodeFrame
from saywhy.feedback import Response
from saywhy.issue import CauseKey, TopicState
from saywhy.topic import Assignment, Topic

#: Topics that fewer responses name are not ranked, unless people have pinned or adopted them: with two, nothing can be
#: said of their cost.
MIN_RANKED = 3
#: The same for discovered topics: three or four alike clauses are found in any survey by chance.
MIN_RANKED_DISCOVERED = 5


def tabulate(
    responses: Iterable[Response],
    annotations: Annotations,
    topics: Sequence[Topic],
    assignments: Iterable[Assignment],
    code_frame: CodeFrame,
) -> SurveyData:
    """Read responses and assignments once, and join them with annotations and topics.

    A theme with the polarity `mixed` in a clause counts both as blamed and as praised. A topic is blamed or praised as
    the clause assigned to it is, or as the topic is if the clause is neutral. Themes and topics form a tree: a clause
    that names a topic names the topic's theme too.
    """
    columns = ResponseColumns()
    for response in responses:
        columns.add(response)
    # Keyed, so that several topics adopted as one theme are one cause.
    causes = tuple({cause.key: cause for cause in _causes(code_frame, topics, annotations)}.values())
    cause_index = {cause.key: index for index, cause in enumerate(causes)}
    theme_index = {key.id: index for key, index in cause_index.items() if key.kind == "theme"}
    cause_of_topic = {
        topic.id: (cause_index[key], Polarity(topic.polarity))
        for topic in topics
        if (key := CauseKey.of(topic)) in cause_index
    }
    of_themes = theme_mentions(annotations, theme_index)
    of_topics = topic_mentions(annotations, assignments, cause_of_topic)
    theme_of = np.array([theme_index.get(cause.theme, NONE) for cause in causes], np.int32)
    fewest = {CauseKey.of(topic): _fewest_responses(topic) for topic in topics}
    responses = columns.responses_naming(of_topics, annotations.hashes, len(causes))
    is_ranked = responses >= np.array([0 if cause.kind == "theme" else fewest[cause.key] for cause in causes], float)
    tables = (of_themes, of_topics.only(is_ranked), inherited_mentions(of_topics, theme_of, of_themes))
    comment_index = columns.comment_index(annotations.hashes)
    cause_mentions = {
        polarity: mentions_of(polarity, comment_index, tables) for polarity in (Polarity.NEGATIVE, Polarity.POSITIVE)
    }
    return columns.survey_data(annotations, causes, cause_mentions)


def _causes(code_frame: CodeFrame, topics: Sequence[Topic], annotations: Annotations) -> Iterator[Cause]:
    """Themes in order of the code frame, then themes that only the annotations have, then topics; no bare verdicts."""
    names = {theme.id: theme.name() for theme in code_frame}
    used = {annotations.themes[theme] for theme in np.unique(annotations.mentions.theme).tolist()}
    for theme in [*names, *sorted(used - names.keys())]:
        if theme != VERDICT:
            yield Cause("theme", theme, names.get(theme, theme), theme, is_coded=theme in names)
    for topic in topics:
        if topic.theme != VERDICT:
            yield _cause(topic)


def _fewest_responses(topic: Topic) -> float:
    """The number of responses that must name a topic so that it is ranked; infinite if it never is."""
    if topic.is_pinned or topic.is_adopted:
        return 0
    if topic.is_vague:
        return np.inf
    return MIN_RANKED_DISCOVERED if topic.is_discovered else MIN_RANKED


def _cause(topic: Topic) -> Cause:
    """A topic as a cause. An adopted one is a theme, which may be blamed and praised, so it has no polarity."""
    key = CauseKey.of(topic)
    if topic.is_adopted:
        return Cause(key.kind, key.id, topic.label, topic.theme, topic.keywords)
    state = TopicState(
        topic.stability,
        topic.is_unstable,
        topic.is_emerging,
        topic.first_seen.date().isoformat() if topic.first_seen else None,
        topic.growth,
        tuple((part.label, part.size) for part in topic.parts),
    )
    return Cause(
        key.kind,
        key.id,
        topic.label,
        topic.theme,
        topic.keywords,
        topic.polarity,
        topic.labels,
        state,
        topic.definition,
    )
