"""The wall of praise: what promoters say, as the report quotes it, to be shared. Personal data is masked.

Its quotes are those of the latest report, so that an anonymous workspace shows no other than it published.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from api.http.auth import ReadAccess
from api.web.page import Page
from api.web.pages.praise.build import PATH, wall
from api.web.pages.praise.context import Wall
from api.web.rendering import WebDep
from api.web.surveys import read_report
from saywhy.report import ALL_WAVES
from service.reports import reading

PAGE = Page("praise", Wall, path=PATH, styles=("work.css",))


@PAGE.router.get(PATH)
def show(web: WebDep, resources: ReadAccess, wave: Annotated[str, Query(max_length=500)] = ALL_WAVES) -> Response:
    """The wall of a wave, or of all."""
    waves = reading.list_waves(resources.engine, resources.workspace)
    report = read_report(resources, wave) if waves else None
    context = wall(report, waves, resources.annotator.code_frame, web)
    return web.render(PAGE, context, address=web.href(PATH, wave=None if wave == ALL_WAVES else wave))
