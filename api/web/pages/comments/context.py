"""The context of the comments: everything that their template prints."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.selects import Select
from api.web.shell import Choice


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a comment: a clause, or (`span` None) what is between two. `polarity` is empty where a clause names
    nothing. `is_marked`: it was searched for, or is being corrected. `href` leads to its correction, None for viewers.
    """

    text: str
    span: str | None
    polarity: str
    is_marked: bool
    href: str | None


@dataclass(frozen=True, slots=True)
class NamedLink:
    """A theme or a cause, with the address of all comments that name it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class SaidOfClause:
    """What a clause names, and whether people have said so (`corrected`, in words)."""

    quote: str
    polarity: str
    polarity_label: str
    themes: tuple[NamedLink, ...]
    causes: tuple[NamedLink, ...]
    corrected: str


@dataclass(frozen=True, slots=True)
class CommentCard:
    """A comment. `group` is that of its score, empty without one. `facts` are wave, day, segments and so on.

    `is_done`: it was just corrected. `correct` leads to its correction, None for viewers and before an analysis.
    """

    id: str
    label: str
    score: str
    group: str
    sentiment: str
    sentiment_label: str
    sentiment_corrected: str
    facts: tuple[str, ...]
    closeness: str
    language: str | None
    pieces: tuple[Piece, ...]
    said: tuple[SaidOfClause, ...]
    correct: str | None
    may_select: bool
    is_done: bool


@dataclass(frozen=True, slots=True)
class Option:
    """What can be chosen in a correction: `key` is pressed after that of its group."""

    value: str
    label: str
    key: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """What of a comment or clause can be corrected: `kind` as in `CorrectionKind`, `key` opens it.

    `can_search`: any other cause can be named. `selects`: what is selected in the comment can be the span.
    """

    kind: str
    key: str
    title: str
    clause: str
    options: tuple[Option, ...]
    can_search: bool
    selects: bool


@dataclass(frozen=True, slots=True)
class PastCorrection:
    """What was corrected, in words; `kind` and `clause` take it back."""

    text: str
    by: str
    kind: str
    clause: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The correction of one comment. `action` takes what is chosen, `next` is where it leads, `close` leads back."""

    id: str
    language: str | None
    pieces: tuple[Piece, ...]
    clause: str
    groups: tuple[OptionGroup, ...]
    history: tuple[PastCorrection, ...]
    action: str
    next: str
    close: str
    nothing: bool


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """A key, as it is printed, and what it does."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """The correction of many comments. `action` has the filters in its query."""

    action: str
    sentiments: tuple[Choice, ...]
    themes: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class CommentList:
    """The comments that are found: `how` says by what they were searched for and are ordered.

    `done` was just corrected and is found no more; `notice` says how many were. `first` leads to the first page from a
    later one, `more` to the next. `exports` are the same comments as files, `corrections` all corrections.
    Viewers have no `bulk` and no `keys`.
    """

    q: str
    by: tuple[Choice, ...]
    filters: tuple[Select, ...]
    is_filtered: bool
    cause: str
    action: str
    reset: str | None
    how: str
    notice: str
    done: CommentCard | None
    cards: tuple[CommentCard, ...]
    nothing: str
    first: str | None
    more: str | None
    exports: tuple[NamedLink, ...]
    corrections: tuple[NamedLink, ...]
    bulk: Bulk | None
    keys: tuple[KeyHelp, ...]


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments: a list, or the correction of one. `cause_names` are offered where a cause is typed."""

    list: CommentList | None
    panel: Panel | None
    cause_names: tuple[str, ...]
