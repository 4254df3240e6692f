"""Builds the list of cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from api.web.addresses import with_query
from api.web.customers import customer_name
from api.web.pages.follow_ups.context import CaseRow, Clock, FollowUps
from api.web.pages.follow_ups.filters import STATES, WHOSE, Filters
from api.web.rendering import Web
from api.web.selects import Select
from api.web.shell import Link
from pipelines.render.wording import Wording
from saywhy.access import Scope
from saywhy.case import PRIORITY, Case, CaseState, OwnerTally
from saywhy.feedback import Scale
from service.cases import CasePage

PATH = "/follow-ups"

#: A case that is due sooner is marked.
SOON = timedelta(hours=4)


def follow_ups(
    page: CasePage,
    comments: Mapping[int, str],
    tallies: Sequence[OwnerTally],
    filters: Filters,
    web: Web,
    now: datetime,
) -> FollowUps:
    """The list, with the comments of the cases by their number, and how many cases each owner has."""
    wording, mine = web.wording, web.principal.name if web.principal.is_named else None
    may_edit = web.may(Scope.WRITE)
    return FollowUps(
        path=web.href(PATH),
        here=with_query(PATH, filters.query()),
        tabs=tuple(_tabs(tallies, filters, mine, web)),
        whose="" if filters.owner or filters.whose == filters.default else filters.whose,
        filters=tuple(_selects(tallies, filters, mine, wording)),
        summary=_summary(tallies, wording),
        rows=tuple(case_row(case, comments.get(case.id), web, now, mine if may_edit else None) for case in page.cases),
        nothing=wording[_nothing(tallies, filters)],
        more=web.href(PATH, **replace(filters, cursor=page.next).query()) if page.next else None,
        first=web.href(PATH, **replace(filters, cursor="").query()) if filters.cursor else None,
    )


def case_row(case: Case, comment: str | None, web: Web, now: datetime, mine: str | None = None) -> CaseRow:
    """A case in a list. `mine` is the name of whoever could take it."""
    wording, revenue = web.wording, case.customer.revenue if case.customer else None
    return CaseRow(
        version=str(case.version),
        href=web.href(f"{PATH}/{case.id}"),
        group=case.group.value,
        score=score_text(case),
        task=wording[f"follow_ups.task_{case.task}"],
        customer=customer_name(case.customer, web),
        revenue=wording("follow_ups.revenue", amount=wording.amount(float(revenue))) if revenue is not None else "",
        comment=comment,
        owner=case.owner,
        state=wording[f"follow_ups.state_{case.state}"],
        outcome=wording[f"follow_ups.outcome_{case.outcome}"] if case.outcome else None,
        clock=clock(case, wording, now),
        may_take=mine is not None and case.owner != mine and not case.state.is_final,
    )


def score_text(case: Case) -> str:
    """The score, or a dash if only the group is known."""
    return str(case.score.value) if case.score and case.score.scale is Scale.NPS else "–"


def clock(case: Case, wording: Wording, now: datetime) -> Clock:
    """How long there is left to contact the customer, since when it is overdue, or when it was done."""
    if case.state is CaseState.OPEN:
        left = case.due_at - now
        kind = "late" if case.is_overdue(now) else "soon" if left < SOON else "calm"
        key, at = "follow_ups.overdue" if kind == "late" else "follow_ups.left", case.due_at
        text = wording(key, duration=wording.duration(left))
    else:
        at, kind = (case.ended_at or now, "done") if case.state.is_final else (case.contacted_at or now, "calm")
        text = wording(f"follow_ups.since_{case.state}", day=wording.day(at.date().isoformat()))
    return Clock(text, at.isoformat(timespec="minutes"), wording.moment(at.isoformat()), kind)


def _tabs(tallies: Sequence[OwnerTally], filters: Filters, mine: str | None, web: Web) -> list[Link]:
    """The cases of whoever asks, those of nobody, and all, with how many have not ended."""
    of = {tally.owner: tally.cases for tally in tallies}
    counts = {"nobody": of.get(None, 0), "everybody": sum(of.values())}
    if mine is not None:
        counts = {"mine": of.get(mine, 0), **counts}
    return [
        Link(
            web.wording(f"follow_ups.tab_{whose}", n=web.wording.count(counts[whose])),
            web.href(PATH, **filters.of(whose).query()),
            not filters.owner and filters.whose == whose,
        )
        for whose in WHOSE
        if whose in counts
    ]


def _selects(tallies: Sequence[OwnerTally], filters: Filters, mine: str | None, wording: Wording) -> Iterator[Select]:
    """The filters; that of owners only if there are others."""
    states = [(name, wording[f"follow_ups.filter_{name}"]) for name in STATES]
    groups = [("", wording["follow_ups.every_group"]), *((each.value, wording[each.plural]) for each in PRIORITY)]
    owners = {tally.owner: tally.owner for tally in tallies if tally.owner and tally.owner != mine}
    if filters.owner:
        owners[filters.owner] = filters.owner
    yield Select.of("state", wording["follow_ups.by_state"], filters.state, states)
    yield Select.of("group", wording["follow_ups.by_group"], filters.group, groups)
    if owners:
        anybody = ("", wording["follow_ups.owner_above"])
        yield Select.of("owner", wording["follow_ups.by_owner"], filters.owner, [anybody, *owners.items()])


def _summary(tallies: Sequence[OwnerTally], wording: Wording) -> str:
    """How many cases wait, and how many of them for too long."""
    waiting, overdue = sum(tally.cases for tally in tallies), sum(tally.overdue for tally in tallies)
    if not waiting:
        return wording["follow_ups.summary_none"]
    key = "follow_ups.summary_overdue" if overdue else "follow_ups.summary"
    return wording(key, n=wording.count(waiting), overdue=wording.count(overdue))


def _nothing(tallies: Sequence[OwnerTally], filters: Filters) -> str:
    """The key of the text that says why the list is empty."""
    if filters.state != "waiting" or filters.group or filters.owner:
        return "follow_ups.nothing_matches"
    if any(tally.cases for tally in tallies):
        return f"follow_ups.nothing_{filters.whose}"
    return "follow_ups.nothing"
