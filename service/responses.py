"""Saving responses that a program sends, as an import saves those of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from saywhy import store
from saywhy.feedback import Response
from saywhy.store import Connection, Engine
from saywhy.store.responses import why_closed
from service.idempotency import RequestKey, answer_once
from service.saving import save
from service.workspaces import writing

_NO_ID = "an anonymous workspace needs ids that the survey tool gave, by which it tells known people from new ones"

_CLOSED = "this anonymous workspace has responses of this wave that came without ids, so people might count twice"


@dataclass(frozen=True, slots=True)
class RejectedResponse:
    """A response that was not saved: its position in the request (from 0), where it is wrong, and why.

    `pointer` is a JSON pointer into the response. Its id and its texts are not here, because the store keeps answers.
    """

    index: int
    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class SaveReport:
    """What happened to the responses of a request; each is counted once."""

    new: int
    changed: int
    unchanged: int
    rejected: tuple[RejectedResponse, ...]

    @property
    def accepted(self) -> int:
        return self.new + self.changed + self.unchanged


def save_responses(
    engine: Engine,
    workspace: str,
    responses: Sequence[Response | RejectedResponse],
    request: RequestKey | None = None,
) -> SaveReport:
    """Save responses, all or nothing; those that are rejected already are only reported, in the order of the request.

    Upserts on (source, id): a later response completes the earlier one, and one that is sent twice changes nothing. In
    an anonymous workspace the rules of imports hold: no identity is stored, a saved response never changes (one that is
    sent with other values counts as unchanged), and none comes into a wave whose responses have no ids. A repeated
    `request` gets the answer of the first one. Raises `WorkspaceNotFound`, `KeyReused`, and `Conflict` if the key of an
    anonymous workspace is missing.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        answer = answer_once(
            connection, workspace_id, request, lambda: asdict(save_within(connection, workspace_id, responses))
        )
    rejected = tuple(RejectedResponse(**values) for values in answer["rejected"])
    return SaveReport(answer["new"], answer["changed"], answer["unchanged"], rejected)


def save_within(
    connection: Connection, workspace_id: int, responses: Sequence[Response | RejectedResponse]
) -> SaveReport:
    """The same in a transaction of the caller."""
    rejected = [item for item in responses if isinstance(item, RejectedResponse)]
    numbered = [(index, item) for index, item in enumerate(responses) if isinstance(item, Response)]
    if store.workspaces.is_anonymous(connection, workspace_id):
        closed = dict.fromkeys(
            store.responses.waves_with_responses(connection, workspace_id, only_unidentified=True), _CLOSED
        )
        closed |= {wave: why_closed({wave}) for wave in store.workspaces.closed_waves(connection, workspace_id)}
        refused = {index: refusal for index, item in numbered if (refusal := _refusal(index, item, closed))}
        rejected += refused.values()
        numbered = [(index, item) for index, item in numbered if index not in refused]
    saved = [response for _, response in numbered]
    counts, _ = save(connection, workspace_id, saved)
    rejected.sort(key=lambda rejection: rejection.index)
    return SaveReport(counts.new, counts.changed, counts.unchanged, tuple(rejected))


def _refusal(index: int, response: Response, closed: Mapping[str | None, str]) -> RejectedResponse | None:
    """Why an anonymous workspace cannot take the response; `closed` are the waves that take none, and why."""
    if response.has_content_id:
        return RejectedResponse(index, "/id", _NO_ID)
    if response.wave in closed:
        return RejectedResponse(index, "/wave", closed[response.wave])
    return None
