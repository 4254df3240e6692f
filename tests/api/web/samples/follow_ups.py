"""The list of cases: of every state, with hostile texts, empty for every reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from api.web.pages.follow_ups.filters import Filters
from api.web.pages.follow_ups.rows import follow_ups
from api.web.rendering import Web
from saywhy.case import PRIORITY, Case, CaseState, Outcome, OwnerTally
from saywhy.feedback import Customer, Group, Score
from service.cases import CasePage
from tests.builders.extreme_reports import HOSTILE_TEXT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

OPEN = Case(
    1, Group.DETRACTOR, CaseState.OPEN, NOW - timedelta(days=2), NOW - timedelta(days=1), 1, "survey", "R-1", 1,
    Score(0), "2026-Q1", NOW, Customer("c-1", "Jo", "jo@x.example", "Acme", Decimal(90_000)),
)  # fmt: skip

CASES = (
    OPEN,
    replace(OPEN, id=2, due_at=NOW + timedelta(hours=2), customer=Customer(account=HOSTILE_TEXT), owner=HOSTILE_TEXT),
    replace(OPEN, id=3, group=Group.PASSIVE, score=Score.of_group(Group.PASSIVE), due_at=NOW + timedelta(days=2)),
    replace(OPEN, id=4, state=CaseState.CONTACTED, contacted_at=NOW, customer=Customer(email="jo@x.example")),
    replace(OPEN, id=5, group=Group.PROMOTER, state=CaseState.CLOSED, ended_at=NOW, customer=None),
    replace(OPEN, id=6, state=CaseState.RESOLVED, contacted_at=NOW, ended_at=NOW, outcome=Outcome.RECOVERED),
)

TALLIES = [OwnerTally(None, 3, 1), OwnerTally(HOSTILE_TEXT, 1, 0)]


def samples(web: Web) -> list[object]:
    """What is listed, and why nothing is."""
    filters = Filters("everybody", "everybody")
    listed = follow_ups(CasePage(CASES, "next"), {2: HOSTILE_TEXT, 3: "Slow"}, TALLIES, filters, web, NOW)
    chosen = replace(filters, owner="Bo", group=PRIORITY[0], state="overdue", cursor="x")
    whose = [filters, chosen, replace(filters, whose="nobody"), replace(filters, whose="mine")]
    nothing = [
        follow_ups(CasePage((), None), {}, tallies, each, web, NOW) for each in whose for tallies in (TALLIES, [])
    ]
    return [listed, *nothing]
