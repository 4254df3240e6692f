"""The context of the settings."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.shell import Choice


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key, without its secret. `revoke` is where the form leads that revokes it, None if it is of no use any more."""

    name: str
    prefix: str
    scopes: str
    state: str
    created: str
    used: str
    revoke: str | None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody who signs in. `path` is where a new role is sent; `remove` is where the form leads that removes them."""

    name: str
    roles: tuple[Choice, ...]
    path: str
    remove: str


@dataclass(frozen=True, slots=True)
class EndpointLine:
    """Where messages are sent."""

    url: str
    events: str
    state: str
    note: str | None
    ping: str | None
    remove: str


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What is shown once: the secret of a key or of a webhook."""

    title: str
    secret: str


@dataclass(frozen=True, slots=True)
class Administration:
    """What administrators see and change: keys, people, webhooks."""

    keys: tuple[KeyLine, ...]
    scopes: tuple[Choice, ...]
    keys_path: str
    people: tuple[PersonLine, ...]
    roles: tuple[Choice, ...]
    people_path: str
    is_open: bool
    endpoints: tuple[EndpointLine, ...]
    events: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    endpoints_path: str


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """A theme of the code frame, with the causes of the library below it."""

    name: str
    description: str
    count: str
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings. `administration` is None for those who may not administer, `secret` unless one was just made."""

    secret: NewSecret | None
    administration: Administration | None
    themes: tuple[ThemeLine, ...]
    policy: tuple[str, ...]
