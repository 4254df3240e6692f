"""Spans with labels, of which a file has several for the same words, put together to clauses."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pipelines.label_formats.task import NONE
from saywhy.annotation import Polarity, Span
from saywhy.errors import InvalidInput
from saywhy.label import LabelledClause

#: The questions of a labelling project: of the whole comment its sentiment, of a clause the others.
SENTIMENT, THEME, POLARITY, CAUSE = "sentiment", "theme", "polarity", "cause"


@dataclass(slots=True)
class _Region:
    span: Span
    words: dict[str, list[str]] = field(default_factory=dict)  # by question


class Regions:
    """Collects the words that a file has for spans, by question."""

    def __init__(self) -> None:
        self._regions: dict[Hashable, _Region] = {}

    def add(self, key: Hashable, span: Span, question: str, words: Any) -> None:
        """Words of one question for a span; those with the same key are one clause. Raises `InvalidInput`."""
        region = self._regions.setdefault(key, _Region(span))
        if region.span != span:
            raise InvalidInput(f"the region {key!r:.80} has two spans")
        region.words.setdefault(question, []).extend(text_list(words, question))

    def clauses(self) -> Iterator[LabelledClause]:
        """The clauses, in order of position. Raises `InvalidInput` for several polarities and unknown ones."""
        for region in sorted(self._regions.values(), key=lambda region: region.span):
            themes, causes = names(region.words.get(THEME)), names(region.words.get(CAUSE))
            yield LabelledClause(
                *region.span,
                polarity(region.words.get(POLARITY), POLARITY),
                None if themes is None else tuple((theme, None) for theme in themes),
                causes,
            )


def text_list(value: Any, name: str) -> list[str]:
    """A list of texts, or a text alone. Raises `InvalidInput`."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise InvalidInput(f"{name} must be a list of texts, found {value!r:.80}")
    return values


def names(words: list[str] | None) -> tuple[str, ...] | None:
    """Themes or causes: () for the word that stands for none, None if nobody said."""
    if not words:
        return None
    return tuple(dict.fromkeys(word for word in words if word != NONE))


def polarity(words: list[str] | None, name: str) -> Polarity | None:
    """The only polarity among the words; None if there is none."""
    if not words:
        return None
    if len(set(words)) > 1 or words[0] not in set(Polarity):
        raise InvalidInput(f"{name} must be one of {', '.join(Polarity)}, found {', '.join(map(repr, words)):.80}")
    return Polarity(words[0])


def words_of(clause: LabelledClause) -> Iterator[tuple[str, list[str]]]:
    """(question, words) of what is said of a clause."""
    if clause.themes is not None:
        yield THEME, [theme for theme, _ in clause.themes] or [NONE]
    if clause.causes is not None:
        yield CAUSE, list(clause.causes) or [NONE]
    if clause.polarity is not None:
        yield POLARITY, [clause.polarity.value]
