"""Notes: sentences of a report as keys and values; the words are in the renderers' catalogues."""

from __future__ import annotations

from dataclasses import dataclass, field

#: A value filled into the sentence of a note. Numbers stay numbers: each language formats them in its own way.
Value = int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A caveat: the key of a sentence in the renderers' catalogues, and the values to fill into it."""

    key: str
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding(Note):
    """One of the main results as a sentence. `evidence` names the issues (`kind:id`) or report members behind it."""

    evidence: tuple[str, ...] = ()
