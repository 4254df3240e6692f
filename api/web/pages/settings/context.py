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
    """Somebody who signs in. `path` is where a new role is sent, `password` where another password is; `remove` is
    where the form leads that removes them.
    """

    name: str
    roles: tuple[Choice, ...]
    path: str
    password: str
    remove: str


@dataclass(frozen=True, slots=True)
class EndpointForm:
    """What can be changed of an endpoint. `url` is empty for Slack, whose URL is a secret: left empty, it stays.

    `languages` is empty for what no people read.
    """

    path: str
    url: str
    url_label: str
    events: tuple[Choice, ...]
    languages: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class EndpointLine:
    """Where messages are sent. `rotate` is where the form leads that makes another secret, None if there is none."""

    url: str
    kind: str
    events: str
    state: str
    note: str | None
    form: EndpointForm
    rotate: str | None
    ping: str | None
    remove: str


@dataclass(frozen=True, slots=True)
class DigestForm:
    """What can be chosen of a digest. `time` is HH:MM; the choices of `days` say on which days it is sent."""

    path: str
    views: tuple[Choice, ...]
    days: tuple[Choice, ...]
    time: str
    time_zone: str
    languages: tuple[Choice, ...]
    endpoints: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class DigestLine:
    """A digest. `last` is empty before the first time; `messages` say what became of each of that.

    `pause` is where the form leads that pauses it, or lets it go on: `paused` is what it sends.
    """

    view: str
    href: str
    facts: str
    last: str
    messages: tuple[str, ...]
    form: DigestForm
    test: str
    pause: str
    pause_label: str
    paused: str
    remove: str


@dataclass(frozen=True, slots=True)
class DigestPart:
    """The digests, and what may be chosen for a new one: None until there are a view and a recipient."""

    lines: tuple[DigestLine, ...]
    form: DigestForm | None


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What is shown once: the secret of a key or of a webhook. Without one, the title says what was done."""

    title: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class Administration:
    """What administrators see and change: keys, people, webhooks, digests."""

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
    digests: DigestPart


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """A theme of the code frame, with the causes of the library below it."""

    name: str
    description: str
    count: str
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings. `administration` is None for those who may not administer, `secret` unless one was just made.

    `password` is where whoever signs in with a password sends another one, None for others; `code_frames` leads to the
    list of code frames.
    """

    secret: NewSecret | None
    password: str | None
    administration: Administration | None
    themes: tuple[ThemeLine, ...]
    code_frames: str
    policy: tuple[str, ...]
