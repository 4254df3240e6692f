"""What every page shows around its own content: navigation, who is signed in, language and theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fastapi import Request

from api.web.addresses import here, root_of
from api.web.page import Page
from api.web.static_files import REPORT_STYLE, static_files
from pipelines.render.wording import LANGUAGE_NAMES, Wording
from saywhy.access import Principal, PrincipalKind
from saywhy.code_frame import FIRST_CLASS_LANGUAGES

Theme = Literal["auto", "light", "dark"]

#: The cookie with the theme that the reader has chosen.
THEME_COOKIE = "saywhy_theme"


@dataclass(frozen=True, slots=True)
class Link:
    """Where one may go."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values that a form may send. `language` is that of the label."""

    value: str
    label: str
    is_current: bool
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page. `workspace` is None on the page of an error before it is known who asks.

    `person` is who is signed in; `sign_out` is where the form leads that ends the session, None without a session.
    """

    title: str
    home: str
    navigation: tuple[Link, ...]
    languages: tuple[Choice, ...]
    theme: Theme
    themes: tuple[Choice, ...]
    preferences: str
    here: str
    workspace: str | None
    person: str | None
    sign_out: str | None
    icon: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]


def theme_of(request: Request) -> Theme:
    """The theme that the reader has chosen; by default that of the system."""
    chosen = request.cookies.get(THEME_COOKIE)
    return next((theme for theme in get_args(Theme) if theme == chosen), "auto")


def shell(
    request: Request,
    wording: Wording,
    pages: Sequence[Page[Any]],
    page: Page[Any],
    title: str | None = None,
    principal: Principal | None = None,
) -> Shell:
    """The frame of `page`; the navigation has those of `pages` that have a place in it."""
    root, theme = root_of(request), theme_of(request)
    current = page.section or page.name
    has_session = principal is not None and principal.kind is PrincipalKind.PERSON
    return Shell(
        title=title or wording[f"{page.name}.title"],
        home=f"{root}/",
        navigation=tuple(
            Link(wording[f"{each.name}.title"], root + each.path, each.name == current) for each in pages if each.path
        ),
        languages=tuple(
            Choice(each, LANGUAGE_NAMES[each], each == wording.language, each) for each in FIRST_CLASS_LANGUAGES
        ),
        theme=theme,
        themes=tuple(Choice(each, wording[f"shell.theme_{each}"], each == theme) for each in get_args(Theme)),
        preferences=f"{root}/preferences",
        here=here(request),
        workspace=principal.workspace if principal else None,
        person=principal.name if principal and has_session else None,
        sign_out=f"{root}/sign-out" if has_session else None,
        icon=root + static_files()["icon.svg"].path,
        styles=_files(root, REPORT_STYLE, "app.css", *page.styles, f"{page.name}.css"),
        scripts=_files(root, "htmx.min.js", "app.js", f"{page.name}.js"),
    )


def _files(root: str, *names: str) -> tuple[str, ...]:
    """The addresses of those static files that there are."""
    files = static_files()
    return tuple(root + files[name].path for name in names if name in files)
