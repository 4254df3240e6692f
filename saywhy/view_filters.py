"""What of a report a page shows, and a digest tells: everything that is chosen is in the address of a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import parse_qs, urlsplit

from saywhy.errors import InvalidInput
from saywhy.report import ALL_WAVES

Group = Literal["detractors", "passives", "promoters"]
Mark = Literal["new", "escalating", "fixed", "regressed", "pebble", "unsure", "ignored"]
Sort = Literal["rank", "mentions", "people", "revenue", "name"]

#: The page whose addresses have these filters.
OVERVIEW = "/"


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

    @classmethod
    def of_address(cls, address: str) -> Filters:
        """The filters in the address of a view; what the overview does not know is left out.

        Raises `InvalidInput` for another page, and for a value that is none of the choices.
        """
        parts = urlsplit(address)
        if parts.path != OVERVIEW:
            raise InvalidInput(f"{parts.path[:60]!r} is not the overview; choose a view that was saved there")
        return cls.of_query({name: values[-1] for name, values in parse_qs(parts.query).items()})

    @classmethod
    def of_query(cls, query: Mapping[str, str]) -> Filters:
        """The filters in a query. Raises `InvalidInput` for a value that is none of the choices."""
        kinds = get_type_hints(cls)
        chosen: dict[str, Any] = {field.name: query[field.name] for field in fields(cls) if field.name in query}
        for name, value in chosen.items():
            choices = _choices(kinds[name])
            if choices and value not in choices:
                raise InvalidInput(f"{name} is {value[:40]!r}; it may be {', '.join(filter(None, choices))}")
        return cls(**chosen)

    def query(self) -> dict[str, str | list[str] | None]:
        """The query of the address, without what is chosen by default."""
        default = Filters()
        chosen = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in chosen.items() if value != getattr(default, name)}

    @property
    def is_narrowed(self) -> bool:
        """Whether some causes are left out."""
        return bool(self.segment or self.voice or self.mark or self.group == "passives")


def _choices(kind: Any) -> tuple[str, ...]:
    """The texts that a type allows; none for any text."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(choice for part in get_args(kind) for choice in _choices(part))
