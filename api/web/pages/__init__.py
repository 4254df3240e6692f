"""The pages of the app, a module each, in the order of the navigation.

A module declares its `PAGE` (`api.web.page`), the context of its template and its routes; here it is registered.
docs/explanation/web-app.md says how to add one.
"""

from typing import Any

from api.web.page import Page
from api.web.pages import (
    cause,
    cause_map,
    code_frames,
    comments,
    compare,
    customers,
    follow_ups,
    imports,
    overview,
    pebbles,
    praise,
    quality,
    segments,
    settings,
    shared_links,
    what_if,
)

#: Every page, in the order of the navigation.
PAGES: tuple[Page[Any], ...] = (
    overview.PAGE,
    cause.PAGE,
    comments.PAGE,
    compare.PAGE,
    segments.PAGE,
    cause_map.PAGE,
    what_if.PAGE,
    pebbles.PAGE,
    follow_ups.PAGE,
    follow_ups.CASE,
    customers.PAGE,
    customers.CUSTOMER,
    praise.PAGE,
    imports.PAGE,
    imports.PREVIEW,
    imports.JOB,
    quality.PAGE,
    settings.PAGE,
    code_frames.PAGE,
    code_frames.FRAME,
    code_frames.EDITOR,
    shared_links.PAGE,
)
