"""Who may do what: scopes, the roles of people, and the principal that a request is made by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a principal may do in its workspace. None includes another."""

    READ = "read"  # reports, topics, fixes, mappings, samples of audits; personal data is masked
    WRITE = "write"  # edit topics, mark fixes, hand in labels, save mappings
    CLASSIFY = "classify"  # have comments classified, which stores nothing
    ADMIN = "admin"  # keys, webhooks, the audit log, deleting customers
    PII = "pii"  # personal data unmasked


class Role(StrEnum):
    """The role of a person."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    @property
    def scopes(self) -> frozenset[Scope]:
        return _SCOPES[self]


_SCOPES = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.EDITOR: frozenset({Scope.READ, Scope.WRITE, Scope.CLASSIFY}),
    Role.ADMIN: frozenset(Scope),
}


class PrincipalKind(StrEnum):
    """What a request is made with, or what else writes."""

    KEY = "key"
    PERSON = "person"
    LOCAL = "local"  # on this machine, of a server without keys and people
    COMMAND = "command"  # on the command line, which has the database itself
    SCHEDULE = "schedule"  # by itself, because somebody wanted it again and again


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request: a key, a person, or whoever is on this machine."""

    kind: PrincipalKind
    name: str
    workspace: str
    scopes: frozenset[Scope]
    id: int | None = None

    @property
    def is_named(self) -> bool:
        """Whether the name says who it is, so that edits are by this name."""
        return self.kind in (PrincipalKind.KEY, PrincipalKind.PERSON)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in, with a password or through a proxy. The name is unique in the store."""

    id: int
    name: str
    role: Role
    workspace: str
    created_at: datetime
    has_password: bool

    @property
    def principal(self) -> Principal:
        return Principal(PrincipalKind.PERSON, self.name, self.workspace, self.role.scopes, self.id)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One write: who did what, when. `target` is what was written, None where its name would be personal data."""

    at: datetime
    actor_kind: PrincipalKind
    actor: str
    action: str  # method and route, `POST /v1/topic-edits`, a command, `saywhy keys create`, or a kind of job
    target: str | None
    status: int | None  # of the response; None if there is none
    id: int = 0
