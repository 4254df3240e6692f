"""The random sample of comments that a person labels, and how far the audit is."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.clean.personal_data import mask
from saywhy import store
from saywhy.store import Engine
from saywhy.store.audits import AuditProgress
from service.anonymity import Withheld, refuse
from service.workspaces import reading


@dataclass(frozen=True, slots=True)
class SampledComment:
    """A comment to label. `id` is its content hash; personal data in `text` is masked."""

    id: str
    language: str
    text: str


def draw_sample(engine: Engine, workspace: str, size: int) -> list[SampledComment]:
    """The next comments of the random sample, at most `size`; the same ones again until they are labelled.

    Raises `WorkspaceNotFound` and `Conflict`.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.AUDITS)
        return [
            SampledComment(comment.content_hash, comment.language or "und", mask(comment.verbatim)[0])
            for comment in store.audits.unlabelled(connection, workspace_id, size)
        ]


def read_progress(engine: Engine, workspace: str) -> AuditProgress:
    """How many comments are labelled, unlabelled and skipped. Raises `WorkspaceNotFound` and `Conflict`."""
    with reading(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.AUDITS)
        return store.audits.progress(connection, workspace_id)
