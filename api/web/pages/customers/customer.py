"""Builds the page of a customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from api.web.cause_links import topic_links
from api.web.charts import sparkline
from api.web.facts import Fact
from api.web.pages.customers.accounts import PATH, health_of, overdue_text
from api.web.pages.customers.context import (
    AccountPanel,
    AnswerLine,
    CauseLine,
    CustomerView,
    HealthPart,
)
from api.web.pages.follow_ups.rows import case_row
from api.web.rendering import Web
from pipelines.render.geometry import percent
from pipelines.render.wording import Wording
from saywhy.access import Scope
from saywhy.case import NewAccount
from saywhy.customer import AccountHealth
from saywhy.feedback import Customer, Scale, Score
from saywhy.issue import CauseKey
from service.customer_health import CustomerDetails
from service.exports import ExportedResponse

#: Answers that are shown.
ANSWERS = 50


def customer_view(details: CustomerDetails, names: Mapping[str, str], web: Web, now: datetime) -> CustomerView:
    """All that is known of a customer; `names` are those of topics, by id."""
    wording = web.wording
    scores = [str(point.score) for point in details.scores]
    course_text = wording("customer.course", scores=wording["comma"].join(scores)) if scores else ""
    comments = {answer.id: answer.comment for answer in details.answers}
    people = (_person(customer, details.name) for customer in details.customers)
    rest = len(details.answers) - ANSWERS
    return CustomerView(
        back=web.href(PATH),
        name=details.name,
        people=tuple(dict.fromkeys(person for person in people if person)),
        accounts=tuple(_panel(account, web) for account in details.health),
        course=sparkline([point.score for point in details.scores], course_text),
        course_text=course_text,
        causes=tuple(
            CauseLine(link, wording("customer.in_answers", n=wording.count(cause.answers)), cause.is_open)
            for cause in details.causes
            for link in topic_links({CauseKey.parse(cause.id).id: cause.label}, names, web)
        ),
        cases=tuple(case_row(case, comments.get(case.response), web, now) for case in details.cases),
        new_accounts=tuple(_new_account(new, wording) for new in details.new_accounts),
        answers=tuple(_answer(answer, names, web) for answer in details.answers[:ANSWERS]),
        left_out=wording("customer.left_out", n=wording.count(rest)) if rest > 0 else None,
    )


def _person(customer: Customer, name: str) -> str:
    """Who answered: name, address and id, as far as they are there and are not the name of the page."""
    known = (customer.name, customer.email, customer.id)
    return " · ".join(dict.fromkeys(each for each in known if each and each != name))


def _panel(account: AccountHealth, web: Web) -> AccountPanel:
    wording, is_hidden = web.wording, account.is_personal and not web.may(Scope.PII)
    return AccountPanel(
        name=wording["follow_ups.somebody"] if is_hidden else account.account,
        health=health_of(account, wording),
        parts=tuple(
            HealthPart(
                wording[f"customer.part_{name}"],
                wording["customer.part_unknown"] if part is None else wording.share(part),
                None if part is None else percent(part),
            )
            for name, part in asdict(account.parts).items()
        ),
        facts=tuple(_facts(account, wording)),
    )


def _facts(account: AccountHealth, wording: Wording) -> Iterator[Fact]:
    """What is known of the account."""
    yield Fact(wording["customer.answers"], wording.count(account.answers))
    yield Fact(wording["customer.people"], wording.count(account.people))
    if account.score is not None:
        yield Fact(wording["customer.score"], wording.points(account.score))
    if account.trend is not None:
        yield Fact(wording["customer.trend"], wording.points(account.trend, signed=True))
    cases: str = wording.count(account.open_cases)
    if overdue := overdue_text(account, wording):
        cases = wording("customer.cases_overdue", n=cases, overdue=overdue)
    yield Fact(wording["customer.open_cases"], cases)
    if account.last_answer:
        yield Fact(wording["customers.last_answer"], wording.day(account.last_answer.date().isoformat()))
    if account.waves_missed is not None:
        yield Fact(wording["customer.waves_missed"], wording.count(account.waves_missed))
    if account.revenue is not None:
        yield Fact(wording["follow_up.revenue"], wording.amount(float(account.revenue)))
    if account.lifetime_value is not None:
        yield Fact(wording["customer.lifetime_value"], wording.amount(float(account.lifetime_value)))


def _new_account(new: NewAccount, wording: Wording) -> Fact:
    origin, day = wording[f"customer.origin_{new.origin}"], wording.day(new.won_at.date().isoformat())
    return Fact(new.account, wording("customer.won", origin=origin, day=day))


def _answer(answer: ExportedResponse, names: Mapping[str, str], web: Web) -> AnswerLine:
    wording = web.wording
    score = None if answer.score is None or answer.scale is None else Score(answer.score, Scale(answer.scale))
    about = [wording.day(answer.answered_at.date().isoformat())] if answer.answered_at else []
    about += [answer.wave] if answer.wave else []
    if score is not None and score.scale is not Scale.NPS:
        about.append(wording("rating", scale=score.scale.value))
    return AnswerLine(
        score=str(answer.score) if answer.score is not None else "–",
        group=score.group.value if score is not None and score.group else "",
        comment=answer.comment,
        language=answer.language or "",
        about=" · ".join(about),
        causes=topic_links({cause.id: cause.label for cause in answer.causes}, names, web),
    )
