"""What is compared: everything that is chosen is in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from saywhy.report import ALL_WAVES

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """Two waves, or two values of a dimension (`by`) in a wave; empty where nothing is chosen."""

    by: str = ""
    a: str = ""
    b: str = ""
    wave: str = ALL_WAVES

    def query(self) -> dict[str, str | list[str] | None]:
        """The query of the address, without what is chosen by default."""
        wave = None if self.wave == ALL_WAVES or not self.by else self.wave
        return {"by": self.by, "a": self.a, "b": self.b, "wave": wave}


def read_chosen(
    by: Annotated[str, Query(max_length=_LONGEST)] = "",
    a: Annotated[str, Query(max_length=_LONGEST)] = "",
    b: Annotated[str, Query(max_length=_LONGEST)] = "",
    wave: Annotated[str, Query(max_length=_LONGEST)] = ALL_WAVES,
) -> Chosen:
    """What the query of a request chooses."""
    return Chosen(by, a, b, wave)


ChosenDep = Annotated[Chosen, Depends(read_chosen)]
