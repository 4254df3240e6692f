"""Which comments are shown: everything that is chosen is in the address, as docs/howto/web.md lists it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import Depends, Query

from saywhy.annotation import Polarity
from saywhy.feedback import Group, Segment
from saywhy.report import ALL_WAVES
from service.comment_filters import LONGEST_TEXT, CommentSearch

#: Longest name that is looked for.
_LONGEST = 500

_GROUPS = {group.plural: group for group in Group}

Name = Annotated[str, Query(max_length=_LONGEST)]
Number = Annotated[str, Query(pattern=r"^[0-9]{0,18}$")]
Names = Annotated[list[str] | None, Query(max_length=20)]


@dataclass(frozen=True, slots=True)
class Filters:
    """What is chosen; empty texts stand for everything.

    `q` is looked for by its words or by its meaning. `segment` has `dimension=value`; several must all hold. `cause` is
    the id or the label of a topic. `voice` is the language of the comment. What was just done is no filter: `done` is
    the response whose comment was corrected, `corrected` and `skipped` are how many of several were, and were not.
    """

    q: str = ""
    by: Literal["words", "meaning"] = "words"
    wave: str = ALL_WAVES
    group: Literal["", "detractors", "passives", "promoters"] = ""
    segment: tuple[str, ...] = ()
    voice: str = ""
    source: str = ""
    theme: str = ""
    cause: str = ""
    sentiment: Polarity | Literal[""] = ""
    score: str = ""
    cursor: str = ""
    done: str = ""
    corrected: str = ""
    skipped: str = ""

    def query(self) -> dict[str, str | list[str] | None]:
        """The query of the address, without what is chosen by default."""
        default = Filters()
        chosen = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) != getattr(default, name)}
        return {name: list(value) if isinstance(value, tuple) else str(value) for name, value in chosen.items()}

    def search(self) -> CommentSearch:
        """The search that they are. Raises `InvalidInput` for a segment that is none."""
        text = self.q.strip() or None
        return CommentSearch(
            wave=self.wave,
            cause=self.cause or None,
            theme=self.theme or None,
            sentiment=self.sentiment or None,
            segments=[Segment.parse(one) for one in self.segment],
            group=_GROUPS[self.group] if self.group else None,
            score=int(self.score) if self.score else None,
            language=self.voice or None,
            text=text if self.by == "words" else None,
            meaning=text if self.by == "meaning" else None,
            source=self.source or None,
        )

    @property
    def alone(self) -> Filters:
        """What is searched for, without the place in the list."""
        return replace(self.without_notice, cursor="")

    @property
    def without_notice(self) -> Filters:
        """The same without what was just done."""
        return replace(self, done="", corrected="", skipped="")

    @property
    def is_narrowed(self) -> bool:
        """Whether some comments are left out."""
        return self.alone != replace(Filters(), by=self.by)


def read_filters(
    q: Annotated[str, Query(max_length=LONGEST_TEXT)] = "",
    by: Literal["words", "meaning"] = "words",
    wave: Name = ALL_WAVES,
    group: Literal["", "detractors", "passives", "promoters"] = "",
    segment: Names = None,
    voice: Name = "",
    source: Name = "",
    theme: Name = "",
    cause: Name = "",
    sentiment: Polarity | Literal[""] = "",
    score: Annotated[str, Query(pattern="^([0-9]|10)?$")] = "",
    cursor: Name = "",
    done: Number = "",
    corrected: Number = "",
    skipped: Number = "",
) -> Filters:
    """The filters in the query of a request."""
    segments = tuple(one for one in segment or () if one)
    return Filters(
        q, by, wave, group, segments, voice, source, theme, cause, sentiment, score, cursor, done, corrected, skipped
    )


FiltersDep = Annotated[Filters, Depends(read_filters)]
