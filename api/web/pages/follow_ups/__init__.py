"""Follow-ups: whom to contact, one's own cases first and of these what is overdue; and a case with its history.

`filters` reads what is chosen from the address; `rows` makes the context of the list, `case` that of a case.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from fastapi import Response

from api.http.auth import PersonalDataDep, ReadAccess, WriteAccess
from api.web.addresses import NumberInPath
from api.web.cause_links import topic_names
from api.web.downloads import Downloads, offer
from api.web.forms import FormDep, choice_of, number_of, value_of
from api.web.page import Page
from api.web.pages.follow_ups.case import case_view
from api.web.pages.follow_ups.context import CaseView, FollowUps
from api.web.pages.follow_ups.files import CommentedCase, case_table
from api.web.pages.follow_ups.filters import FiltersDep
from api.web.pages.follow_ups.rows import PATH, follow_ups
from api.web.rendering import WebDep
from saywhy.case import CaseChange, CaseOrder, CaseState, Outcome
from service import cases
from service.paging import LONGEST_PAGE

PAGE = Page("follow_ups", FollowUps, path=PATH, styles=("work.css",))
CASE = Page("follow_up", CaseView, section="follow_ups", styles=("work.css",))

#: Cases of a page.
ROWS = 25


def downloads(
    web: WebDep, resources: ReadAccess, filters: FiltersDep, with_personal_data: PersonalDataDep
) -> Downloads:
    """All cases that are chosen."""
    at, now = (resources.engine, resources.workspace), datetime.now(UTC)
    wanted = filters.cases(web.principal, now)

    def all_cases() -> Iterator[CommentedCase]:
        cursor: str | None = None
        while True:
            page = cases.list_cases(*at, wanted, order=CaseOrder.URGENCY, limit=LONGEST_PAGE, cursor=cursor, now=now)
            comments = cases.read_comments(*at, page.cases, with_personal_data=with_personal_data)
            yield from ((case, comments.get(case.id)) for case in page.cases)
            if (cursor := page.next) is None:
                return

    return Downloads({"cases": lambda: case_table(all_cases(), now, web)})


offer(PAGE, PATH, "follow-ups", downloads)


@PAGE.router.get(PATH)
def show_cases(
    web: WebDep, resources: ReadAccess, filters: FiltersDep, with_personal_data: PersonalDataDep
) -> Response:
    """The cases that are chosen: open ones first, of these what is overdue."""
    store, now = (resources.engine, resources.workspace), datetime.now(UTC)
    page = cases.list_cases(
        *store,
        filters.cases(web.principal, now),
        order=CaseOrder.URGENCY,
        limit=ROWS,
        cursor=filters.cursor or None,
        now=now,
    )
    comments = cases.read_comments(*store, page.cases, with_personal_data=with_personal_data)
    tallies = cases.count_cases(*store, now)
    context = follow_ups(page, comments, tallies, filters, web, now)
    return web.render(PAGE, context, address=web.href(PATH, **filters.query()))


@PAGE.router.post(f"{PATH}/{{case}}/take")
def take(case: NumberInPath, web: WebDep, resources: WriteAccess, form: FormDep) -> Response:
    """Make a case one's own."""
    by = web.principal.name
    change, version = CaseChange(owner=by), number_of(form, "version")
    cases.change_case(resources.engine, resources.workspace, case, change, author=by, version=version)
    return web.see(value_of(form, "next"))


@CASE.router.get(f"{PATH}/{{case}}")
def show_case(case: NumberInPath, web: WebDep, resources: ReadAccess, with_personal_data: PersonalDataDep) -> Response:
    """A case."""
    at = (resources.engine, resources.workspace)
    details = cases.read_case(*at, case, with_personal_data=with_personal_data)
    context = case_view(details, topic_names(*at, web), web, datetime.now(UTC))
    return web.render(CASE, context, title=context.title)


@CASE.router.post(f"{PATH}/{{case}}")
def change(case: NumberInPath, web: WebDep, resources: WriteAccess, form: FormDep) -> Response:
    """Change a case: the state by the button that was pressed, the owner, the outcome, and a note."""
    cases.change_case(
        resources.engine,
        resources.workspace,
        case,
        CaseChange(
            state=choice_of(form, "state", CaseState),
            owner=value_of(form, "owner"),
            outcome=choice_of(form, "outcome", Outcome),
            note=value_of(form, "note") or None,
        ),
        author=web.principal.name,
        version=number_of(form, "version"),
    )
    return web.see(f"{PATH}/{case}")
