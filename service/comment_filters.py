"""Which comments are wanted: what the database checks of a search, and what is looked at afterwards."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from saywhy.annotation import Polarity
from saywhy.errors import InvalidInput, NotFound
from saywhy.feedback import Group, Segment
from saywhy.report import ALL_WAVES
from saywhy.store import Connection
from saywhy.store.comment_search import CommentFilter
from service.exports import ExportedResponse, Exporter, cause_ids, existing_wave
from service.not_found import listed

#: Longest text that is searched for, in characters.
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class CommentSearch:
    """Which comments are wanted; all conditions hold. None: whatever the value.

    `cause` is a topic: its id, `topic:ID` or its label. The words of `text`, and phrases in double quotes, are looked
    for in what is shown, in any case of letters, so that nobody finds masked personal data by guessing. Comments come
    close to `meaning` without its words (`pipelines.topics.meaning`). `source` is where a response came from; `ids` are
    those of responses in the store.
    """

    wave: str = ALL_WAVES
    cause: str | None = None
    theme: str | None = None
    sentiment: Polarity | None = None
    segments: Collection[Segment] = ()
    group: Group | None = None
    score: int | None = None
    language: str | None = None
    text: str | None = None
    meaning: str | None = None
    source: str | None = None
    ids: Collection[int] | None = None


def words_of(text: str | None) -> tuple[str, ...]:
    """The words of a search, and its phrases in double quotes."""
    return tuple(phrase or word for phrase, word in re.findall(r'"([^"]*[^"\s][^"]*)"|([^\s"]+)', text or ""))


def filter_of(connection: Connection, workspace_id: int, search: CommentSearch, exporter: Exporter) -> CommentFilter:
    """What the database checks.

    Raises `InvalidInput` for a text that is none, `WaveNotFound`, `TopicNotFound`, and `NotFound` for a theme.
    """
    for text in (search.text, search.meaning):
        if text is not None and not 0 < len(text.strip()) <= LONGEST_TEXT:
            raise InvalidInput(f"the text to look for has 1 to {LONGEST_TEXT} characters")
    topics = exporter.topics.values()
    wanted = CommentFilter(
        wave=existing_wave(connection, workspace_id, search.wave),
        group=search.group,
        score=search.score,
        language=search.language,
        words=words_of(search.text),
        sentiment=search.sentiment,
        model=exporter.model,
        source=search.source,
        ids=search.ids,
    )
    if search.cause is not None:
        wanted = replace(wanted, topics=cause_ids(search.cause, topics))
    if search.theme is not None:
        themes = {*exporter.theme_names, *(topic.theme for topic in topics)}
        if search.theme not in themes:
            raise NotFound(f"there is no theme {search.theme!r}; there are: {listed(sorted(themes))}")
        of_theme = [topic.id for topic in topics if topic.theme == search.theme]
        wanted = replace(wanted, theme=search.theme, theme_topics=of_theme)
    return wanted


def is_in(values: dict[str, list[str]], segments: Collection[Segment]) -> bool:
    """Whether a response with these values of dimensions is in all of the segments."""
    return all(segment.value in values.get(segment.dimension, ()) for segment in segments)


def is_wanted(exported: ExportedResponse, search: CommentSearch, wanted: CommentFilter) -> bool:
    """Whether the response is wanted, by what the database does not check."""
    if search.theme is not None and search.theme not in {theme.id for theme in exported.themes}:
        return False
    if search.sentiment is not None and (exported.sentiment is None or exported.sentiment.label != search.sentiment):
        return False
    shown = (exported.comment or "").lower()
    return all(word.lower() in shown for word in wanted.words)
