"""Sources: survey tools from which responses come in by webhook, by pulling, or both."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice

#: How far a pull has come, as a JSON object (see `service.sources.pulling`).
Checkpoint = dict[str, Any]


class SourceKind(StrEnum):
    """The survey tools; `generic` is any sender that signs as Standard Webhooks say."""

    TYPEFORM = "typeform"
    SURVEYMONKEY = "surveymonkey"
    DELIGHTED = "delighted"
    PROMOTERIO = "promoterio"
    HUBSPOT = "hubspot"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What people decide about a source.

    `namespace` is the source of its responses, within which their ids are unique: by default that of the tool's
    exports, so that a response is known from both. `form` is the form or survey to pull, `host` the address of the
    tool's interface, by default the first of those that it has. How its fields are read: by the saved `mapping` of that
    name, by `columns`, which precede it, with `scale` and `wave` as in an import.
    """

    name: str
    kind: SourceKind
    namespace: str = ""
    form: str | None = None
    host: str | None = None
    mapping: str | None = None
    columns: ColumnChoice = field(default_factory=ColumnChoice)
    scale: Scale | None = None
    wave: str | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is secret of a source: `secret` signs its webhooks, `token` is for pulling its answers."""

    secret: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Source:
    """A source of a workspace, without its secret and its token.

    `id` is random, since it is a part of the address of the webhook. What changed until `pulled_until` has been pulled;
    `checkpoint` is how far a pull has come that has not ended.
    """

    id: str
    settings: SourceSettings
    created_at: datetime
    created_by: str
    has_secret: bool
    has_token: bool
    pulled_until: datetime | None = None
    checkpoint: Checkpoint | None = None


class SourceDeliveryState(StrEnum):
    """received → processed or failed; a failed delivery is received again when somebody asks for it."""

    RECEIVED = "received"
    PROCESSED = "processed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SourceDelivery:
    """One webhook that a source sent. The responses in it are counted once each.

    `detail` says why it failed, or how it was read. `has_payload`: what was sent is still stored.
    """

    id: int
    source_id: str
    state: SourceDeliveryState
    received_at: datetime
    processed_at: datetime | None = None
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    detail: str | None = None
    has_payload: bool = False


def new_source_id() -> str:
    """A random id of 128 bits, 32 hex digits."""
    return secrets.token_hex(16)
