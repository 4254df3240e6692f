"""The comments that a person labels: drawn in order, labels taken back; for sheets and for the HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.clean.personal_data import mask
from saywhy import store
from saywhy.audit import AuditLabel
from saywhy.errors import Conflict

if TYPE_CHECKING:
    from saywhy.store import Connection
    from saywhy.store.audits import Standing


@dataclass(frozen=True, slots=True)
class SampledComment:
    """A comment to label. `id` is its content hash; personal data in `text` is masked."""

    id: str
    language: str
    text: str


def draw(connection: Connection, workspace: int, size: int) -> list[SampledComment]:
    """The next comments of the random sample, at most `size`. Raises `Conflict` where anonymity was promised."""
    _refuse_anonymous(connection, workspace)
    return [
        SampledComment(comment.content_hash, comment.language or "und", mask(comment.verbatim)[0])
        for comment in store.audits.unread(connection, workspace, size)
    ]


def keep(connection: Connection, workspace: int, read: Mapping[str, Sequence[AuditLabel]]) -> set[str]:
    """Keep the labels of comments by id, in place of earlier ones; return the ids of those that there are.

    Raises `Conflict` where anonymity was promised: the answer would tell whether somebody wrote these very words.
    """
    _refuse_anonymous(connection, workspace)
    present = store.comments.present(connection, workspace, read)
    store.audits.save(connection, workspace, {key: labels for key, labels in read.items() if key in present})
    return present


def standing(connection: Connection, workspace: int) -> Standing:
    """How far the audit has come. Raises `Conflict` where anonymity was promised."""
    _refuse_anonymous(connection, workspace)
    return store.audits.standing(connection, workspace)


def _refuse_anonymous(connection: Connection, workspace: int) -> None:
    if store.workspaces.anonymity_key(connection, workspace) is not None:
        raise Conflict("anonymity was promised here, so that comments may not be handed out one by one")
