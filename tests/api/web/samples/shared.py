"""Instead of what a link shares: the form for its password with a refusal, and a link that has ended."""

from __future__ import annotations

from api.web.rendering import Web
from api.web.shared import SharedNotice
from tests.builders.extreme_reports import HOSTILE_TEXT


def samples(web: Web) -> list[object]:
    """The kinds of notices."""
    password = web.wording["shared.title_password"]
    return [SharedNotice(password, HOSTILE_TEXT, True, "Wrong"), SharedNotice("Ended", "Ask", False, "")]
