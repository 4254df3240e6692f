"""The page of a cause: what it costs, who says so, when and where, and what people do about it.

`build` makes the context (`context`): `figures`, `handling` and `history` are parts of it. `actions` is what its forms
do.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query, Response
from starlette.exceptions import HTTPException

from api.http.auth import PersonalDataDep, ReadAccess, WriteAccess
from api.http.dependencies import Resources
from api.web.cause_links import cause_path
from api.web.downloads import Downloads, offer
from api.web.forms import FormDep, value_of
from api.web.page import Page
from api.web.pages.cause.actions import ACTIONS, Submission
from api.web.pages.cause.build import Shown, cause_page, title_of
from api.web.pages.cause.context import CausePage
from api.web.pages.cause.files import when_figure, when_table, where_figure, where_table, who_table
from api.web.rendering import WebDep
from api.web.surveys import read_report
from saywhy.annotation import Polarity
from saywhy.errors import NoFollowUp
from saywhy.issue import CauseKey, Issue
from saywhy.report import ALL_WAVES
from service.causes import CauseDetails, CauseMoved, read_cause
from service.evidence import SEARCHED_FOR_CUSTOMERS, Cause, CauseCustomers, CauseEvidence, read_evidence
from service.reports import reading

PAGE = Page("cause", CausePage, section="overview")
router = PAGE.router

#: Quotes of a score group, and accounts, that are shown.
QUOTES, CUSTOMERS = 6, 20

Key = Annotated[str, Path(max_length=500, description="The key of a cause, `theme:ID` or `topic:ID`.")]
Side = Literal["", "praise"]


Wave = Annotated[str, Query(max_length=500)]


def downloads(
    cause: Key,
    web: WebDep,
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    wave: Wave = ALL_WAVES,
    side: Side = "",
) -> Downloads:
    """When, where and by whom the cause is named; of what it became if it was merged or is a theme now."""
    details = _details(resources, CauseKey.parse(cause), wave)
    while isinstance(details, CauseMoved):
        details = _details(resources, details.key, wave)
    shown = _shown(resources, details, wave, side)
    issue, name = shown.issue_of(details), title_of(details, resources.annotator.code_frame, web)
    named = Cause(details.key, Polarity.POSITIVE if shown.is_praise else Polarity.NEGATIVE)

    def customers() -> CauseCustomers:
        evidence = read_evidence(
            resources.engine,
            resources.workspace,
            named,
            wave,
            quotes=0,
            customers=SEARCHED_FOR_CUSTOMERS,
            with_personal_data=with_personal_data,
        )
        return evidence.customers

    return Downloads(
        tables={
            "when": lambda: when_table(issue, shown, web.wording),
            "where": lambda: where_table(issue, web.wording),
            "who": lambda: who_table(customers(), web.wording),
        },
        figures={
            "when": lambda: when_figure(issue, shown, name, web),
            "where": lambda: where_figure(issue, name, web),
        },
    )


offer(PAGE, "/causes/{cause}", "cause", downloads)


@router.get("/causes/{cause}")
def show(
    cause: Key,
    web: WebDep,
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    wave: Wave = ALL_WAVES,
    side: Side = "",
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """A cause in the report on a wave, or on all; as a complaint, unless it is only praised or praise is asked for."""
    details = _details(resources, CauseKey.parse(cause), wave)
    if isinstance(details, CauseMoved):
        return web.see(cause_path(details.key), wave=None if wave == ALL_WAVES else wave, done=done)
    shown = _shown(resources, details, wave, side, done)
    evidence = _evidence(resources, details.key, wave, is_praise=shown.is_praise, with_personal_data=with_personal_data)
    context = cause_page(details, shown, evidence, resources.annotator.code_frame, web)
    return web.render(PAGE, context, title=context.title, address=web.href(context.here))


@router.post("/causes/{cause}/{action}")
def act(cause: Key, action: str, web: WebDep, resources: WriteAccess, form: FormDep) -> Response:
    """Do what a form of the page is for; then the page shows it, and how to take it back."""
    if action not in ACTIONS:
        raise HTTPException(404, f"Nobody can {action!r} a cause.")
    done = ACTIONS[action](Submission(resources, CauseKey.parse(cause), form, web.principal.name))
    side = value_of(form, "side") if done.cause == CauseKey.parse(cause) else ""
    return web.see(cause_path(done.cause), wave=value_of(form, "wave_shown"), side=side, done=done.name)


def _details(resources: Resources, key: CauseKey, wave: str) -> CauseDetails | CauseMoved:
    report = read_report(resources, wave)
    overall = report if wave == ALL_WAVES else read_report(resources)
    code_frame = resources.annotator.code_frame
    return read_cause(resources.engine, resources.workspace, key, report, overall, code_frame=code_frame)


def _shown(resources: Resources, details: CauseDetails, wave: str, side: Side, done: str = "") -> Shown:
    """As a complaint, unless it is only praised or praise is asked for."""
    is_praise = side == "praise" or (details.issue is None and details.praise is not None)
    if details.topic is not None:
        is_praise = details.topic.topic.polarity == Polarity.POSITIVE
    waves = reading.list_waves(resources.engine, resources.workspace)
    issue = details.praise if is_praise else details.issue
    in_wave = _in_each_wave(resources, issue, waves, is_praise=is_praise) if issue and issue.waves else {}
    return Shown(read_report(resources, wave), waves, in_wave, is_praise, done)


def _evidence(
    resources: Resources, key: CauseKey, wave: str, *, is_praise: bool, with_personal_data: bool
) -> CauseEvidence | None:
    """What is looked up beside the report; None in an anonymous workspace, whose report has all that may be shown."""
    cause = Cause(key, Polarity.POSITIVE if is_praise else Polarity.NEGATIVE)
    try:
        return read_evidence(
            resources.engine,
            resources.workspace,
            cause,
            wave,
            quotes=QUOTES,
            customers=CUSTOMERS,
            with_personal_data=with_personal_data,
        )
    except NoFollowUp:
        return None


def _in_each_wave(resources: Resources, issue: Issue, waves: tuple[str, ...], *, is_praise: bool) -> dict[str, Issue]:
    """What the report on each wave says of the cause, where it ranks it."""
    by_wave = {}
    for wave in waves:
        report = read_report(resources, wave)
        same = (other for other in (report.delights if is_praise else report.issues) if other.key == issue.key)
        if (there := next(same, None)) is not None:
            by_wave[wave] = there
    return by_wave
