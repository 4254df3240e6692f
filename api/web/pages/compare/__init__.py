"""Two waves or two segments beside each other: how far their NPS differs, and what each theme contributed.

`choice` reads what is chosen from the address, `build` makes the context (`context`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from fastapi import Response

from api.http.auth import ReadAccess
from api.web.page import Page
from api.web.pages.compare.build import COLUMNS, compare, csv_rows, nothing_yet, sides_of
from api.web.pages.compare.choice import Chosen, ChosenDep
from api.web.pages.compare.context import Compare
from api.web.rendering import WebDep
from api.web.surveys import KEPT, Survey, find_survey
from api.web.tables import csv_file
from saywhy.contrast import Contrast
from saywhy.errors import NothingToAnalyse
from saywhy.feedback import Segment
from saywhy.report import Report
from service.reports import reading

PAGE = Page("compare", Compare, path="/compare")
router = PAGE.router


@router.get("/compare")
def show(web: WebDep, resources: ReadAccess, chosen: ChosenDep) -> Response:
    """The last two waves, or what is chosen."""
    if (survey := find_survey(resources)) is None:
        return web.render(PAGE, nothing_yet())
    chosen = completed(chosen, survey.report)
    waves = reading.list_waves(resources.engine, resources.workspace)
    context = compare(chosen, survey, waves, _contrast(survey, chosen) if chosen.b else None, web)
    return web.render(PAGE, context, address=web.href("/compare", **chosen.query()))


@router.get("/compare.csv")
def save(web: WebDep, resources: ReadAccess, chosen: ChosenDep) -> Response:
    """The parts of the difference."""
    survey = find_survey(resources)
    chosen = completed(chosen, survey.report) if survey else chosen
    if survey is None or not chosen.b:
        raise NothingToAnalyse("there are not two groups to compare yet")
    return csv_file(web, "compare", COLUMNS, csv_rows(_contrast(survey, chosen)))


def completed(chosen: Chosen, report: Report) -> Chosen:
    """What is chosen, with the last two waves or the first two segments where it is none of those that there are.

    Somebody who chooses another dimension has still two values of the one before.
    """
    sides = sides_of(report, chosen.by)
    if len(sides) < 2:
        return replace(chosen, a="", b="")
    if chosen.a in sides and chosen.b in sides and chosen.a != chosen.b:
        return chosen
    a, b = sides[:2] if chosen.by else sides[-2:]
    if chosen.a in sides:
        a, b = chosen.a, next(side for side in (b, a) if side != chosen.a)
    elif chosen.b in sides:
        a, b = next(side for side in (a, b) if side != chosen.b), chosen.b
    return replace(chosen, a=a, b=b)


@lru_cache(maxsize=KEPT)
def _contrast(survey: Survey, chosen: Chosen) -> Contrast:
    from service.comparisons import compare_segments, compare_waves  # loads scipy, which few pages need

    of_survey = survey.engine, survey.workspace, survey.code_frame
    if not chosen.by:
        return compare_waves(*of_survey, chosen.a, chosen.b)
    before, after = Segment(chosen.by, chosen.a), Segment(chosen.by, chosen.b)
    return compare_segments(*of_survey, before, after, chosen.wave)
