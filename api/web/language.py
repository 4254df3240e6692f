"""The language in which a page is shown: what the reader has chosen in the app, else the browser's.

The report page, which is printed and sent, and the form to sign in can be asked for in a language: `?language=`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from api.http.accept_language import preferred_language
from pipelines.render.wording import closest_language
from saywhy.errors import InvalidInput

#: The cookie with the language that the reader has chosen.
COOKIE = "saywhy_language"

Language = Annotated[
    str | None,
    Query(description="Language of the page: `en`, `de`, `zh-Hans` or `zh-Hant`; by default the browser's."),
]


async def reader_language(request: Request, language: Language = None) -> str:
    """One of the languages of the catalogues. Raises `InvalidInput` if the query asks for another one."""
    return closest_language(language) if language else language_of(request)


def language_of(request: Request) -> str:
    """The language that the reader has chosen, else the browser's: that of the app. Never raises."""
    try:
        return closest_language(request.cookies[COOKIE])
    except (KeyError, InvalidInput):
        return preferred_language(request.headers.get("accept-language", ""))


LanguageDep = Annotated[str, Depends(reader_language)]
