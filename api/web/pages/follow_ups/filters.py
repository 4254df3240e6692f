"""Which cases the list shows: everything that is chosen is in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal, get_args

from fastapi import Depends, Query

from api.http.auth import PrincipalDep
from saywhy.access import Principal
from saywhy.case import LONGEST_NAME, CaseState
from saywhy.feedback import Group
from saywhy.store.cases import CaseFilter

Whose = Literal["mine", "nobody", "everybody"]
State = Literal["waiting", "overdue", "open", "contacted", "ended"]

WHOSE: tuple[Whose, ...] = get_args(Whose)
STATES: tuple[State, ...] = get_args(State)

_STATES: dict[State, tuple[CaseState, ...]] = {
    "waiting": (CaseState.OPEN, CaseState.CONTACTED),
    "overdue": (CaseState.OPEN,),
    "open": (CaseState.OPEN,),
    "contacted": (CaseState.CONTACTED,),
    "ended": (CaseState.RESOLVED, CaseState.CLOSED),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is chosen. `owner` is the name of somebody, which is stronger than `whose`."""

    whose: Whose
    default: Whose
    owner: str = ""
    state: State = "waiting"
    group: Group | Literal[""] = ""
    cursor: str = ""

    def query(self) -> dict[str, str | list[str] | None]:
        """The query of the address, without what is chosen by default."""
        return {
            "whose": self.whose if self.whose != self.default and not self.owner else None,
            "owner": self.owner,
            "state": self.state if self.state != "waiting" else None,
            "group": self.group,
            "cursor": self.cursor,
        }

    def cases(self, principal: Principal, now: datetime) -> CaseFilter:
        """The cases that are chosen."""
        owners: dict[Whose, str | None] = {"mine": principal.name, "nobody": "", "everybody": None}
        return CaseFilter(
            states=_STATES[self.state],
            group=self.group or None,
            owner=self.owner or owners[self.whose],
            overdue_at=now if self.state == "overdue" else None,
        )

    def of(self, whose: Whose) -> Filters:
        """The same for other owners, from the first case on."""
        return replace(self, whose=whose, owner="", cursor="")


async def read_filters(
    principal: PrincipalDep,
    whose: Whose | Literal[""] = "",
    owner: Annotated[str, Query(max_length=LONGEST_NAME)] = "",
    state: State = "waiting",
    group: Group | Literal[""] = "",
    cursor: Annotated[str, Query(max_length=500)] = "",
) -> Filters:
    """The filters in the query. Somebody who is named sees what is theirs, others what is everybody's."""
    default: Whose = "mine" if principal.is_named else "everybody"
    return Filters(whose or default, default, owner, state, group, cursor)


FiltersDep = Annotated[Filters, Depends(read_filters)]
