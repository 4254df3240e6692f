"""`/preferences`: the reader chooses a language and a theme, which the browser keeps in cookies."""

from __future__ import annotations

from http import HTTPStatus
from typing import get_args

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.dependencies import AccessPolicyDep
from api.web import language
from api.web.addresses import path_to
from api.web.forms import FormDep, value_of
from api.web.shell import THEME_COOKIE, Theme
from pipelines.render.wording import closest_language

router = APIRouter(include_in_schema=False)

_YEAR = 365 * 24 * 3600  # s


@router.post("/preferences")
async def choose(form: FormDep, request: Request, access: AccessPolicyDep) -> Response:
    """Keep what was chosen and lead back to the page. Raises `InvalidInput` for a language without texts."""
    response = RedirectResponse(path_to(request, value_of(form, "next")), HTTPStatus.SEE_OTHER)
    chosen = {}
    if asked := value_of(form, "language"):
        chosen[language.COOKIE] = closest_language(asked)
    if (theme := value_of(form, "theme")) in get_args(Theme):
        chosen[THEME_COOKIE] = theme
    for name, value in chosen.items():
        response.set_cookie(
            name, value, max_age=_YEAR, secure=access.is_https(request), httponly=True, samesite="lax", path="/"
        )
    return response
