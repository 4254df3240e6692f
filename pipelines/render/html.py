"""Renders a report as a self-contained HTML page: no requests, no scripts, readable offline and in print."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipelines.render.document_context import Document
from pipelines.render.page import build_page
from pipelines.render.wording import Wording, printable
from saywhy.code_frame import CodeFrame
from saywhy.report import Report

TEMPLATES = Path(__file__).with_name("templates")


def to_html(report: Report, code_frame: CodeFrame, *, language: str = "en") -> str:
    """The page in English, German, Simplified or Traditional Chinese. Raises `InvalidInput` for other languages.

    Its content security policy allows only the style sheet, by its hash.
    """
    wording = Wording(language)
    return _render("report.html.j2", wording, page=build_page(report, code_frame, wording))


def document_html(document: Document, wording: Wording) -> str:
    """A document as one self-contained page, for screens, printers and `pdf.to_pdf`; policy as `to_html`."""
    return _render("document.html.j2", wording, style_sheet="document.css", page=document)


#: Why an attempt to sign in was refused: a key of the catalogues.
SignInRefusal = Literal["sign_in.wrong", "sign_in.wait", "sign_in.unknown", "sign_in.unconfirmed"]


def sign_in_page(
    refusal: SignInRefusal | None = None, *, provider_link: str | None = None, language: str = "en"
) -> str:
    """The form by which people sign in, with why the last attempt was refused; same languages as `to_html`.

    The page posts to its own address, and nothing else. `provider_link` leads to a provider that knows people.
    """
    return _render("sign_in.html.j2", Wording(language), refusal=refusal, provider_link=provider_link)


def mail_page(wording: Wording, **values: object) -> str:
    """A message as HTML, whose styles are attributes; `pipelines.render.mail` has the values."""
    return _environment().get_template("mail.html.j2").render(wording=wording, **values)


def _render(template: str, wording: Wording, *, style_sheet: str = "report.css", **values: object) -> str:
    return self_contained(_environment().get_template(template), wording, style_sheet=style_sheet, **values)


def self_contained(template: Template, wording: Wording, *, style_sheet: str = "report.css", **values: object) -> str:
    """The template with one of our style sheets in it, and with its hash for the content security policy."""
    style = (TEMPLATES / style_sheet).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    values |= {"wording": wording, "style": Markup(style), "style_hash": digest}  # nosec B704  # a file of ours
    return template.render(values)


@cache
def _environment() -> Environment:
    return environment(TEMPLATES)


def environment(*folders: Path) -> Environment:
    """Templates whose values are escaped and printable; one of an earlier folder hides one of the same name."""
    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalize(value: object) -> object:
    """Replaces unprintable characters in every printed value, before Jinja escapes it."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
