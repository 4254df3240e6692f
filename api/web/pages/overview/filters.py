"""What of a report the overview shows: everything that is chosen is in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query

from saywhy.report import ALL_WAVES

Group = Literal["detractors", "passives", "promoters"]
Mark = Literal["new", "escalating", "fixed", "regressed", "pebble", "unsure", "ignored"]
Sort = Literal["rank", "mentions", "people", "revenue", "name"]

#: Longest name of a wave or a segment that is looked for.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """What is chosen; empty texts stand for everything.

    `group` chooses whose answers the causes are ranked by: complaints by detractors or passives, praise by promoters.
    `voice` is a language in which a cause is named, `segment` (`dimension=value`) one in which it is named more often.
    """

    wave: str = ALL_WAVES
    segment: str = ""
    voice: str = ""
    group: Group = "detractors"
    mark: Mark | Literal[""] = ""
    sort: Sort = "rank"
    rows: Literal["", "all"] = ""

    def query(self) -> dict[str, str | list[str] | None]:
        """The query of the address, without what is chosen by default."""
        default = Filters()
        chosen = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in chosen.items() if value != getattr(default, name)}

    @property
    def is_narrowed(self) -> bool:
        """Whether some causes are left out."""
        return bool(self.segment or self.voice or self.mark or self.group == "passives")


def read_filters(
    wave: Annotated[str, Query(max_length=_LONGEST)] = ALL_WAVES,
    segment: Annotated[str, Query(max_length=_LONGEST)] = "",
    voice: Annotated[str, Query(max_length=_LONGEST)] = "",
    group: Group = "detractors",
    mark: Mark | Literal[""] = "",
    sort: Sort = "rank",
    rows: Literal["", "all"] = "",
) -> Filters:
    """The filters in the query of a request."""
    return Filters(wave, segment, voice, group, mark, sort, rows)


FiltersDep = Annotated[Filters, Depends(read_filters)]
