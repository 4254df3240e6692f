"""Webhooks: who is told of what, and whether the message has arrived. `saywhy.webhook_data` is what messages say."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

#: How every secret begins (Standard Webhooks), so that people and scanners of repositories recognise it.
MARK = "whsec_"


class EventType(StrEnum):
    """What subscribers are told of."""

    NEW_DETRACTOR = "detractor.new"  # a response of a detractor was saved, or became one
    ACCOUNT_TURNED = "account.turned"  # the health of an account went from one band to another
    COMPLAINT_RISING = "complaint.rising"  # an alert: a complaint is named significantly more often than before
    FIX_REGRESSED = "fix.regressed"  # what was fixed is complained of again
    REPORT_FINISHED = "report.finished"  # an analysis has ended, and its reports are there
    DRIFT_FOUND = "drift.found"  # comments, or what the models say of them, are otherwise than before
    STAFF_PRAISED = "staff.praised"  # somebody praises employees
    PING = "ping"  # somebody tests the endpoint
    DIGEST = "digest"  # a saved view, for the endpoints of a digest

    @property
    def is_of_groups(self) -> bool:
        """Whether it tells of published groups and of nobody alone, so that anonymous workspaces may tell it."""
        groups = (EventType.COMPLAINT_RISING, EventType.DRIFT_FOUND, EventType.REPORT_FINISHED)
        return self in groups or not self.is_subscribable

    @property
    def is_subscribable(self) -> bool:
        """Whether endpoints may be told of all such events; others are for the endpoints that somebody chooses."""
        return self not in (EventType.PING, EventType.DIGEST)


class EndpointKind(StrEnum):
    """How a message is sent."""

    WEBHOOK = "webhook"  # JSON, signed by Standard Webhooks
    SLACK = "slack"  # to an incoming webhook of Slack
    EMAIL = "email"  # to an e-mail address

    @property
    def is_for_people(self) -> bool:
        """Whether people read its messages, in a language."""
        return self is not EndpointKind.WEBHOOK


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where messages are sent. The secret is not part of it; that of Slack is its URL, of which `url` is how it begins.
    The `url` of e-mail is the address, which has no secret.

    `note` says why it was disabled. `failing_since` is the first failure after the last success. With personal data,
    messages have ids of customers, accounts that are called by a person, and names of employees who are praised.
    """

    id: int
    kind: EndpointKind
    url: str
    events: frozenset[EventType]
    language: str  # of messages that people read
    with_personal_data: bool
    is_enabled: bool
    created_at: datetime
    created_by: str
    note: str | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is about to be recorded. `data` is without, `personal` with what only some subscribers may see.

    It is deleted with the response, and when the account is forgotten.
    """

    type: EventType
    data: Mapping[str, Any]
    personal: Mapping[str, Any] | None = None
    response_id: int | None = None
    account: str | None = None


class DeliveryState(StrEnum):
    """pending → delivered, or dead after the last attempt; sending it again makes it pending again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one endpoint. `event_id` is the same at every attempt and for every endpoint.

    `status` and `detail` are those of the last attempt: the HTTP status, if there was one, and what went wrong.
    """

    id: int
    endpoint: int
    event_id: str
    type: EventType
    state: DeliveryState
    attempts: int  # of the present series
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    status: int | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to an endpoint, and how it ended. `answer` is how the body of the answer begins."""

    at: datetime
    status: int | None
    milliseconds: int
    detail: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class DeliveryClaim:
    """A worker's right to send one message, until its lease ends; `token` grows with each claim."""

    delivery: Delivery
    token: int
    endpoint: Endpoint
    occurred_at: datetime
    data: Mapping[str, Any]  # with personal data if the endpoint may have it


def new_secret() -> str:
    """A random secret of 256 bits."""
    return MARK + base64.b64encode(secrets.token_bytes(32)).decode()


def new_event_id() -> str:
    """A random id."""
    return f"evt_{secrets.token_hex(16)}"
