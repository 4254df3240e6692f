"""The form by which a page shares what it shows (`share/dialog.html.j2`)."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.rendering import Web
from api.web.shell import Choice
from saywhy.access import Scope
from saywhy.shared_link import DEFAULT_DAYS

#: Where links are made and listed.
PATH = "/shared-links"

#: Days that the form offers.
_DAYS = (7, DEFAULT_DAYS, 90, 365)


@dataclass(frozen=True, slots=True)
class ShareForm:
    """The form: `view` is the address of what is shared, `links` where all links are."""

    action: str
    view: str
    days: tuple[Choice, ...]
    links: str


def share_form(view: str, web: Web) -> ShareForm | None:
    """The form that shares what is at an address; None for those who may not share."""
    if not web.may(Scope.WRITE):
        return None
    days = (Choice(str(n), web.wording("shared_links.days", n=web.wording.count(n)), n == DEFAULT_DAYS) for n in _DAYS)
    return ShareForm(web.href(PATH), view, tuple(days), web.href(PATH))
