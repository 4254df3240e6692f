"""Builds the context of a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from api.web.cause_links import topic_links
from api.web.customers import customer_name
from api.web.facts import Fact
from api.web.pages.follow_ups.context import CaseView, HistoryEntry, Step
from api.web.pages.follow_ups.rows import PATH, clock, score_text
from api.web.rendering import Web
from api.web.shell import Choice
from pipelines.render.wording import Wording
from saywhy.access import Scope
from saywhy.case import Case, CaseEvent, CaseState, Outcome
from service.cases import CaseDetails


def case_view(details: CaseDetails, names: Mapping[str, str], web: Web, now: datetime) -> CaseView:
    """A case with its history, and what may be done next; `names` are those of topics, by id."""
    case, wording = details.case, web.wording
    customer = customer_name(case.customer, web)
    return CaseView(
        here=f"{PATH}/{case.id}",
        path=web.href(f"{PATH}/{case.id}"),
        back=web.href(PATH),
        version=str(case.version),
        title=wording("follow_up.case_of", customer=customer.name),
        group=case.group.value,
        score=score_text(case),
        task=wording[f"follow_ups.task_{case.task}"],
        advice=wording[f"follow_up.advice_{case.task}"],
        customer=customer,
        clock=clock(case, wording, now),
        comment=details.comment,
        causes=topic_links(details.causes, names, web),
        facts=tuple(_facts(case, web)),
        history=tuple(_entry(event, wording) for event in reversed(details.history)),
        owner=case.owner or "",
        me=web.principal.name if web.principal.is_named and case.owner != web.principal.name else None,
        may_edit=web.may(Scope.WRITE),
        steps=tuple(
            Step(state.value, wording[f"follow_up.step_{state}"], index == 0)
            for index, state in enumerate(case.state.next)
        ),
        outcomes=tuple(_outcomes(case, wording)),
    )


def _facts(case: Case, web: Web) -> Iterator[Fact]:
    """What is known of the case and its customer; what is not known is left out."""
    wording, customer = web.wording, case.customer
    yield Fact(wording["follow_up.state"], wording[f"follow_ups.state_{case.state}"])
    yield Fact(wording["follow_up.due"], wording.moment(case.due_at.isoformat()))
    yield Fact(wording["follow_up.opened"], wording.moment(case.opened_at.isoformat()))
    if case.contacted_at:
        yield Fact(wording["follow_up.contacted"], wording.moment(case.contacted_at.isoformat()))
    if case.ended_at:
        yield Fact(wording["follow_up.ended"], wording.moment(case.ended_at.isoformat()))
    if case.outcome:
        yield Fact(wording["follow_up.outcome"], wording[f"follow_ups.outcome_{case.outcome}"])
    if customer and customer.email and web.may(Scope.PII):
        yield Fact(wording["follow_up.email"], customer.email)
    if customer and customer.revenue is not None:
        yield Fact(wording["follow_up.revenue"], wording.amount(float(customer.revenue)))
    if case.answered_at:
        yield Fact(wording["follow_up.answered"], wording.day(case.answered_at.date().isoformat()))
    if case.wave:
        yield Fact(wording["wave"], case.wave)


def _entry(event: CaseEvent, wording: Wording) -> HistoryEntry:
    return HistoryEntry(
        at=event.at.isoformat(timespec="seconds"),
        moment=wording.moment(event.at.isoformat()),
        author=event.author,
        changes=tuple(_change(name, value, wording) for name, value in event.changes.items()),
        note=event.note,
    )


def _change(name: str, value: str | None, wording: Wording) -> str:
    """What was changed, in words."""
    if name == "owner":
        return wording("follow_up.gave_to", owner=value) if value else wording["follow_up.gave_away"]
    shown = wording[f"follow_ups.{name}_{value}"]
    return wording(f"follow_up.changed_{name}", value=shown)


def _outcomes(case: Case, wording: Wording) -> Iterator[Choice]:
    """The outcomes; none while nobody has contacted the customer, as there can be none."""
    if case.state is CaseState.OPEN:
        return
    if case.outcome is None:
        yield Choice("", wording["follow_up.no_outcome"], is_current=True)
    for outcome in Outcome:
        yield Choice(outcome.value, wording[f"follow_ups.outcome_{outcome}"], outcome is case.outcome)
