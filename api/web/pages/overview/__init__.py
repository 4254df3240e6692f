"""The overview: the NPS and its course, what stands out, and the ranking of causes as a tree.

`filters` reads what is chosen from the address, `build` and `causes` make the context (`context`) of a report.
"""

from __future__ import annotations

from fastapi import Response

from api.http.auth import ReadAccess, WriteAccess
from api.web.addresses import NumberInPath
from api.web.forms import FormDep, value_of
from api.web.page import Page
from api.web.pages.overview.build import PATH, empty_overview, overview
from api.web.pages.overview.context import Overview
from api.web.pages.overview.filters import FiltersDep
from api.web.rendering import WebDep
from api.web.surveys import read_report
from service.handling import causes_aside
from service.reports import reading
from service.saved_views import list_views, remove_view, save_view
from service.wave_notes import list_notes, pin_note, remove_note
from service.workspaces import read_status

PAGE = Page("overview", Overview, path=PATH)
router = PAGE.router


@router.get(PATH)
def show(web: WebDep, resources: ReadAccess, filters: FiltersDep) -> Response:
    """The overview of a wave, or of all; before the first analysis it says what to do."""
    engine, workspace = resources.engine, resources.workspace
    waves = reading.list_waves(engine, workspace)
    if not waves:
        return web.render(PAGE, empty_overview(read_status(engine, workspace), web))
    report = read_report(resources, filters.wave)
    notes, views = list_notes(engine, workspace), list_views(engine, workspace)
    aside = causes_aside(engine, workspace)
    context = overview(report, waves, notes, views, filters, resources.annotator.code_frame, web, aside)
    return web.render(PAGE, context, address=web.href(PATH, **filters.query()))


@router.post("/notes")
def pin(web: WebDep, resources: WriteAccess, form: FormDep) -> Response:
    """Pin a note to a wave."""
    by = web.principal.name
    pin_note(resources.engine, resources.workspace, value_of(form, "wave"), value_of(form, "text"), by=by)
    return web.see(value_of(form, "next"))


@router.post("/notes/{note_id}/delete")
def unpin(note_id: NumberInPath, web: WebDep, resources: WriteAccess, form: FormDep) -> Response:
    """Delete a note."""
    remove_note(resources.engine, resources.workspace, note_id)
    return web.see(value_of(form, "next"))


@router.post("/views")
def save(web: WebDep, resources: WriteAccess, form: FormDep) -> Response:
    """Save an address as a view."""
    by, address = web.principal.name, value_of(form, "next")
    save_view(resources.engine, resources.workspace, value_of(form, "name"), address, by=by)
    return web.see(address)


@router.post("/views/{view_id}/delete")
def forget(view_id: NumberInPath, web: WebDep, resources: WriteAccess, form: FormDep) -> Response:
    """Delete a saved view."""
    remove_view(resources.engine, resources.workspace, view_id)
    return web.see(value_of(form, "next"))
