"""What the commands on keys, people and customers share: who uses the command line, and the log of it."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from saywhy.access import Principal, PrincipalKind, Scope

if TYPE_CHECKING:
    from saywhy.settings import Settings
    from saywhy.store import Engine


def operator(settings: Settings) -> Principal:
    """Whoever is signed in to the operating system."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # an id without a name, as in containers
        name = "command line"
    return Principal(PrincipalKind.COMMAND, name, settings.workspace, frozenset(Scope))


def record(engine: Engine, settings: Settings, command: str, target: str | None = None) -> None:
    """Add what a command has written to the audit log."""
    from service.audit_log import record

    record(engine, operator(settings), f"saywhy {command}", target)
