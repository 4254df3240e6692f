"""Responses with all that is said of their comments: by the models, by analyses, and by people who corrected these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from saywhy import store
from saywhy.annotation import Annotation, Span
from saywhy.correction import Correction, CorrectionKind, clause_at
from saywhy.feedback import Response
from saywhy.store import Connection
from saywhy.topic import Assignment


@dataclass(frozen=True, slots=True)
class ReadResponse:
    """A response with the annotation of its comment, corrected; the topics that its clauses are assigned to; and the
    corrections, the oldest first. Without a comment, or before the first analysis, there are none.
    """

    response: Response
    content_hash: str
    annotation: Annotation | None
    assigned: Sequence[Assignment]
    corrections: Sequence[Correction]

    def corrections_of(self, clause: Span) -> list[Correction]:
        """The corrections of a clause."""
        clauses = [each.span for each in self.annotation.clauses] if self.annotation else []
        return [each for each in self.corrections if each.clause and clause_at(each.clause, clauses) == clause]

    def span_of(self, clause: Span) -> Span:
        """What of the comment a clause is: its own span, or the one that people gave it."""
        spans = [each.span for each in self.corrections_of(clause) if each.kind is CorrectionKind.SPAN]
        return spans[-1] if spans else clause


def read_all(
    connection: Connection, workspace_id: int, model: str | None, responses: Sequence[Response]
) -> Iterator[ReadResponse]:
    """The responses, in order, with what is said of them, which is read together. `model` made the annotations."""
    # The hash is computed each time that a comment is asked for it.
    hashes = [response.comment.content_hash if response.comment else "" for response in responses]
    annotations = store.annotations.by_hash(connection, workspace_id, model, hashes) if model else {}
    assignments = store.topics.by_hash(connection, workspace_id, hashes)
    corrections = store.corrections.by_hash(connection, workspace_id, hashes)
    for response, content_hash in zip(responses, hashes, strict=True):
        yield ReadResponse(
            response,
            content_hash,
            annotations.get(content_hash),
            assignments.get(content_hash, ()),
            corrections.get(content_hash, ()),
        )
