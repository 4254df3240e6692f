"""Comments as they are shown: their pieces, what each clause names, and what was corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.web.pages.comments.context import CommentCard, NamedLink, Piece, SaidOfClause
from api.web.rendering import Web
from saywhy.access import Scope
from saywhy.annotation import Span
from saywhy.code_frame import CodeFrame
from saywhy.correction import Correction, span_text
from saywhy.feedback import Scale
from saywhy.report import ALL_WAVES
from saywhy.topic import Topic
from service.found_comments import FoundClause, FoundComment

PATH = "/comments"

#: What forms send for no theme or cause: fields without a value are not sent.
NONE = "-"

#: Longest quote of a clause below its comment, in characters.
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Names:
    """What themes and causes are called in the reader's language."""

    themes: Mapping[str, str]
    causes: Mapping[str, str]

    @classmethod
    def of(cls, code_frame: CodeFrame, topics: Sequence[Topic], language: str) -> Names:
        """Those of the code frame and of the topics; an adopted topic is a theme too."""
        adopted = {topic.theme: topic.label for topic in topics if topic.is_adopted}
        return cls(
            {**adopted, **{theme.id: theme.name(language) for theme in code_frame}},
            {topic.id: topic.name(language) for topic in topics},
        )

    def theme(self, id: str) -> str:
        return self.themes.get(id, id)

    def cause(self, id: str) -> str:
        return self.causes.get(id, id)


def card(comment: FoundComment, names: Names, back: str, web: Web, *, is_done: bool = False) -> CommentCard:
    """A comment of a list; `back` is the address of the list."""
    response, wording = comment.response, web.wording
    may_edit = web.may(Scope.WRITE) and bool(comment.clauses)

    def href(clause: FoundClause) -> str | None:
        return correct_href(comment.id, clause.span, back, web) if may_edit else None

    closeness = "" if comment.similarity is None else wording.points(comment.similarity, decimals=2)
    return CommentCard(
        id=str(comment.id),
        label=wording("comments.comment", id=response.id),
        score=_score(response.score, response.scale),
        group=comment.group.plural if comment.group else "",
        sentiment=response.sentiment.label.value if response.sentiment else "",
        sentiment_label=wording[response.sentiment.label.value] if response.sentiment else "",
        sentiment_corrected=_corrected([each for each in comment.corrections if each.clause is None], web),
        facts=tuple(dict.fromkeys(_facts(comment, web))),
        closeness=wording("comments.closeness", value=closeness) if closeness else "",
        language=response.language,
        pieces=pieces(comment, href, {clause.span for clause in comment.clauses if clause.is_match}),
        said=tuple(_said(comment, names, web)),
        correct=correct_href(comment.id, None, back, web) if may_edit else None,
        may_select=web.may(Scope.WRITE),
        is_done=is_done,
    )


def correct_href(id: int, clause: Span | None, back: str, web: Web) -> str:
    """Where a comment, or a clause of it, is corrected; from there one gets back."""
    return web.href(f"{PATH}/{id}", clause=span_text(clause) if clause else None, next=back)


def pieces(comment: FoundComment, href: Callable[[FoundClause], str | None], marked: set[Span]) -> tuple[Piece, ...]:
    """The comment as its clauses and what is between them. A clause that is a part of an earlier one is in that."""
    return tuple(_pieces(comment.response.comment or "", comment.clauses, href, marked))


def _pieces(
    text: str, clauses: Sequence[FoundClause], href: Callable[[FoundClause], str | None], marked: set[Span]
) -> Iterator[Piece]:
    position = 0
    for clause in sorted(clauses, key=lambda clause: (clause.start, -clause.end)):
        start, end = max(clause.start, position), clause.end
        if start >= end:
            continue
        if start > position:
            yield Piece(text[position:start], None, "", False, None)
        names_something = bool(clause.themes or clause.causes)
        polarity = clause.polarity.value if names_something else ""
        yield Piece(text[start:end], span_text(clause.span), polarity, clause.span in marked, href(clause))
        position = end
    if position < len(text):
        yield Piece(text[position:], None, "", False, None)


def _said(comment: FoundComment, names: Names, web: Web) -> Iterator[SaidOfClause]:
    text, wording = comment.response.comment or "", web.wording
    for clause in comment.clauses:
        if not (clause.themes or clause.causes or clause.corrections):
            continue
        quote = text[clause.start : clause.end]
        shown = dict.fromkeys(cause.id for cause in clause.causes)
        polarity = next((cause.polarity for cause in clause.causes), clause.polarity)
        yield SaidOfClause(
            quote=quote if len(quote) <= _LONGEST_QUOTE else f"{quote[: _LONGEST_QUOTE - 1]}…",
            polarity=polarity.value,
            polarity_label=wording[polarity.value],
            themes=tuple(NamedLink(names.theme(theme), web.href(PATH, theme=theme)) for theme in clause.themes),
            causes=tuple(NamedLink(names.cause(id), web.href(PATH, cause=id)) for id in shown),
            corrected=_corrected(clause.corrections, web),
        )


def _facts(comment: FoundComment, web: Web) -> Iterator[str]:
    response, wording = comment.response, web.wording
    if response.wave not in (None, ALL_WAVES):
        yield str(response.wave)
    if response.answered_at is not None:
        yield wording.day(response.answered_at.date().isoformat())
    if response.language:
        yield wording.language_name(response.language)
    for dimension, value in response.segments.items():
        yield wording.segment(f"{dimension}={value}")
    yield comment.source


def _corrected(corrections: Sequence[Correction], web: Web) -> str:
    """Whether people corrected something, or only confirmed it; empty without any correction."""
    if not corrections:
        return ""
    return web.wording[
        "comments.confirmed" if all(each.is_confirmation for each in corrections) else "comments.corrected"
    ]


def _score(value: int | None, scale: str | None) -> str:
    if value is None or scale is None:
        return ""
    return str(value) if scale == Scale.NPS.value else f"{value} ({scale})"
