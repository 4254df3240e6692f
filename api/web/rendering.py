"""Shows a page, or the part of it that htmx asks for.

Every page has one typed context, the variable `page` of its template; `shell` is what is around it, `wording` has the
texts. Templates do no arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from jinja2 import Environment

from api.http import content_security
from api.http.rendered import Rendering
from api.web.addresses import path_to, root_of, with_query
from api.web.language import language_of
from api.web.page import Page
from api.web.shell import Shell, shell
from api.web.texts import wording_in
from pipelines.render import html
from pipelines.render.wording import Wording
from saywhy.access import Principal, Scope

TEMPLATES = Path(__file__).with_name("templates")

ContextT = TypeVar("ContextT")

#: On what, beside the address, an answer depends.
VARY = "Accept-Language, Cookie, HX-Request, HX-Target"


@cache
def environment() -> Environment:
    """The templates of the app; those of the report page are there too, for their macros."""
    return html.environment(TEMPLATES, html.TEMPLATES)


@dataclass(frozen=True, slots=True)
class Web:
    """What a route needs to answer with a page: the request, the words of the reader's language, and who asks."""

    request: Request
    wording: Wording
    principal: Principal

    def may(self, scope: Scope) -> bool:
        """Whether whoever asks has the scope: what they may not do is not offered."""
        return scope in self.principal.scopes

    def href(self, path: str, **query: str | list[str] | None) -> str:
        """The address of a path of this server, with what of the query has a value."""
        return with_query(root_of(self.request) + path, query)

    def render(
        self, page: Page[ContextT], context: ContextT, *, title: str | None = None, address: str | None = None
    ) -> Response:
        """The page, or only the block of its template that has the name of the element into which htmx puts it.

        `address` is the one that the browser is to show then, mostly without what is chosen by default.
        """
        frame = shell(self.request, self.wording, self.request.app.state.pages, page, title, self.principal)
        content = render(page, context, frame, self.wording, fragment=fragment_of(self.request))
        headers = {"Content-Security-Policy": content_security.of_app(), "Vary": VARY}
        if address is not None and not self.request.headers.get("hx-current-url", "").endswith(address):
            headers["HX-Push-Url"] = address
        return Rendering.of(content.encode()).respond(self.request, "text/html", headers)

    def see(self, path: str, **query: str | list[str] | None) -> Response:
        """After a form has done what it was for: leads to the page that shows it (or, with htmx, to a part of it)."""
        return RedirectResponse(with_query(path_to(self.request, path), query), HTTPStatus.SEE_OTHER)


def render(page: Page[ContextT], context: ContextT, frame: Shell, wording: Wording, fragment: str | None = None) -> str:
    """The HTML of a page, or of the block `fragment` of its template if it has one of that name."""
    template = environment().get_template(f"{page.name}.html.j2")
    values: dict[str, Any] = {"page": context, "shell": frame, "wording": wording}
    if fragment in template.blocks:
        return "".join(template.blocks[fragment](template.new_context(values)))
    return template.render(values)


def fragment_of(request: Request) -> str | None:
    """The id of the element into which htmx puts the answer; None if the whole page is wanted."""
    if "hx-request" not in request.headers or "hx-history-restore-request" in request.headers:
        return None
    return unquote(request.headers.get("hx-target", "").partition("#")[2]) or None


async def get_web(request: Request) -> Web:
    """What a route needs to answer with a page."""
    return Web(request, wording_in(language_of(request)), request.state.principal)


WebDep = Annotated[Web, Depends(get_web)]
