"""The content security policies of pages."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

_STYLE = re.compile(r"<style>(.+?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script>(.+?)</script>", re.DOTALL)

_CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def of_report(page: str) -> str:
    """Allow the style sheet in the head of a report page, by its hash, and nothing else.

    A comment that smuggled markup past the template could neither run nor load anything, nor style the page.
    """
    return f"{_CLOSED}; style-src {_hash_of(_STYLE, page)}; img-src data:"


def of_docs(page: str) -> str:
    """Allow what Swagger UI does: its inline script, files of this server, styles of its own making."""
    return (
        f"{_CLOSED}; script-src 'self' {_hash_of(_SCRIPT, page)}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'"
    )


def _hash_of(element: re.Pattern[str], page: str) -> str:
    """The CSP source of the first such element; `'none'` where there is none."""
    found = element.search(page)
    return f"'sha256-{b64encode(sha256(found[1].encode()).digest()).decode()}'" if found else "'none'"
