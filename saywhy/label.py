"""What people say of comments, as data that models learn from: in files, and made of corrections in the store.

A label that nobody gave is unknown (None), which is something else than "there is none" (an empty tuple).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from saywhy.annotation import Polarity
from saywhy.errors import InvalidInput

#: A theme that a comment names, and its polarity, None if nobody said.
LabelledTheme = tuple[str, Polarity | None]


@dataclass(frozen=True, slots=True)
class LabelledClause:
    """What people say of `text[start:end]` of a comment, in characters; each label None if it is unknown."""

    start: int
    end: int
    polarity: Polarity | None = None
    themes: tuple[LabelledTheme, ...] | None = None
    causes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LabelledComment:
    """A comment with its labels: of the whole of it, and of its clauses; each label None if it is unknown.

    `themes` and `causes` of the whole comment are all that it names. `segments` are pairs of dimension and value.
    """

    text: str
    language: str | None = None
    sentiment: Polarity | None = None
    themes: tuple[LabelledTheme, ...] | None = None
    causes: tuple[str, ...] | None = None
    clauses: tuple[LabelledClause, ...] = ()
    segments: tuple[tuple[str, str], ...] = ()

    def updated(self, later: LabelledComment) -> LabelledComment:
        """The same comment with what was said of it later, too: each label of it and of its clauses that is known."""
        clauses = {(clause.start, clause.end): clause for clause in (*self.clauses, *later.clauses)}
        return LabelledComment(
            later.text,
            later.language or self.language,
            self.sentiment if later.sentiment is None else later.sentiment,
            self.themes if later.themes is None else later.themes,
            self.causes if later.causes is None else later.causes,
            tuple(clauses[span] for span in sorted(clauses)),
            later.segments or self.segments,
        )

    def to_record(self) -> dict[str, Any]:
        """The comment as a JSON object; unknown labels are left out. `of_record` reads it again."""
        record: dict[str, Any] = {"comment": self.text}
        if self.language:
            record["language"] = self.language
        if self.sentiment is not None:
            record["sentiment"] = self.sentiment.value
        record |= _labels_record(self.themes, self.causes)
        if self.clauses:
            record["clauses"] = [
                {"start": clause.start, "end": clause.end}
                | ({"polarity": clause.polarity.value} if clause.polarity is not None else {})
                | _labels_record(clause.themes, clause.causes)
                for clause in self.clauses
            ]
        if self.segments:
            record["segments"] = dict(self.segments)
        return record

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> LabelledComment:
        """The comment of a JSON object. Themes may be a list of ids, or of {"theme", "polarity"}.

        Raises `InvalidInput` for what is none; whether there are such themes and causes is not checked.
        """
        text = record.get("comment")
        if not isinstance(text, str) or not text.strip():
            raise InvalidInput(f'"comment" must be a text that is not blank, found {text!r:.80}')
        segments = record.get("segments") or {}
        if not isinstance(segments, Mapping):
            raise InvalidInput(f'"segments" must be an object of dimensions and values, found {segments!r:.80}')
        language = record.get("language") or None
        if language is not None and not isinstance(language, str):
            raise InvalidInput(f'"language" must be a text, found {language!r:.80}')
        clauses = record.get("clauses") or []
        if not isinstance(clauses, list):
            raise InvalidInput(f'"clauses" must be a list, found {clauses!r:.80}')
        return cls(
            text=text,
            language=language,
            sentiment=_polarity(record.get("sentiment"), "sentiment"),
            themes=_themes(record.get("themes")),
            causes=_causes(record.get("causes")),
            clauses=tuple(_clause(clause, len(text)) for clause in clauses),
            segments=tuple(
                sorted((str(name), str(value)) for name, value in segments.items() if value not in (None, ""))
            ),
        )


def _labels_record(themes: tuple[LabelledTheme, ...] | None, causes: tuple[str, ...] | None) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if themes is not None:
        record["themes"] = [
            {"theme": theme, "polarity": polarity.value} if polarity is not None else {"theme": theme}
            for theme, polarity in themes
        ]
    if causes is not None:
        record["causes"] = list(causes)
    return record


def _polarity(value: Any, name: str) -> Polarity | None:
    if value is None or value == "":
        return None
    try:
        return Polarity(value)
    except ValueError:
        raise InvalidInput(f'"{name}" must be one of {", ".join(Polarity)}, found {value!r:.80}') from None


def _themes(value: Any) -> tuple[LabelledTheme, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise InvalidInput(f'"themes" must be a list, found {value!r:.80}')
    themes = []
    for entry in value:
        theme, polarity = (entry.get("theme"), entry.get("polarity")) if isinstance(entry, Mapping) else (entry, None)
        if not isinstance(theme, str) or not theme:
            raise InvalidInput(f"a theme must be an id, found {entry!r:.80}")
        themes.append((theme, _polarity(polarity, "polarity")))
    return tuple(themes)


def _causes(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(cause, str) and cause for cause in value):
        raise InvalidInput(f'"causes" must be a list of ids, found {value!r:.80}')
    return tuple(value)


def _clause(value: Any, length: int) -> LabelledClause:
    start, end = (value.get("start"), value.get("end")) if isinstance(value, Mapping) else (None, None)
    is_number = not isinstance(start, bool) and not isinstance(end, bool)
    if not (is_number and isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length):
        raise InvalidInput(f"a clause needs start and end within the comment, found {value!r:.80}")
    polarity = _polarity(value.get("polarity"), "polarity")
    return LabelledClause(start, end, polarity, _themes(value.get("themes")), _causes(value.get("causes")))
