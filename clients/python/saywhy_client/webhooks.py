"""Webhooks that go out: who is told of what, and what was sent."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from saywhy_client import models as m
from saywhy_client.operations import Resource, delete, get, patch, post

Subscription = Literal[
    "detractor.new",
    "account.turned",
    "complaint.rising",
    "fix.regressed",
    "drift.found",
    "report.finished",
    "staff.praised",
]
Language = Literal["en", "de", "zh-Hans", "zh-Hant"]


class WebhookEndpoints(Resource):
    """Who is told of what."""

    @get("/v1/webhook-endpoints", items="endpoints")
    def list(self) -> Sequence[m.Endpoint]:
        """All of them, the oldest first."""

    @post("/v1/webhook-endpoints")
    def add(
        self,
        url: str,
        *,
        events: Sequence[Subscription],
        kind: m.EndpointKind = "webhook",
        language: Language = "en",
        with_personal_data: bool = False,
    ) -> m.EndpointWithSecret:
        """Tell an endpoint of events from now on; its secret is in this answer and nowhere else."""

    @patch("/v1/webhook-endpoints/{endpoint}")
    def change(
        self,
        endpoint: int,
        *,
        url: str | None = None,
        events: Sequence[Subscription] | None = None,
        language: Language | None = None,
        with_personal_data: bool | None = None,
        is_enabled: bool | None = None,
    ) -> m.Endpoint:
        """Change what you pass; None stays as it is."""

    @delete("/v1/webhook-endpoints/{endpoint}")
    def remove(self, endpoint: int) -> None:
        """Remove an endpoint with its deliveries."""

    @post("/v1/webhook-endpoints/{endpoint}/secret")
    def rotate(self, endpoint: int) -> m.EndpointWithSecret:
        """Make a new secret; for a day, messages are signed with the previous one too."""

    @post("/v1/webhook-endpoints/{endpoint}/ping")
    def ping(self, endpoint: int) -> m.Delivery:
        """Send a message that tells of nothing; its delivery says how that went."""


class WebhookDeliveries(Resource):
    """What was sent to whom."""

    @get("/v1/webhook-deliveries", items="deliveries")
    def list(
        self, *, endpoint: int | None = None, state: m.DeliveryState | None = None, limit: int = 50
    ) -> Iterator[m.Delivery]:
        """The latest first; `dead` is the list of dead letters, `limit` the size of a page."""

    @get("/v1/webhook-deliveries/{delivery}")
    def read(self, delivery: int) -> m.DeliveryDetails:
        """What was sent, and every attempt."""

    @post("/v1/webhook-deliveries/{delivery}/redeliver")
    def redeliver(self, delivery: int) -> m.Delivery:
        """Send a message again, with the same id."""
