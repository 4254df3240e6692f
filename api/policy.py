"""The content security policy of a page, from the page itself."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import Literal

_INLINE = re.compile(r"<(style|script)(?:\s[^>]*)?>(.+?)</\1>", re.DOTALL)

_CLOSED = ("default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'")


def self_contained(page: str) -> str:
    """Allow exactly the inline styles and scripts that `page` was rendered with, by their hashes, and nothing else.

    A comment that smuggled markup past the template could neither run nor load anything.
    """
    return _policy(f"style-src {inline(page, 'style')}", f"script-src {inline(page, 'script')}", "img-src data:")


def with_assets(page: str) -> str:
    """Allow the page's own inline scripts, this server's files, and inline styles, for a page that is not our own."""
    return _policy(
        f"script-src 'self' {inline(page, 'script')}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
    )


def inline(page: str, kind: Literal["style", "script"]) -> str:
    """The CSP sources of the inline elements of that kind; `'none'` where there are none."""
    contents = [content for name, content in _INLINE.findall(page) if name == kind]
    return " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in contents) or "'none'"


def _policy(*allowed: str) -> str:
    return "; ".join((*_CLOSED, *allowed))
