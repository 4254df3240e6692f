"""Which files an anonymous workspace takes: it must tell the people that it knows from new ones.

If somebody counted twice, or an edited row came in beside the earlier one, the difference between two reports would be
what this person said. Without response ids that cannot be told, so such a file is only taken into waves that have no
responses yet. After the key was renewed, no file is taken into the waves from before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.ingest.reading import ExportLayout
from pipelines.ingest.responses import read_responses
from saywhy import store
from saywhy.errors import WorkspaceNotFound
from saywhy.feedback import Response
from saywhy.store import Connection, Engine


@dataclass(frozen=True, slots=True)
class Identification:
    """How an import recognises responses: whether the workspace is anonymous, the file has ids, and for which waves."""

    is_anonymous: bool
    has_ids: bool
    waves: frozenset[str | None]  # of the file; None: rows without a wave; empty unless anonymous

    @classmethod
    def of(cls, engine: Engine, workspace: str, layout: ExportLayout) -> Identification:
        """Read the waves of the file if the workspace is anonymous; one that does not exist is not."""
        has_ids = "id" in layout.columns.facts
        with store.reading(engine) as connection:
            try:
                is_anonymous = store.workspaces.is_anonymous(connection, store.workspaces.find(connection, workspace))
            except WorkspaceNotFound:
                is_anonymous = False
        if not is_anonymous:
            return cls(False, has_ids, frozenset())
        waves = frozenset(item.wave for item in read_responses(layout) if isinstance(item, Response))
        return cls(True, has_ids, waves)

    @property
    def requires_ids(self) -> bool:
        """Whether rows without an id are rejected: beside rows with ids they could not be recognised."""
        return self.is_anonymous and self.has_ids

    def refusal(self, connection: Connection, workspace_id: int, *, is_resumed: bool = False) -> str | None:
        """Why the file cannot be imported, and what to do; None if it can. If it `is_resumed`, some rows are saved."""
        if not self.is_anonymous:
            return None
        if renewed := self.waves & store.workspaces.closed_waves(connection, workspace_id):
            return store.responses.why_closed(renewed)
        if is_resumed:
            return None
        unidentified = store.responses.waves_with_responses(connection, workspace_id, only_unidentified=True)
        all_waves = store.responses.waves_with_responses(connection, workspace_id)
        closed = self.waves & (unidentified if self.has_ids else all_waves)
        if not closed:
            return None
        names = ", ".join(sorted("responses without a wave" if wave is None else f"wave {wave!r}" for wave in closed))
        if closed & unidentified:
            return (
                f"this anonymous workspace has {names} without response ids, so people of this file might count twice; "
                "import a file with ids of all responses into a new workspace (SAYWHY_WORKSPACE), or give another "
                "--wave if this is another survey"
            )
        return (
            f"this anonymous workspace has {names} already, and without response ids the people of this file cannot be "
            "told from those; export it with ids (--id-column names the column), or give another --wave if this is "
            "another survey"
        )

    def notes(self) -> Iterator[str]:
        """What to tell the user of a file that was imported."""
        if self.is_anonymous and self.has_ids:
            yield "saved responses of an anonymous workspace never change: rows with other values count as unchanged"
        elif self.is_anonymous:
            yield "without response ids, nothing more can be imported into these waves of the anonymous workspace"
