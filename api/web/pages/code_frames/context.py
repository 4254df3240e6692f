"""The contexts of the pages on code frames. A `Text` is in the reader's language unless it names another one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """What people wrote; `language` is None where it is that of the page."""

    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Awaited:
    """That the frame is not that of the latest analysis; `analyse` starts the next one, None for those who may not."""

    text: str
    analyse: str | None


@dataclass(frozen=True, slots=True)
class FrameLine:
    """A code frame in the list. `use` is where the form leads that chooses it, None if there is none."""

    name: Text
    id: str
    href: str
    facts: str
    is_chosen: bool
    use: str | None


@dataclass(frozen=True, slots=True)
class CodeFrames:
    """All code frames. `write` leads to where one is written, None for those who may not."""

    awaited: Awaited | None
    frames: tuple[FrameLine, ...]
    write: str | None


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of a theme or cause, unfolded if they are few."""

    title: str
    texts: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class CauseLeaf:
    """A cause under its theme; `kind` says whether it is a complaint or praise."""

    name: Text
    id: str
    kind: str
    definition: Text | None
    examples: Examples | None


@dataclass(frozen=True, slots=True)
class ThemeBranch:
    """A theme with its causes; `count` is empty if there are none."""

    name: Text
    id: str
    count: str
    definition: Text | None
    examples: Examples | None
    causes: tuple[CauseLeaf, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version that somebody added: when and who, and what has changed since the one before."""

    version: str
    href: str
    is_shown: bool
    added: str
    changes: tuple[str, ...]
    download: str


@dataclass(frozen=True, slots=True)
class CodeFrameView:
    """A code frame, in its latest version or in an earlier one, which `earlier` says.

    `done` says what was just done, `note` what is special about it, `older` how many versions are not listed; all may
    be empty. What whoever asks may not do leads nowhere: None.
    """

    back: str
    name: Text
    id: str
    definition: Text | None
    facts: str
    done: str
    earlier: str
    note: str
    is_chosen: bool
    awaited: Awaited | None
    use: str | None
    change: str | None
    download: str | None
    themes: tuple[ThemeBranch, ...]
    versions: tuple[VersionLine, ...]
    older: str


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A mistake in the YAML: the number of its line, the line itself, the place and the reason."""

    label: str
    number: str
    excerpt: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Editor:
    """The text of a code frame, and what was said of it: that it is fine, or what is wrong. All of that may be empty.

    `refusal` is what is wrong with all of it, in English; `more` says how many faults are not listed.
    """

    back: str
    text: str
    longest: str
    check: str
    save: str
    fine: str
    refusal: str
    title: str
    faults: tuple[FaultLine, ...]
    more: str
