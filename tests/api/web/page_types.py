"""What templates use, and what contexts have."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from fastapi import FastAPI, Request
from jinja2 import meta, nodes

from api.web.errors import PAGE as ERROR
from api.web.page import Page
from api.web.pages import PAGES
from api.web.rendering import TEMPLATES, Web, environment
from api.web.texts import wording_in
from saywhy.access import Principal
from service.access import local_principal

#: Every template that has a context of its own.
ALL_PAGES: tuple[Page[Any], ...] = (*PAGES, ERROR)


def web_of(language: str = "en", principal: Principal | None = None, root_path: str = "") -> Web:
    """What a route would get, of whoever is on this machine unless there is a `principal`."""
    app = FastAPI()
    app.state.pages = PAGES
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "app": app}
    principal = principal or local_principal("default")
    request = Request({**scope, "root_path": root_path, "state": {"principal": principal}})
    return Web(request, wording_in(language), principal)


def samples_of(page: Page[Any], web: Web) -> list[Any]:
    """The contexts in `tests/api/web/samples/NAME.py`."""
    samples: list[Any] = importlib.import_module(f"tests.api.web.samples.{page.name}").samples(web)
    return samples


def parsed(name: str) -> nodes.Template:
    """The syntax tree of a template."""
    source, _, _ = environment().loader.get_source(environment(), name)  # type: ignore[union-attr]
    return environment().parse(source)


def templates_of(name: str) -> set[str]:
    """The template, and all that it extends, includes and imports."""
    names, waiting = set[str](), [name]
    while waiting:
        if (current := waiting.pop()) not in names:
            names.add(current)
            waiting += filter(None, meta.find_referenced_templates(parsed(current)))
    return names


def is_own(template: str, page: Page[Any]) -> bool:
    """Whether a template shows this page alone."""
    return template == f"{page.name}.html.j2" or template.startswith(f"{page.name}/")


def app_templates() -> list[str]:
    """The names of all templates of the app."""
    return sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.j2"))


def attributes(template: str) -> Iterator[tuple[str, str]]:
    """(variable, attribute) of each attribute that a template reads, also of an attribute of the variable."""
    for node in parsed(template).find_all(nodes.Getattr):
        root: nodes.Node = node
        while isinstance(root, nodes.Getattr | nodes.Getitem | nodes.Call):
            root = root.node
        if isinstance(root, nodes.Name):
            yield root.name, node.attr


def dataclasses_in(kind: Any) -> set[type]:
    """The dataclasses of which a value of this type may consist."""
    kinds, waiting = set[type](), [kind]
    while waiting:
        current = waiting.pop()
        waiting += [argument for argument in get_args(current) if not isinstance(argument, str)]
        if isinstance(current, type) and is_dataclass(current) and current not in kinds:
            kinds.add(current)
            waiting += get_type_hints(current).values()
    return kinds


def field_names(kinds: set[type]) -> set[str]:
    """The names of all fields."""
    return {field.name for kind in kinds for field in fields(kind)}
