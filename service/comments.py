"""Reading comments page by page, by what they name and by who wrote them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import CodeFrame
from saywhy.errors import InvalidInput, NotFound
from saywhy.feedback import Group, Segment
from saywhy.report import ALL_WAVES
from saywhy.store import Connection, Engine
from saywhy.store.comment_search import CommentFilter
from service.cases import following_up
from service.exports import ExportedResponse, Exporter, cause_ids, existing_wave
from service.not_found import listed
from service.paging import PAGE, cursor_of, page_size, position_of
from service.workspaces import reading

#: Responses that are looked at together, at first and at most: more and more while few of them are wanted.
_FIRST_BATCH, _LARGEST_BATCH = 200, 5_000

#: Longest text that is searched for, in characters.
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class CommentSearch:
    """Which comments are wanted; all conditions hold. None: whatever the value.

    `cause` is a topic: its id, `topic:ID` or its label. `text` is looked for in what is shown, in any case of letters,
    so that nobody finds masked personal data by guessing.
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


@dataclass(frozen=True, slots=True)
class CommentPage:
    """Some of the comments, the last imported first; `next` is the cursor of those that follow, None at the end."""

    comments: tuple[ExportedResponse, ...]
    next: str | None


def list_comments(
    engine: Engine,
    workspace: str,
    search: CommentSearch | None = None,
    *,
    code_frame: CodeFrame,
    limit: int = PAGE,
    cursor: str | None = None,
    with_personal_data: bool = False,
    show_staff_names: bool = False,
) -> CommentPage:
    """Responses with a comment, each with all that is said of it, the last imported first.

    What is imported meanwhile is on no later page, and no comment is on two pages. Personal data as in
    `service.exports.export`. Raises `WorkspaceNotFound`, `NoFollowUp` for an anonymous workspace, `WaveNotFound`,
    `TopicNotFound`, `NotFound` for an unknown theme, and `InvalidInput` for a cursor or a text that is none.
    """
    search, limit = search or CommentSearch(), page_size(limit)
    before = None if cursor is None else int(position_of(cursor, int)[0])
    if search.text is not None and not 0 < len(search.text.strip()) <= LONGEST_TEXT:
        raise InvalidInput(f"the text to look for has 1 to {LONGEST_TEXT} characters")
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        exporter = Exporter.of(
            connection,
            workspace_id,
            code_frame,
            with_personal_data=with_personal_data,
            show_staff_names=show_staff_names,
        )
        wanted = _filter(connection, workspace_id, search, exporter)
        comments: list[ExportedResponse] = []
        batch = _FIRST_BATCH if _needs_a_look(search) else limit + 1
        while True:
            rows = store.comment_search.ids(connection, workspace_id, wanted, batch, before)
            ids = [response_id for response_id, values in rows if _is_in(values, search.segments)]
            responses = store.responses.by_id(connection, workspace_id, ids)[::-1]
            for response_id, exported in zip(ids, exporter.export_all(responses), strict=True):
                if _is_wanted(exported, search):
                    if len(comments) == limit:
                        return CommentPage(tuple(comments), cursor_of((before or 0,)))
                    comments.append(exported)
                    before = response_id
            if len(rows) < batch:
                return CommentPage(tuple(comments), None)
            before, batch = rows[-1][0], min(2 * batch, _LARGEST_BATCH)


def _filter(connection: Connection, workspace_id: int, search: CommentSearch, exporter: Exporter) -> CommentFilter:
    topics = exporter.topics.values()
    wanted = CommentFilter(
        wave=existing_wave(connection, workspace_id, search.wave),
        group=search.group,
        score=search.score,
        language=search.language,
        text=search.text,
        sentiment=search.sentiment,
        model=exporter.model,
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


def _needs_a_look(search: CommentSearch) -> bool:
    """Whether the database only narrows the search down."""
    return bool(search.segments) or search.theme is not None or search.text is not None


def _is_in(values: dict[str, list[str]], segments: Collection[Segment]) -> bool:
    """Whether a response with these values of dimensions is in all of the segments."""
    return all(segment.value in values.get(segment.dimension, ()) for segment in segments)


def _is_wanted(exported: ExportedResponse, search: CommentSearch) -> bool:
    """Whether the response is wanted, by what the database does not check."""
    if search.theme is not None and search.theme not in {theme.id for theme in exported.themes}:
        return False
    return search.text is None or search.text.lower() in (exported.comment or "").lower()
