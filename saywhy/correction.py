"""What people say of a comment where the models were wrong: sentiment, theme, cause or span, with who, when and model.

What the models said is never changed. Corrections are laid over it where it is read (`corrected`), so that they hold in
every later analysis and with every later model, and can be taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, Span, ThemeLabel, overall_polarity
from saywhy.errors import InvalidInput
from saywhy.frame import frame_of

#: The theme or cause of a clause that names none.
NO_VALUE = ""

#: The score of a comment whose sentiment people have said.
_SCORES = {Polarity.NEGATIVE: -1.0, Polarity.NEUTRAL: 0.0, Polarity.POSITIVE: 1.0, Polarity.MIXED: 0.0}


class CorrectionKind(StrEnum):
    """What is corrected: of the whole comment its sentiment, of a clause its polarity, theme, cause or span."""

    SENTIMENT = "sentiment"
    THEME = "theme"
    CAUSE = "cause"
    SPAN = "span"


#: What is corrected: the content hash of the comment, the kind, and the clause (None: the whole comment).
CorrectionKey = tuple[str, CorrectionKind, Span | None]


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of a comment. The latest of a kind and a clause holds; those of several people are all kept.

    `clause` is the clause as the model split the comment, None for the sentiment of the whole comment. `value` is a
    polarity, the id of a theme or of a topic (`NO_VALUE`: it names none) or a span `start-end`; None takes earlier
    corrections back. `said` is what stood there before, by the annotations of `model`.
    """

    content_hash: str
    kind: CorrectionKind
    clause: Span | None
    value: str | None
    said: str
    model: str
    author: str
    at: datetime
    id: int = 0

    @property
    def key(self) -> CorrectionKey:
        """What is corrected."""
        return self.content_hash, self.kind, self.clause

    @property
    def is_confirmation(self) -> bool:
        """Whether it says what stood there already: a vote for that."""
        return self.value == self.said

    @property
    def span(self) -> Span:
        """The span that a correction of the kind `SPAN` gives."""
        return span_of(self.value or "")


def span_text(span: Span) -> str:
    """A span as the value of a correction."""
    return f"{span[0]}-{span[1]}"


def span_of(text: str) -> Span:
    """The span that such a text gives. Raises `InvalidInput` if it gives none."""
    start, _, end = text.partition("-")
    if not (start.isdecimal() and end.isdecimal() and len(text) < 20):
        raise InvalidInput(f"{text[:40]!r} is no span: START-END, in characters")
    return int(start), int(end)


def standing(log: Iterable[Correction]) -> tuple[Correction, ...]:
    """Those of the corrections that hold: of each kind and clause the one that was said last, unless taken back.

    The log is in the order in which it was written; labels of a file may have been said earlier.
    """
    latest = {each.key: each for each in sorted(log, key=lambda each: each.at)}
    return tuple(each for each in latest.values() if each.value is not None)


def by_person(log: Iterable[Correction]) -> dict[CorrectionKey, dict[str, Correction]]:
    """What each person says last of each kind and clause, side by side, by author; what was taken back is left out."""
    said: dict[CorrectionKey, dict[str, Correction]] = {}
    for each in sorted(log, key=lambda each: each.at):
        if each.value is None:
            said.pop(each.key, None)
        else:
            said.setdefault(each.key, {})[each.author] = each
    return said


def clause_at(span: Span, clauses: Collection[Span]) -> Span | None:
    """The clause of a comment that is meant by a span of an earlier model: the same, else the one with which it shares
    most, if that is more than half of both; None if there is none.
    """
    if span in clauses:
        return span

    def shared(other: Span) -> float:
        return min(span[1], other[1]) - max(span[0], other[0])

    best = max(clauses, key=shared, default=None)
    is_same = best is not None and 2 * shared(best) > max(span[1] - span[0], best[1] - best[0])
    return best if is_same else None


def corrected(annotation: Annotation, corrections: Sequence[Correction]) -> Annotation:
    """The annotation of a comment with its standing corrections. Causes are corrected where topics are assigned.

    Themes that were said in another code frame are not those of this one.
    """
    frame = frame_of(annotation.model)
    for correction in corrections:
        if correction.kind is CorrectionKind.THEME and frame_of(correction.model) != frame:
            continue
        if correction.clause is None:
            label = Polarity(correction.value or "")
            annotation = replace(annotation, sentiment=Sentiment(label, _SCORES[label], 1.0))
        elif span := clause_at(correction.clause, [clause.span for clause in annotation.clauses]):
            annotation = _with_clause(annotation, correction, span)
    spans = {each.clause: each for each in corrections if each.kind is CorrectionKind.SPAN}
    return _with_spans(annotation, spans) if spans else annotation


def _with_clause(annotation: Annotation, correction: Correction, span: Span) -> Annotation:
    """With another theme or polarity of the clause, and of its mentions; the themes of the comment follow."""
    clauses = tuple(_changed(clause, correction) if clause.span == span else clause for clause in annotation.clauses)
    [clause] = [clause for clause in clauses if clause.span == span]
    before = [mention for mention in annotation.mentions if mention.span == span]
    others = [mention for mention in annotation.mentions if mention.span != span]
    if correction.kind is CorrectionKind.SENTIMENT:
        after = [replace(mention, polarity=clause.polarity, confidence=1.0) for mention in before]
    elif correction.kind is CorrectionKind.THEME and correction.value:
        after = [Mention(*span, correction.value, clause.polarity, 1.0)]
    elif correction.kind is CorrectionKind.THEME:
        after = []
    else:
        return annotation
    mentions = tuple(sorted((*others, *after), key=lambda mention: mention.span))
    touched = {mention.theme for mention in (*before, *after)}
    kept = [label for label in annotation.themes if label.theme not in touched]
    themes = (*kept, *_labels(mention for mention in mentions if mention.theme in touched))
    return replace(annotation, clauses=clauses, mentions=mentions, themes=themes)


def _changed(clause: Clause, correction: Correction) -> Clause:
    if correction.kind is CorrectionKind.SENTIMENT:
        return replace(clause, polarity=Polarity(correction.value or ""))
    if correction.kind is CorrectionKind.THEME and correction.value:
        return replace(clause, theme=correction.value)
    return clause


def _labels(mentions: Iterable[Mention]) -> list[ThemeLabel]:
    """The themes of mentions, each with the polarity that they add up to."""
    of_theme: dict[str, list[Mention]] = {}
    for mention in mentions:
        of_theme.setdefault(mention.theme, []).append(mention)
    return [
        ThemeLabel(theme, overall_polarity({each.polarity for each in group}), max(each.confidence for each in group))
        for theme, group in of_theme.items()
    ]


def _with_spans(annotation: Annotation, spans: dict[Span | None, Correction]) -> Annotation:
    """With mentions at corrected spans. The clauses stay: they are what topics are made of."""
    clauses = [clause.span for clause in annotation.clauses]
    moved = {clause_at(clause, clauses): each.span for clause, each in spans.items() if clause is not None}
    mentions = tuple(
        replace(mention, start=moved[at][0], end=moved[at][1]) if (at := mention.span) in moved else mention
        for mention in annotation.mentions
    )
    return replace(annotation, mentions=tuple(sorted(mentions, key=lambda mention: mention.span)))
