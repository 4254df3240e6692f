"""An error as a page."""

from __future__ import annotations

from api.web.errors import ErrorPage
from api.web.rendering import Web


def samples(web: Web) -> list[object]:
    """An address that leads nowhere."""
    return [ErrorPage("404", "Nothing here", "Go back.", "There is no <wave>.", web.href("/"), "Start")]
