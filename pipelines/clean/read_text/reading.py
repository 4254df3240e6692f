"""The read text, with the map from its characters to the verbatim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines import mojibake
from pipelines.clean.read_text import correspondence, markup
from pipelines.clean.spans import Span


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text, and where each of its characters comes from: `verbatim[starts[i]:ends[i]]`.

    `starts` and `ends` are None where the text is the verbatim.
    """

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def in_verbatim(self, start: int, end: int) -> Span:
        """The part of the verbatim that `text[start:end]` was read from."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def of_verbatim(self, start: int, end: int) -> Span:
        """The part of the text that was read from `verbatim[start:end]`: the reverse of `in_verbatim`."""
        if self.starts is None or self.ends is None:
            return start, end
        inside = [
            i
            for i, (first, last) in enumerate(zip(self.starts, self.ends, strict=True))
            if last > start and first < end
        ]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)

    def cut(self, start: int, end: int) -> str:
        """What was read from `verbatim[start:end]`."""
        return self.text[slice(*self.of_verbatim(start, end))]

    def replace(self, edits: Sequence[tuple[int, int, str]]) -> ReadText:
        """With each `text[start:end]` replaced; edits (start, end, replacement) are in order and do not overlap."""
        if not edits:
            return self
        starts: Sequence[int] = range(len(self.text)) if self.starts is None else self.starts
        ends: Sequence[int] = range(1, len(self.text) + 1) if self.ends is None else self.ends
        pieces, new_starts, new_ends, position = [], list[int](), list[int](), 0
        for start, end, replacement in [*edits, (len(self.text), len(self.text), "")]:
            pieces += [self.text[position:start], replacement]
            new_starts += starts[position:start]
            new_ends += ends[position:start]
            if replacement:
                new_starts += [starts[start]] * len(replacement)
                new_ends += [ends[end - 1]] * len(replacement)
            position = end
        return ReadText("".join(pieces), new_starts, new_ends)


@lru_cache(maxsize=4096)
def read(verbatim: str) -> ReadText:
    """The words of the customer in a verbatim. Mostly that is all of it."""
    text = ReadText(verbatim)
    finders = (
        markup.tags,
        markup.entities,
        mojibake.wrong_letters,
        mojibake.wrong_letters,
        markup.invisible,
        markup.full_width,
        markup.spelled_out,
    )
    for finder in finders:
        text = text.replace(finder(text.text))
    return text.replace([(start, end, "") for start, end in correspondence.unwritten(text.text)])
