"""The correction of one comment: what can be chosen, by which keys, and what was corrected before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api.web.pages.comments.cards import NONE, PATH, Names, correct_href, pieces
from api.web.pages.comments.context import Option, OptionGroup, Panel, PastCorrection
from api.web.rendering import Web
from saywhy.annotation import Polarity
from saywhy.code_frame import VERDICT, CodeFrame
from saywhy.correction import NO_VALUE, Correction, CorrectionKind, span_text
from service.correcting import SUGGESTIONS, CommentToCorrect
from service.found_comments import FoundClause

#: The keys of the options of a group, in order; 0 is for none.
_KEYS = "123456789abcdefghijklmnopqrstuvwxyz"

#: The order in which polarities are chosen.
_POLARITIES = (Polarity.NEGATIVE, Polarity.NEUTRAL, Polarity.POSITIVE, Polarity.MIXED)


def panel(read: CommentToCorrect, names: Names, code_frame: CodeFrame, back: str, web: Web) -> Panel:
    """The correction of a comment; `back` is the path with the query of the list from which one came."""
    comment, clause = read.comment, read.clause

    def href(other: FoundClause) -> str | None:
        return correct_href(comment.id, other.span, back, web)

    groups = tuple(_groups(read, clause, names, code_frame, web)) if clause else ()
    return Panel(
        id=str(comment.id),
        language=comment.response.language,
        pieces=pieces(comment, href, {clause.span} if clause else set()),
        clause=span_text(clause.span) if clause else "",
        groups=groups,
        history=tuple(_past(each, names, web) for each in reversed(comment.corrections)),
        action=web.href(f"{PATH}/{comment.id}/corrections"),
        next=back,
        close=web.href(back),
        nothing=clause is None,
    )


def _groups(
    read: CommentToCorrect, clause: FoundClause, names: Names, code_frame: CodeFrame, web: Web
) -> Iterator[OptionGroup]:
    wording, at = web.wording, span_text(clause.span)
    sentiment = read.comment.response.sentiment
    yield OptionGroup(
        kind=CorrectionKind.SENTIMENT.value,
        key="s",
        title=wording["comments.of_comment"],
        clause="",
        options=_options(
            [(each.value, wording[each.value]) for each in _POLARITIES], {sentiment.label.value} if sentiment else set()
        ),
        can_search=False,
        selects=False,
    )
    yield OptionGroup(
        kind=CorrectionKind.SENTIMENT.value,
        key="p",
        title=wording["comments.of_clause"],
        clause=at,
        options=_options([(each.value, wording[each.value]) for each in _POLARITIES[:3]], {clause.polarity.value}),
        can_search=False,
        selects=False,
    )
    none = Option(NONE, wording["comments.none"], "0", False)
    themes = [(theme.id, names.theme(theme.id)) for theme in code_frame if theme.id != VERDICT]
    known = {id for id, _ in themes}
    themes += sorted((id, name) for id, name in names.themes.items() if id not in known | {VERDICT})
    yield OptionGroup(
        kind=CorrectionKind.THEME.value,
        key="t",
        title=wording["theme"],
        clause=at,
        options=(*_options(themes, set(clause.themes)), none),
        can_search=False,
        selects=False,
    )
    current = {cause.id for cause in clause.causes}
    causes = [(topic.id, f"{topic.name(wording.language)} ({names.theme(topic.theme)})") for topic in read.suggestions]
    causes[:0] = [(id, names.cause(id)) for id in sorted(current - {id for id, _ in causes})]
    yield OptionGroup(
        kind=CorrectionKind.CAUSE.value,
        key="c",
        title=wording["comments.cause"],
        clause=at,
        options=(*_options(causes[:SUGGESTIONS], current), none),
        can_search=True,
        selects=False,
    )
    spans = (("before", read.with_before), ("after", read.with_after), ("whole", read.whole))
    yield OptionGroup(
        kind=CorrectionKind.SPAN.value,
        key="w",
        title=wording["comments.span"],
        clause=at,
        options=_options([(span_text(span), wording[f"comments.span_{name}"]) for name, span in spans if span], set()),
        can_search=False,
        selects=True,
    )


def _options(choices: Iterable[tuple[str, str]], current: set[str]) -> tuple[Option, ...]:
    keys = iter(_KEYS)
    return tuple(Option(value, label, next(keys, ""), value in current) for value, label in choices)


def _past(correction: Correction, names: Names, web: Web) -> PastCorrection:
    wording = web.wording
    kind = "polarity" if correction.clause and correction.kind is CorrectionKind.SENTIMENT else correction.kind.value

    def named(value: str) -> str:
        if value == NO_VALUE:
            return wording["comments.none"]
        return wording["comma"].join(_name(correction.kind, each, names, web) for each in value.split(","))

    day = wording.day(correction.at.date().isoformat())
    value = named(correction.value or "")
    text = wording(f"comments.changed_{kind}", before=named(correction.said), after=value)
    if correction.is_confirmation:
        text = wording("comments.confirmed_as", value=value)
    return PastCorrection(
        text=text,
        by=wording("comments.changed_by", author=correction.author, day=day, model=correction.model),
        kind=correction.kind.value,
        clause=span_text(correction.clause) if correction.clause else "",
    )


def _name(kind: CorrectionKind, value: str, names: Names, web: Web) -> str:
    if kind is CorrectionKind.SENTIMENT:
        return web.wording[Polarity(value).value]
    if kind is CorrectionKind.THEME:
        return names.theme(value)
    return names.cause(value) if kind is CorrectionKind.CAUSE else value
