"""A case in every state, with a hostile comment and history."""

from __future__ import annotations

from api.web.pages.follow_ups.case import case_view
from api.web.rendering import Web
from saywhy.case import CaseEvent
from service.cases import CaseDetails
from tests.api.web.samples.follow_ups import CASES, NOW
from tests.builders.extreme_reports import HOSTILE_TEXT

HISTORY = (
    CaseEvent(NOW, "Ada", {"owner": HOSTILE_TEXT, "state": "contacted", "outcome": "case_study"}, HOSTILE_TEXT),
    CaseEvent(NOW, HOSTILE_TEXT, {"owner": None}),
)


def samples(web: Web) -> list[object]:
    """Each case, with and without a history and a comment."""
    details = [CaseDetails(case, HISTORY, HOSTILE_TEXT, {"late": "Late", "x": HOSTILE_TEXT}) for case in CASES]
    return [case_view(each, {"late": "Zu spät"}, web, NOW) for each in (*details, CaseDetails(CASES[0], (), None, {}))]
