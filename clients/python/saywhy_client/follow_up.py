"""Follow-up: cases, who is followed up, customers."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from saywhy_client import models as m
from saywhy_client.operations import Resource, covers, delete, get, patch, post, put, queryable


class Cases(Resource):
    """Follow-ups of single responses."""

    @get("/v1/cases", items="cases")
    def list(
        self,
        *,
        state: Sequence[m.CaseState] | None = None,
        group: m.Group | None = None,
        owner: str | None = None,
        overdue: bool = False,
        order: m.CaseOrder = "priority",
        limit: int = 50,
    ) -> Iterator[m.Case]:
        """Detractors first, in each group those that are due first; or by `order`. `limit` is the size of a page."""

    @get("/v1/cases/{case}")
    def read(self, case: int) -> m.CaseDetails:
        """A case with its response and history."""

    @patch("/v1/cases/{case}")
    def change(
        self,
        case: int,
        *,
        version: int,
        author: str | None = None,
        state: m.CaseState | None = None,
        owner: str | None = None,
        outcome: m.Outcome | None = None,
        note: str | None = None,
    ) -> m.CaseDetails:
        """Change what you pass. `version` is that of the case as you read it; if it changed since, `case-changed`."""

    @post("/v1/cases")
    def open(self, *, since: datetime | None) -> m.Opened:
        """Open the cases of responses that were stored before, since a time; None: of all."""


class FollowUp(Resource):
    """Who is followed up and how soon, and what came of it."""

    @get("/v1/follow-up/policy")
    def policy(self) -> m.Policy:
        """Who is followed up, and how soon."""

    @put("/v1/follow-up/policy")
    def save_policy(
        self,
        *,
        groups: Sequence[m.Group],
        max_age_days: float | None,
        within_hours: float,
        business_hours: m.BusinessHours | Mapping[str, Any] | None,
    ) -> m.Policy:
        """Set the policy; without `business_hours`, hours are those of the calendar."""

    @get("/v1/follow-up/board")
    def board(self, *, since: datetime | None = None) -> m.Board:
        """The board report: points, cases, outcomes, new accounts, effect."""

    @covers("GET", "/v1/follow-up/board")
    def board_csv(self, *, since: datetime | None = None) -> str:
        """The board report as CSV."""
        return self._transport.send(
            "GET", "/v1/follow-up/board", query=queryable({"since": since, "format": "csv"})
        ).text

    @get("/v1/follow-up/new-accounts", items="new_accounts")
    def new_accounts(self) -> Sequence[m.NewAccount]:
        """Accounts that a customer brought."""

    @post("/v1/follow-up/new-accounts")
    def add_new_account(
        self,
        account: str,
        *,
        origin: m.AccountOrigin,
        brought_by: str,
        case: int | None = None,
        won_on: date | None = None,
        revenue: float | str | None = None,
        acquisition_cost: float | str | None = None,
        lifetime_value: float | str | None = None,
    ) -> m.NewAccount:
        """Record a new account and the customer who brought it."""

    @delete("/v1/follow-up/new-accounts/{account}")
    def remove_new_account(self, account: str) -> None:
        """Remove a new account."""


class Customers(Resource):
    """All that a customer said, how accounts are, and forgetting a person."""

    @get("/v1/customers", items="customers")
    def list(self, *, band: Sequence[m.HealthBand] | None = None, limit: int = 50) -> Iterator[m.AccountHealth]:
        """Accounts with their health, those at risk first; `limit` is the size of a page."""

    @get("/v1/customers/{customer}")
    def read(self, customer: str) -> m.CustomerDetails:
        """Every answer, trend, causes and cases of a customer: an id, account or e-mail address."""

    @get("/v1/customers/alerts", items="alerts")
    def alerts(self, *, limit: int = 50) -> Sequence[m.AlertOut]:
        """Accounts that turned, the latest first."""

    @post("/v1/customers/alerts", items="alerts")
    def check(self) -> Sequence[m.AlertOut]:
        """Look for accounts that turned since the last look; the new alerts."""

    @delete("/v1/customers/{customer}")
    def delete(self, customer: str) -> m.Deletion:
        """Delete all that is stored of a customer, for good."""
