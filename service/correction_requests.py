"""Checking a correction that somebody asks for, and what it means for the clause."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from saywhy.annotation import Annotation, Polarity, Span
from saywhy.code_frame import VERDICT, CodeFrame
from saywhy.correction import NO_VALUE, CorrectionKey, CorrectionKind, span_of, span_text
from saywhy.errors import Conflict, InvalidInput, NotFound, TopicNotFound
from saywhy.topic import Topic
from service.not_found import listed
from service.read_responses import ReadResponse
from service.topics.lookup import topics_called


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """A correction as somebody asks for it: of the comment of a response, by its id in the store, or of a clause of it.

    `clause` and `value` are as in `saywhy.correction.Correction`, but a cause may also be called by its label. A theme
    and a cause go together: a cause brings its theme, and another theme takes the cause away.
    """

    response: int
    kind: CorrectionKind
    value: str | None
    clause: Span | None = None


def changes(
    request: CorrectionRequest,
    read: ReadResponse,
    code_frame: CodeFrame,
    topics: Collection[Topic],
    votes: Mapping[CorrectionKey, str | None] | None,
) -> Iterator[tuple[CorrectionKind, str | None, str]]:
    """(kind, value, what is there now) of each correction that the request takes.

    What is there already is confirmed, which is a vote for it; `votes` are the values that the same person stands by,
    which nobody confirms twice. None: nothing is confirmed. Raises what `statements` raises.
    """
    standing = {(each.kind, each.clause) for each in read.corrections}
    for kind, value, said in statements(request, read, code_frame, topics):
        if value is None:
            is_new = (kind, request.clause) in standing
        else:
            is_vote = votes is not None and votes.get((read.content_hash, kind, request.clause)) != value
            is_new = value != said or is_vote
        if is_new:
            yield kind, value, said


def statements(
    request: CorrectionRequest, read: ReadResponse, code_frame: CodeFrame, topics: Collection[Topic]
) -> Iterator[tuple[CorrectionKind, str | None, str]]:
    """(kind, value, what is there now) of all that the request says, also of what is there already.

    Raises `NotFound` for a clause, a theme or a cause that there is not, `InvalidInput` for a value that is none, and
    `Conflict` for a comment about which nothing is said yet.
    """
    if read.annotation is None:
        raise Conflict("the comment has not been analysed, or says nothing: there is nothing to correct")
    if request.clause is None and request.kind is not CorrectionKind.SENTIMENT:
        raise InvalidInput(f"say of which clause the {request.kind} is corrected")
    spans = [clause.span for clause in read.annotation.clauses]
    if request.clause is not None and request.clause not in spans:
        raise NotFound(f"the comment has no clause {span_text(request.clause)}; it has {listed(map(span_text, spans))}")
    for kind, value in _values(request, read, code_frame, topics):
        yield kind, value, _said(read, read.annotation, kind, request.clause)


def _values(
    request: CorrectionRequest, read: ReadResponse, code_frame: CodeFrame, topics: Collection[Topic]
) -> Iterator[tuple[CorrectionKind, str | None]]:
    """The corrections of which a request consists."""
    kind, value, clause = request.kind, request.value, request.clause
    pair = (CorrectionKind.THEME, CorrectionKind.CAUSE)
    if value is None:
        yield from ((each, None) for each in (pair if kind in pair else (kind,)))
    elif kind is CorrectionKind.SENTIMENT:
        allowed = [each for each in Polarity if clause is None or each is not Polarity.MIXED]
        if value not in allowed:
            raise InvalidInput(f"the sentiment is one of {listed(allowed)}, not {value!r}")
        yield kind, value
    elif kind is CorrectionKind.SPAN:
        yield kind, _span(value, read, clause)
    elif kind is CorrectionKind.THEME:
        known = {*code_frame.ids, *(topic.theme for topic in topics)}
        if value != NO_VALUE and value not in known:
            raise NotFound(f"there is no theme {value!r}; there are: {listed(sorted(known))}")
        yield kind, value
        themes = {topic.theme for topic in topics if topic.id in _causes(read, clause)}
        if themes and themes != {value}:
            yield CorrectionKind.CAUSE, NO_VALUE
    elif value == NO_VALUE:
        yield kind, value
    else:
        topic = _topic(value, topics)
        mentioned = _themes(read, read.annotation, clause) if read.annotation else []
        if mentioned and mentioned != [topic.theme] and topic.theme != VERDICT:
            yield CorrectionKind.THEME, topic.theme
        yield kind, topic.id


def _topic(name: str, topics: Collection[Topic]) -> Topic:
    called = topics_called(topics, name)
    if not called:
        raise TopicNotFound(f"there is no cause {name!r}; the largest are: {listed(topic.label for topic in topics)}")
    if len(called) > 1:
        raise InvalidInput(f"several causes are called {name!r}: {listed(topic.id for topic in called)}; give an id")
    return called[0]


def _span(value: str, read: ReadResponse, clause: Span | None) -> str | None:
    """The span, or None if it is that of the clause itself."""
    span = span_of(value)
    length = len(read.response.comment.verbatim) if read.response.comment else 0
    if not span[0] < span[1] <= length:
        raise InvalidInput(f"{value} is no span of the comment, which has {length} characters")
    if clause is not None and (span[1] <= clause[0] or clause[1] <= span[0]):
        raise InvalidInput(f"{value} shares nothing with the clause {span_text(clause)}")
    return None if span == clause else span_text(span)


def _said(read: ReadResponse, annotation: Annotation, kind: CorrectionKind, clause: Span | None) -> str:
    """What stands there now, in the form of a value; several themes or causes are separated by commas."""
    if clause is None:
        return annotation.sentiment.label.value
    if kind is CorrectionKind.SPAN:
        return span_text(read.span_of(clause))
    if kind is CorrectionKind.THEME:
        return ",".join(_themes(read, annotation, clause))
    if kind is CorrectionKind.CAUSE:
        return ",".join(_causes(read, clause))
    [polarity] = [each.polarity for each in annotation.clauses if each.span == clause]
    return polarity.value


def _themes(read: ReadResponse, annotation: Annotation, clause: Span | None) -> list[str]:
    """The themes that a clause mentions."""
    span = read.span_of(clause) if clause else None
    return [mention.theme for mention in annotation.mentions if mention.span == span]


def _causes(read: ReadResponse, clause: Span | None) -> list[str]:
    """The topics that a clause names."""
    return [assigned.topic for assigned in read.assigned if assigned.span == clause]
