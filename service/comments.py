"""Reading comments page by page, by what they name, by who wrote them, by words and by meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice

from pipelines.annotate.classification import CommentAnnotator
from pipelines.topics.meaning import CloseComment
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import InvalidInput
from saywhy.store import Connection, Engine
from saywhy.store.comment_search import CommentFilter, Hit
from service.cases import following_up
from service.comment_filters import CommentSearch, filter_of, is_in, is_wanted
from service.exports import ExportedResponse, Exporter
from service.found_comments import FoundComment, found_comment
from service.meaning import closest_comments
from service.paging import PAGE, cursor_of, page_size, position_of
from service.read_responses import read_all
from service.workspaces import reading

#: Responses that are looked at together, at first and at most: more and more while few of them are wanted.
_FIRST_BATCH, _LARGEST_BATCH = 200, 5_000

#: Comments of a file that is made while somebody waits.
MOST_EXPORTED = 20_000

#: Similarities in cursors are integers.
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class CommentPage:
    """Some of the comments, the last imported first; `next` is the cursor of those that follow, None at the end."""

    comments: tuple[ExportedResponse, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """The same with all that a person needs who corrects them."""

    comments: tuple[FoundComment, ...]
    next: str | None


def list_comments(
    engine: Engine,
    workspace: str,
    search: CommentSearch | None = None,
    *,
    code_frame: CodeFrame,
    annotator: CommentAnnotator | None = None,
    limit: int = PAGE,
    cursor: str | None = None,
    with_personal_data: bool = False,
    show_staff_names: bool = False,
) -> CommentPage:
    """Responses with a comment, each with all that is said of it, the last imported first, or the closest in meaning.

    What is imported meanwhile is on no later page, and no comment is on two pages. Personal data as in
    `service.exports.export`. The `annotator` is needed to search by meaning. Raises `WorkspaceNotFound`, `NoFollowUp`
    for an anonymous workspace, `WaveNotFound`, `TopicNotFound`, `NotFound` for an unknown theme, `InvalidInput` for a
    cursor or a text that is none, and `Conflict` if there is nothing to compare a meaning with.
    """
    page = find_comments(
        engine,
        workspace,
        search or CommentSearch(),
        code_frame=code_frame,
        annotator=annotator,
        limit=limit,
        cursor=cursor,
        with_personal_data=with_personal_data,
        show_staff_names=show_staff_names,
    )
    return CommentPage(tuple(comment.response for comment in page.comments), page.next)


def find_comments(
    engine: Engine,
    workspace: str,
    search: CommentSearch,
    *,
    code_frame: CodeFrame,
    annotator: CommentAnnotator | None = None,
    limit: int = PAGE,
    cursor: str | None = None,
    with_personal_data: bool = False,
    show_staff_names: bool = False,
) -> FoundPage:
    """The same comments with their clauses and corrections. Raises the same."""
    limit = page_size(limit)
    with _searching(
        engine, workspace, search, code_frame, annotator, with_personal_data, show_staff_names
    ) as search_from:
        comments: list[FoundComment] = []
        for comment in search_from(cursor, limit):
            if len(comments) == limit:
                return FoundPage(tuple(comments), _cursor_after(comments[-1]))
            comments.append(comment)
        return FoundPage(tuple(comments), None)


def export_comments(
    engine: Engine,
    workspace: str,
    search: CommentSearch,
    *,
    code_frame: CodeFrame,
    annotator: CommentAnnotator,
    with_personal_data: bool = False,
) -> list[ExportedResponse]:
    """All comments that a search finds. Raises what `list_comments` raises, and `InvalidInput` for too many."""
    with _searching(engine, workspace, search, code_frame, annotator, with_personal_data, False) as search_from:
        comments = [comment.response for comment in islice(search_from(None, MOST_EXPORTED), MOST_EXPORTED + 1)]
    if len(comments) > MOST_EXPORTED:
        raise InvalidInput(
            f"more than {MOST_EXPORTED:,} comments are found: search for fewer, or export the whole survey as a job"
        )
    return comments


@contextmanager
def _searching(
    engine: Engine,
    workspace: str,
    search: CommentSearch,
    code_frame: CodeFrame,
    annotator: CommentAnnotator | None,
    with_personal_data: bool,
    show_staff_names: bool,
) -> Iterator[Callable[[str | None, int], Iterator[FoundComment]]]:
    """A function that finds comments, from a cursor on, of which so many are wanted; valid in this transaction."""
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        exporter = Exporter.of(
            connection,
            workspace_id,
            code_frame,
            with_personal_data=with_personal_data,
            show_staff_names=show_staff_names,
        )
        wanted = filter_of(connection, workspace_id, search, exporter)

        def search_from(cursor: str | None, limit: int) -> Iterator[FoundComment]:
            close: dict[str, CloseComment] = {}
            if search.meaning is None:
                before = None if cursor is None else int(position_of(cursor, int)[0])
                batches = _latest_first(connection, workspace_id, wanted, _first_batch(search, limit), before)
            else:
                if annotator is None:
                    raise InvalidInput("comments cannot be searched by meaning here")
                closest = closest_comments(engine, connection, workspace_id, search.meaning, annotator)
                close = {each.content_hash: each for each in closest}
                batches = _closest_first(connection, workspace_id, wanted, close, cursor)
            size = limit + 1  # of these, all may be wanted; more and more are read while few are
            for batch in batches:
                hits = [hit for hit in batch if is_in(hit.segments, search.segments)]
                while hits:
                    yield from _wanted(hits[:size], search, wanted, close, exporter)
                    hits, size = hits[size:], 2 * size

        yield search_from


def _latest_first(
    connection: Connection, workspace_id: int, wanted: CommentFilter, size: int, before: int | None
) -> Iterator[list[Hit]]:
    """What the database finds, in larger and larger batches."""
    while True:
        hits = store.comment_search.hits(connection, workspace_id, wanted, size, before)
        yield hits
        if len(hits) < size:
            return
        before, size = hits[-1].id, min(2 * size, _LARGEST_BATCH)


def _closest_first(
    connection: Connection,
    workspace_id: int,
    wanted: CommentFilter,
    close: Mapping[str, CloseComment],
    cursor: str | None,
) -> Iterator[list[Hit]]:
    """What the database finds of close comments, in batches."""
    hits = store.comment_search.hits(connection, workspace_id, replace(wanted, hashes=close), None, None)
    placed = sorted((-round(close[hit.content_hash].similarity * _MILLION), -hit.id, hit) for hit in hits)
    if cursor is not None:
        similarity, last = (int(value) for value in position_of(cursor, int, int))
        placed = [place for place in placed if place[:2] > (-similarity, -last)]
    for start in range(0, len(placed), _FIRST_BATCH):
        yield [hit for *_, hit in placed[start : start + _FIRST_BATCH]]


def _wanted(
    hits: list[Hit],
    search: CommentSearch,
    wanted: CommentFilter,
    close: Mapping[str, CloseComment],
    exporter: Exporter,
) -> Iterator[FoundComment]:
    """Those of the hits that are wanted, in order, also by what the database does not check."""
    at = exporter.connection, exporter.workspace_id
    ids = sorted(hit.id for hit in hits)
    reads = read_all(*at, exporter.model, store.responses.by_id(*at, ids))
    by_id = dict(zip(ids, reads, strict=True))
    for hit in hits:
        exported = exporter.export(by_id[hit.id])
        if is_wanted(exported, search, wanted):
            yield found_comment(hit.id, by_id[hit.id], exported, exporter, wanted, close.get(hit.content_hash))


def _cursor_after(comment: FoundComment) -> str:
    if comment.similarity is None:
        return cursor_of((comment.id,))
    return cursor_of((round(comment.similarity * _MILLION), comment.id))


def _first_batch(search: CommentSearch, limit: int) -> int:
    """How many responses are looked at at first: more where the database leaves many that are not wanted."""
    is_narrowed = search.segments or search.theme is not None
    return _FIRST_BATCH if is_narrowed else min(limit + 1, _LARGEST_BATCH)
