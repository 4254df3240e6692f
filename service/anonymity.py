"""What an anonymous workspace does not give, and why: the one place that refuses it.

`refuse` is the first step of the transaction of every use case that is withheld there.
"""

from __future__ import annotations

from enum import StrEnum

from saywhy import store
from saywhy.errors import Conflict, NoFollowUp
from saywhy.store import Connection


class Withheld(StrEnum):
    """What is refused; the values are the reasons, for people."""

    AUDITS = "single comments are not handed out and cannot be audited"
    BENCHMARKS_OF_PARTS = (
        "its waves can be compared with each other and with other workspaces, but no part of a report with the rest "
        "of it, as no report on these is published"
    )
    CAUSE_MAP = "there is no map of causes, as it is drawn from the words of single comments"
    COMPARISONS = "only the change of a wave against the one before is published"
    ERASURE = "it stores no customers, and what one answer fewer changes in its reports would say what it was"
    EXPORTS = "single responses are not exported"
    FIXES = "there are no fixes, as feedback before and after a day could single out people"
    FOLLOW_UP = "there are no cases, customers or single comments, as nobody is singled out"
    SCENARIOS = "there are no scenarios, as sets of causes could single out people"
    SEGMENT_RATES = "what is named in a segment could single out people"


def refuse(connection: Connection, workspace_id: int, what: Withheld) -> None:
    """Raise `Conflict`, of follow-ups `NoFollowUp`, if the workspace promised anonymity."""
    if store.workspaces.is_anonymous(connection, workspace_id):
        error = NoFollowUp if what is Withheld.FOLLOW_UP else Conflict
        raise error(f"this workspace promised anonymity: {what}")
