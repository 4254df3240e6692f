"""What a version of a code frame has otherwise than the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saywhy.code_frame import LibraryCause, Theme
from saywhy.frame import Frame


@dataclass(frozen=True, slots=True)
class FrameChanges:
    """Ids of themes and causes that are new, that are gone, with what became of each, and that have another name or
    definition, or, causes, another theme or polarity. That of the frame is among these if its own name or definition
    is another one. Then the numbers of examples that are new and that are gone.
    """

    added: tuple[str, ...]
    gone: Mapping[str, tuple[str, ...]]
    reworded: tuple[str, ...]
    more_examples: int
    fewer_examples: int


def changes_between(before: Frame, after: Frame) -> FrameChanges:
    """What has changed from one version to the next one."""
    old, new = _entries(before), _entries(after)
    reworded = [key for key in new if key in old and new[key] != old[key]]
    if (before.names, before.definitions) != (after.names, after.definitions):
        reworded.insert(0, after.id)
    old_examples = {(after.renamed.get(key, key), text) for key, texts in before.examples.items() for text in texts}
    new_examples = {(key, text) for key, texts in after.examples.items() for text in texts}
    return FrameChanges(
        added=tuple(key for key in new if key not in old),
        gone={key: after.changes.get(key, ()) for key in old if key not in new},
        reworded=tuple(reworded),
        more_examples=len(new_examples - old_examples),
        fewer_examples=len(old_examples - new_examples),
    )


def _entries(frame: Frame) -> dict[str, Theme | LibraryCause]:
    """Themes and causes by id."""
    entries: tuple[Theme | LibraryCause, ...] = (*frame.code_frame.themes, *frame.code_frame.causes)
    return {entry.id: entry for entry in entries}
