"""Correcting what the models said of comments: kept with who, when and the model version, shown at once.

Reports change with the next analysis, which computes them. Every later one keeps the corrections (`saywhy.correction`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.annotate.classification import CommentAnnotator
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.correction import Correction, CorrectionKey, CorrectionKind, by_person
from saywhy.errors import InvalidInput, NotFound
from saywhy.feedback import Comment
from saywhy.store import Connection, Engine
from service.cases import following_up
from service.comment_filters import CommentSearch
from service.comments import find_comments
from service.correction_requests import CorrectionRequest, changes
from service.exports import Exporter
from service.found_comments import FoundComment
from service.paging import LONGEST_PAGE, PAGE, Page, latest_first
from service.read_responses import ReadResponse, read_all
from service.topics.state import save_edited_topics
from service.workspaces import reading, writing

#: Comments that can be corrected together.
MOST_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class ExportedCorrection:
    """A correction with its comment as it is shown; `comment` is the id of the comment, by its content.

    `clause_start` and `clause_end` are offsets in `text`, of the clause as the model split the comment, None for the
    sentiment of the whole comment. `said` stood there before, `value` stands there since: a polarity, the id of a theme
    or of a topic (several separated by commas, blank for none), or a span `start-end` in the verbatim. A `value` of
    None took earlier corrections back.
    """

    id: int
    at: datetime
    author: str
    model: str
    comment: str
    text: str
    language: str | None
    kind: CorrectionKind
    clause_start: int | None
    clause_end: int | None
    said: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """How many comments were corrected, and how many were left as it is not clear which of their clauses is meant."""

    comments: int
    skipped: int = 0


def correct(
    engine: Engine,
    workspace: str,
    requests: Sequence[CorrectionRequest],
    *,
    by: str,
    code_frame: CodeFrame,
    confirms: bool = True,
) -> Corrected:
    """Keep corrections, all or none. One that says what is there already confirms it, once for each person: it is
    their vote, which agreement and training count. Without `confirms` it changes nothing.

    Raises `WorkspaceNotFound`, `NoFollowUp` for an anonymous workspace, `NotFound` for a response, clause, theme or
    cause that there is not, `InvalidInput` for a value that is none, and `Conflict` for a comment that has not been
    analysed yet.
    """
    with following_up(writing(engine, workspace)) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        exporter = Exporter.of(connection, workspace_id, code_frame)
        reads = read_commented(connection, workspace_id, exporter, {request.response for request in requests})
        votes = _votes_of(by, connection, workspace_id, reads) if confirms else None
        now, new = datetime.now(UTC), list[Correction]()
        for request in requests:
            if request.response not in reads:
                raise NotFound(f"there is no response {request.response} with a comment")
            read = reads[request.response]
            for kind, value, said in changes(request, read, code_frame, exporter.topics.values(), votes):
                model = exporter.model or ""
                new.append(Correction(read.content_hash, kind, request.clause, value, said, model, by, now))
        store.corrections.add(connection, workspace_id, new)
        if any(each.kind is CorrectionKind.CAUSE for each in new):
            save_edited_topics(connection, workspace_id)
        return Corrected(len({each.content_hash for each in new}))


def correct_found(
    engine: Engine,
    workspace: str,
    search: CommentSearch,
    kind: CorrectionKind,
    value: str | None,
    *,
    by: str,
    code_frame: CodeFrame,
    annotator: CommentAnnotator,
    with_personal_data: bool = False,
) -> Corrected:
    """Correct all comments that a search finds alike; `with_personal_data` as for the search.

    A theme or cause is that of the clauses which were searched for; without these, of the only clause of a comment.
    Comments with several clauses are then skipped. What is there already is not confirmed: nobody has read each of
    them. Raises what `correct` and `find_comments` raise, and `InvalidInput` for more than `MOST_AT_ONCE` comments.
    """
    requests: list[CorrectionRequest] = []
    seen, skipped, cursor = 0, 0, None
    while True:
        page = find_comments(
            engine,
            workspace,
            search,
            code_frame=code_frame,
            annotator=annotator,
            limit=LONGEST_PAGE,
            cursor=cursor,
            with_personal_data=with_personal_data,
        )
        for comment in page.comments:
            of_comment = _requests_of(comment, kind, value)
            requests += of_comment
            skipped += not of_comment
        seen += len(page.comments)
        if seen > MOST_AT_ONCE:
            raise InvalidInput(f"at most {MOST_AT_ONCE:,} comments can be corrected at once; search for fewer")
        if (cursor := page.next) is None:
            break
    corrected = correct(engine, workspace, requests, by=by, code_frame=code_frame, confirms=False)
    return Corrected(corrected.comments, skipped)


def list_corrections(
    engine: Engine, workspace: str, limit: int = PAGE, cursor: str | None = None, *, with_personal_data: bool = False
) -> Page[ExportedCorrection]:
    """All corrections, the latest first, also those that were taken back. Personal data in comments is masked unless
    `with_personal_data`.

    Raises `WorkspaceNotFound`, `NoFollowUp` for an anonymous workspace, and `InvalidInput` for a limit or a cursor that
    is none.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        exporter = Exporter.of(connection, workspace_id, CodeFrame(()), with_personal_data=with_personal_data)

        def load(number: int, before: int | None) -> list[ExportedCorrection]:
            corrections = store.corrections.latest_first(connection, workspace_id, number, before)
            hashes = {each.content_hash for each in corrections}
            comments = store.comments.by_hash(connection, workspace_id, hashes)
            return [exported_correction(each, comments[each.content_hash], exporter) for each in corrections]

        return latest_first(load, limit, cursor)


def exported_correction(correction: Correction, comment: Comment, exporter: Exporter) -> ExportedCorrection:
    """A correction as it is exported, with its comment."""
    text, spans = exporter.shown(comment, [correction.clause] if correction.clause else [])
    start, end = spans[0] if spans else (None, None)
    return ExportedCorrection(
        id=correction.id,
        at=correction.at,
        author=correction.author,
        model=correction.model,
        comment=correction.content_hash,
        text=text or "",
        language=comment.language if comment.language != "und" else None,
        kind=correction.kind,
        clause_start=start,
        clause_end=end,
        said=correction.said,
        value=correction.value,
    )


def read_commented(
    connection: Connection, workspace_id: int, exporter: Exporter, ids: Collection[int]
) -> dict[int, ReadResponse]:
    """Those of the responses that have a comment."""
    commented = store.response_ids.commented(connection, workspace_id, ids)
    responses = store.responses.by_id(connection, workspace_id, commented)
    return dict(zip(commented, read_all(connection, workspace_id, exporter.model, responses), strict=True))


def _votes_of(
    person: str, connection: Connection, workspace_id: int, reads: Mapping[int, ReadResponse]
) -> dict[CorrectionKey, str | None]:
    """The values that a person stands by, of these comments."""
    log = store.corrections.log(connection, workspace_id, {read.content_hash for read in reads.values()})
    return {key: votes[person].value for key, votes in by_person(log).items() if person in votes}


def _requests_of(comment: FoundComment, kind: CorrectionKind, value: str | None) -> list[CorrectionRequest]:
    if kind is CorrectionKind.SENTIMENT:
        return [CorrectionRequest(comment.id, kind, value)] if comment.response.sentiment else []
    return [CorrectionRequest(comment.id, kind, value, clause.span) for clause in comment.matches]
