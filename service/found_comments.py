"""A comment as people look at it and correct it: its clauses, what each names, and what was corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.topics.meaning import CloseComment
from saywhy.annotation import Polarity, Span
from saywhy.correction import Correction
from saywhy.feedback import Group
from saywhy.store.comment_search import CommentFilter
from service.exports import ExportedCause, ExportedResponse, Exporter
from service.read_responses import ReadResponse


@dataclass(frozen=True, slots=True)
class FoundClause:
    """A clause, by which corrections name it: its `span` in the verbatim as the model split the comment.

    `start` and `end` are offsets in the comment as it is shown, of what people say the clause is. `is_match`: it is
    what was searched for. `corrections` are those that hold of it.
    """

    span: Span
    start: int
    end: int
    polarity: Polarity
    themes: tuple[str, ...]
    causes: tuple[ExportedCause, ...]
    corrections: tuple[Correction, ...]
    is_match: bool


@dataclass(frozen=True, slots=True)
class FoundComment:
    """A response with its comment; `id` is that of the response in the store. `source` is where it came from.

    `similarity` to the meaning that was searched for is in -1 … +1, None if none was.
    """

    id: int
    source: str
    group: Group | None  # of the score
    content_hash: str
    response: ExportedResponse
    clauses: tuple[FoundClause, ...]
    corrections: tuple[Correction, ...]
    similarity: float | None

    @property
    def matches(self) -> tuple[FoundClause, ...]:
        """The clauses that were searched for; where none were, that of a comment with a single clause."""
        matching = tuple(clause for clause in self.clauses if clause.is_match)
        return matching or (self.clauses if len(self.clauses) == 1 else ())


def found_comment(
    id: int,
    read: ReadResponse,
    exported: ExportedResponse,
    exporter: Exporter,
    wanted: CommentFilter | None = None,
    close: CloseComment | None = None,
) -> FoundComment:
    """The comment of a response, as it is exported, with its clauses; `wanted` and `close` say which are matches."""
    return FoundComment(
        id=id,
        source=read.response.source,
        group=read.response.score.group if read.response.score else None,
        content_hash=read.content_hash,
        response=exported,
        clauses=_clauses(read, exported, exporter, wanted, close),
        corrections=tuple(read.corrections),
        similarity=close.similarity if close else None,
    )


def _clauses(
    read: ReadResponse,
    exported: ExportedResponse,
    exporter: Exporter,
    wanted: CommentFilter | None,
    close: CloseComment | None,
) -> tuple[FoundClause, ...]:
    if read.annotation is None:
        return ()
    clauses = sorted(read.annotation.clauses, key=lambda clause: clause.start)
    spans = [clause.span for clause in clauses]
    corrected_spans = [read.span_of(span) for span in spans]
    _, shown = exporter.shown(read.response.comment, corrected_spans)
    causes_at: dict[Span, list[ExportedCause]] = {}
    for assigned, cause in zip(read.assigned, exported.causes, strict=True):
        causes_at.setdefault(assigned.span, []).append(cause)
    closest = read.annotation.clauses[close.clause].span if close else None
    shown_clauses = []
    for clause, span, at, (start, end) in zip(clauses, spans, corrected_spans, shown, strict=True):
        causes = tuple(causes_at.get(span, ()))
        mentioned = [mention.theme for mention in read.annotation.mentions if mention.span == at]
        themes = tuple(dict.fromkeys((*mentioned, *(cause.theme for cause in causes))))
        shown_clauses.append(
            FoundClause(
                span=span,
                start=start,
                end=end,
                polarity=clause.polarity,
                themes=themes,
                causes=causes,
                corrections=tuple(read.corrections_of(span)),
                is_match=span == closest or (wanted is not None and _is_named(themes, causes, wanted)),
            )
        )
    return tuple(shown_clauses)


def _is_named(themes: Sequence[str], causes: Sequence[ExportedCause], wanted: CommentFilter) -> bool:
    if wanted.topics is not None:
        return any(cause.id in wanted.topics for cause in causes)
    return wanted.theme is not None and wanted.theme in themes
