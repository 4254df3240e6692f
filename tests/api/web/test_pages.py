"""Contexts and templates of the pages hold together."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from jinja2 import meta, nodes

import api.web.charts as charts
from api.web.page import Page
from api.web.pages import PAGES
from api.web.rendering import TEMPLATES, environment, render
from api.web.shell import Shell, shell
from saywhy.code_frame import FIRST_CLASS_LANGUAGES
from tests.api.web.page_types import (
    ALL_PAGES,
    app_templates,
    attributes,
    dataclasses_in,
    field_names,
    is_own,
    parsed,
    samples_of,
    templates_of,
    web_of,
)
from tests.builders.extreme_reports import HOSTILE_TEXT

every_page = pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: page.name)


@every_page
@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_every_page_renders_its_typed_context(page: Page[Any], language: str) -> None:
    """The whole page and each block by itself, in every language; what a template uses and does not get is an error."""
    web = web_of(language)
    frame = shell(web.request, web.wording, PAGES, page, "Title", web.principal)
    template = environment().get_template(f"{page.name}.html.j2")
    samples = samples_of(page, web)
    assert samples
    for context in samples:
        assert type(context) is page.context
        whole = render(page, context, frame, web.wording)
        assert whole.startswith("<!doctype html>")
        assert "<script>alert" not in whole
        assert "\u202e" not in whole
        for block in template.blocks:
            if block != "content":
                part = render(page, context, frame, web.wording, fragment=block)
                assert part.strip() in whole
                assert f'id="{block}"' in part


@every_page
def test_contexts_and_templates_agree(page: Page[Any]) -> None:
    """A template gets `page`, `shell` and `wording`, reads no attribute that its context lacks, and the context has no
    field that no template reads.
    """
    used = templates_of(f"{page.name}.html.j2")
    kinds = dataclasses_in(page.context)
    own = [template for template in used if is_own(template, page)]
    for template in own:
        assert meta.find_undeclared_variables(parsed(template)) <= {"page", "shell", "wording"}
        read = {name for root, name in attributes(template) if root not in ("shell", "wording", "loop")}
        assert read - field_names(kinds) == set(), template
    read = {name for template in used for _, name in attributes(template)}
    declared = {kind for kind in kinds if kind.__module__.startswith("api.web.pages")}
    assert field_names(declared | {page.context}) - read == set()


def test_the_frame_and_the_charts_agree_with_their_templates() -> None:
    """As pages do with theirs."""
    frame = {name for _, name in attributes("base.html.j2")}
    pages = {name for root, name in _read_of("shell")}
    assert field_names(dataclasses_in(Shell)) == frame | pages
    kinds = {kind for kind in vars(charts).values() if isinstance(kind, type) and is_dataclass(kind)}
    own = {kind for kind in kinds if kind.__module__ == charts.__name__}
    drawn = {name for root, name in attributes("charts.html.j2") if root != "loop"}
    assert field_names(own) - {"value"} == drawn - {"value"}


def _read_of(variable: str) -> set[tuple[str, str]]:
    return {pair for template in app_templates() for pair in attributes(template) if pair[0] == variable}


@pytest.mark.parametrize("template", app_templates())
def test_templates_do_no_arithmetic(template: str) -> None:
    """They iterate and print: numbers are formatted, and positions computed, where they can be tested."""
    arithmetic = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
    tree = parsed(template)
    assert not list(tree.find_all(arithmetic))
    filters = {node.name for node in tree.find_all(nodes.Filter)}
    assert filters.isdisjoint({"abs", "count", "float", "int", "length", "round", "sum", "safe"})


@pytest.mark.parametrize("template", app_templates())
def test_templates_have_nothing_inline(template: str) -> None:
    """The policy allows no inline script, style or handler, so that none would work."""
    source = (TEMPLATES / template).read_text("utf-8")
    assert not re.search(r"<style|<script(?! src=)|\sstyle=|\son\w+=|javascript:|hx-on|hx-vals='js", source)


@every_page
def test_contexts_are_frozen(page: Page[Any]) -> None:
    """Contexts are values, in all their parts."""
    for kind in dataclasses_in(page.context):
        assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined]
        assert fields(kind), kind


def test_hostile_texts_are_texts() -> None:
    """What people write is shown and is never markup: in names of causes and waves, in notes, in names of views."""
    page, web = PAGES[0], web_of()
    frame = shell(web.request, web.wording, PAGES, page, HOSTILE_TEXT, web.principal)
    shown = [render(page, context, frame, web.wording) for context in samples_of(page, web)]
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in text for text in shown)
    for text in shown:
        assert "<img" not in text
        assert "<title>&lt;/style&gt;" in text
