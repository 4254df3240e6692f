"""What a person needs who corrects one comment: its clauses, the nearest causes, and other spans of the clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.arrays import unpack
from pipelines.topics.meaning import nearest_topics
from saywhy import store
from saywhy.annotation import Span
from saywhy.code_frame import CodeFrame
from saywhy.errors import InvalidInput, NotFound
from saywhy.store import Engine
from saywhy.topic import Topic
from service.cases import following_up
from service.corrections import read_commented
from service.exports import Exporter
from service.found_comments import FoundClause, FoundComment, found_comment
from service.read_responses import ReadResponse
from service.workspaces import reading

#: Causes that are suggested: as many as there are keys with a digit.
SUGGESTIONS = 9


@dataclass(frozen=True, slots=True)
class CommentToCorrect:
    """A comment, the clause that is corrected (None: the comment has not been analysed), the causes that come closest
    to it, and other spans for it: with the clause before, with the one after, and the whole comment.
    """

    comment: FoundComment
    clause: FoundClause | None
    suggestions: tuple[Topic, ...]
    with_before: Span | None
    with_after: Span | None
    whole: Span | None


def read_comment(
    engine: Engine,
    workspace: str,
    response: int,
    clause: Span | None = None,
    *,
    code_frame: CodeFrame,
    with_personal_data: bool = False,
) -> CommentToCorrect:
    """The comment of a response, by its id in the store, and a clause of it; by default the first one that names
    something. Raises `WorkspaceNotFound`, `NoFollowUp` and `NotFound`.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        exporter = Exporter.of(connection, workspace_id, code_frame, with_personal_data=with_personal_data)
        reads = read_commented(connection, workspace_id, exporter, {response})
        if response not in reads:
            raise NotFound(f"there is no response {response} with a comment")
        read = reads[response]
        comment = found_comment(response, read, exporter.export(read), exporter)
        chosen = _chosen(comment.clauses, clause)
        if chosen is None:
            return CommentToCorrect(comment, None, (), None, None, None)
        fit = store.clusters.fit(connection, workspace_id)
        suggestions: Sequence[Topic] = ()
        if fit is not None and read.annotation is not None and read.response.comment is not None:
            vector = next(each.vector for each in read.annotation.clauses if each.span == chosen.span)
            topics, language = list(exporter.topics.values()), read.response.comment.language
            suggestions = nearest_topics(unpack(vector), language, chosen.polarity, fit, topics, SUGGESTIONS)
        return CommentToCorrect(comment, chosen, tuple(suggestions), *_spans(read, comment.clauses, chosen))


def verbatim_span(
    engine: Engine, workspace: str, response: int, shown: Span, *, code_frame: CodeFrame, with_personal_data: bool
) -> Span:
    """The span in the verbatim of what was selected in the comment as it is shown, where personal data may be masked.

    Raises `WorkspaceNotFound`, `NoFollowUp`, `NotFound`, and `InvalidInput` if nothing was selected.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        exporter = Exporter.of(connection, workspace_id, code_frame, with_personal_data=with_personal_data)
        reads = read_commented(connection, workspace_id, exporter, {response})
        comment = reads[response].response.comment if response in reads else None
        if comment is None:
            raise NotFound(f"there is no response {response} with a comment")
        span = exporter.verbatim_span(comment, shown)
        if span is None:
            raise InvalidInput("select the words of the comment that the clause is")
        return span


def _chosen(clauses: Sequence[FoundClause], span: Span | None) -> FoundClause | None:
    if span is None:
        named = (clause for clause in clauses if clause.themes or clause.causes)
        return next(named, clauses[0] if clauses else None)
    for clause in clauses:
        if clause.span == span:
            return clause
    raise NotFound(f"the comment has no clause {span[0]}-{span[1]}")


def _spans(
    read: ReadResponse, clauses: Sequence[FoundClause], chosen: FoundClause
) -> tuple[Span | None, Span | None, Span | None]:
    at = clauses.index(chosen)
    start, end = read.span_of(chosen.span)
    before = (clauses[at - 1].span[0], end) if at > 0 else None
    after = (start, clauses[at + 1].span[1]) if at + 1 < len(clauses) else None
    whole = (clauses[0].span[0], max(clause.span[1] for clause in clauses)) if len(clauses) > 1 else None
    return before, after, whole
