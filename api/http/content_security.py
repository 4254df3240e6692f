"""The content security policies of pages: only what a page itself contains, or this server, may load or run."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

_STYLE = re.compile(r"<style>(.+?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script>(.+?)</script>", re.DOTALL)

_CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def of_report(page: str) -> str:
    """The policy of a report page: its inline style sheet, by hash, data: images, and nothing else.

    Should markup in a comment ever pass the template unescaped, it could not run, load or style anything.
    """
    return f"{_CLOSED}; style-src {_hash_of(_STYLE, page)}; img-src data:"


def of_sign_in(page: str) -> str:
    """The policy of the page on which people sign in: its style sheet, by hash, and a form for this server."""
    closed = _CLOSED.replace("form-action 'none'", "form-action 'self'")
    return f"{closed}; style-src {_hash_of(_STYLE, page)}"


def of_app() -> str:
    """The policy of the pages of the app: scripts, styles and images that are files of this server, nothing inline."""
    closed = _CLOSED.replace("form-action 'none'", "form-action 'self'")
    return f"{closed}; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"


def of_picture() -> str:
    """The policy of a drawing that a browser shows by itself: it loads, runs and styles nothing."""
    return _CLOSED


def of_docs(page: str) -> str:
    """The policy of the Swagger UI page: its inline script, by hash, files of this server, and inline styles."""
    return (
        f"{_CLOSED}; script-src 'self' {_hash_of(_SCRIPT, page)}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'"
    )


def _hash_of(element: re.Pattern[str], page: str) -> str:
    """The CSP source of the first such element; `'none'` if there is none."""
    match = element.search(page)
    return f"'sha256-{b64encode(sha256(match[1].encode()).digest()).decode()}'" if match else "'none'"
