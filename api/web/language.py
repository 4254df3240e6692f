"""The language in which a page is shown: `?language=`, else what the reader has chosen, else the browser's."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Query, Request

from api.http.accept_language import preferred_language
from pipelines.render.wording import closest_language
from saywhy.errors import InvalidInput

#: The cookie with the language that the reader has chosen.
COOKIE = "saywhy_language"

Language = Annotated[
    str | None,
    Query(description="Language of the page: `en`, `de`, `zh-Hans` or `zh-Hant`; by default the browser's."),
]
AcceptLanguage = Annotated[str, Header(include_in_schema=False)]


async def reader_language(request: Request, language: Language = None, accept_language: AcceptLanguage = "") -> str:
    """One of the languages of the catalogues. Raises `InvalidInput` if the query asks for another one."""
    return closest_language(language) if language else _without_query(request, accept_language)


def language_of(request: Request) -> str:
    """`reader_language` where there is no route, as on the page of an error; never raises."""
    try:
        return closest_language(request.query_params["language"])
    except (KeyError, InvalidInput):
        return _without_query(request, request.headers.get("accept-language", ""))


def _without_query(request: Request, accepted: str) -> str:
    try:
        return closest_language(request.cookies[COOKIE])
    except (KeyError, InvalidInput):
        return preferred_language(accepted)


LanguageDep = Annotated[str, Depends(reader_language)]
