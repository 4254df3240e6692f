"""Shared links: made by the form *Share* of other pages, listed and revoked here, by those who may edit."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import Request, Response

from api.http.auth import WriteAccess
from api.http.dependencies import AccessPolicyDep, Resources
from api.web.addresses import NumberInPath, link_url
from api.web.forms import FormDep, number_of, value_of
from api.web.page import Page
from api.web.pages.shared_links.build import shared_links
from api.web.pages.shared_links.context import NewLink, SharedLinks
from api.web.rendering import Web, WebDep
from api.web.sharing import PATH
from saywhy.shared_link import SharedView
from service.shared_links import list_links, revoke_link, share

PAGE = Page("shared_links", SharedLinks, section="overview", styles=("work.css", "settings.css"))
router = PAGE.router


@router.get(PATH)
def show(web: WebDep, resources: WriteAccess) -> Response:
    """All links of the workspace."""
    return _shown(web, resources)


@router.post(PATH)
def add(web: WebDep, request: Request, resources: WriteAccess, access: AccessPolicyDep, form: FormDep) -> Response:
    """Share what is at an address; the answer is the only page that shows the link."""
    link, token = share(
        resources.engine,
        resources.workspace,
        value_of(form, "name"),
        SharedView.at(value_of(form, "view")),
        maker=web.principal,
        days=number_of(form, "days"),
        with_quotes=value_of(form, "quotes") == "masked",
        password=value_of(form, "password") or None,
    )
    return _shown(web, resources, NewLink(link.name, link_url(request, access, token)))


@router.post(f"{PATH}/{{link}}/revoke")
def revoke(link: NumberInPath, web: WebDep, resources: WriteAccess) -> Response:
    """Revoke a link for good."""
    revoke_link(resources.engine, resources.workspace, link)
    return web.see(PATH)


def _shown(web: Web, resources: Resources, made: NewLink | None = None) -> Response:
    links = list_links(resources.engine, resources.workspace)
    response = web.render(PAGE, shared_links(links, made, web, datetime.now(UTC)))
    if made is not None:
        response.headers["Cache-Control"] = "no-store"
    return response
