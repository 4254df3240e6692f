"""Labels that are probably wrong, and what people decide about each: another label, or the same once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np

from models.arrays import Vectors, unpack
from pipelines.labelling.suspects import SuspectLabel, suspect_labels
from saywhy import store
from saywhy.annotation import Annotation, Span
from saywhy.code_frame import CodeFrame
from saywhy.correction import Correction, CorrectionKind, clause_at, standing
from saywhy.errors import NotFound
from saywhy.feedback import Response
from saywhy.store import Connection, Engine
from service.cases import following_up
from service.correction_requests import CorrectionRequest, statements
from service.corrections import ExportedCorrection, exported_correction
from service.exports import Exporter
from service.read_responses import read_all
from service.topics.state import save_edited_topics
from service.workspaces import reading, writing

#: Kinds whose values are classes; a span is none.
_KINDS = (CorrectionKind.SENTIMENT, CorrectionKind.THEME, CorrectionKind.CAUSE)


class Decision(StrEnum):
    """What becomes of a suspect label: the suggested one takes its place, or it is confirmed and suspected no more."""

    ACCEPT = "accept"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A correction that is probably wrong: the value that is more probable, and the probability of the one it gives."""

    correction: ExportedCorrection
    suggested: str
    probability: float


def list_suspects(
    engine: Engine, workspace: str, limit: int = 50, *, with_personal_data: bool = False
) -> tuple[Suspect, ...]:
    """At most so many of the labels that are probably wrong, the worst first; those that were confirmed are left out.

    The suggestions are learned from the other labels of this workspace (`pipelines.labelling.suspects`), whatever the
    model says; with few labels there are none. Raises `WorkspaceNotFound` and `NoFollowUp`.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        exporter = Exporter.of(connection, workspace_id, CodeFrame(()), with_personal_data=with_personal_data)
        suspects = sorted(_suspects(connection, workspace_id, exporter.model), key=lambda pair: pair[1].probability)
        chosen = suspects[:limit]
        hashes = {correction.content_hash for correction, _ in chosen}
        comments = store.comments.by_hash(connection, workspace_id, hashes)
        return tuple(
            Suspect(
                exported_correction(correction, comments[correction.content_hash], exporter),
                suspect.suggested,
                suspect.probability,
            )
            for correction, suspect in chosen
        )


def decide(
    engine: Engine, workspace: str, correction_id: int, decision: Decision, *, by: str, code_frame: CodeFrame
) -> None:
    """Accept the suggestion for a suspect label, or confirm the label; either is a correction of its own.

    Any label that holds can be confirmed. Raises `WorkspaceNotFound`, `NoFollowUp`, and `NotFound` for a correction
    that does not hold (any more), or of which nothing is suggested.
    """
    with following_up(writing(engine, workspace)) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        exporter = Exporter.of(connection, workspace_id, code_frame)
        holding = {each.id: each for each in standing(store.corrections.log(connection, workspace_id))}
        if correction_id not in holding:
            raise NotFound(f"there is no correction {correction_id}, or it was followed by another one")
        correction, value = holding[correction_id], holding[correction_id].value
        if decision is Decision.ACCEPT:
            suspects = _suspects(connection, workspace_id, exporter.model)
            suggested = {suspect_of.id: suspect.suggested for suspect_of, suspect in suspects}
            if correction_id not in suggested:
                raise NotFound(f"the correction {correction_id} is not suspected to be wrong")
            value = suggested[correction_id]
        comment = store.comments.by_hash(connection, workspace_id, [correction.content_hash])[correction.content_hash]
        now = datetime.now(UTC)
        new = [replace(correction, value=value, said=correction.value or "", author=by, at=now)]
        if decision is Decision.ACCEPT and correction.clause is not None:
            [read] = read_all(connection, workspace_id, exporter.model, [Response("", "", comment=comment)])
            spans = [clause.span for clause in read.annotation.clauses] if read.annotation else []
            clause = clause_at(correction.clause, spans)
            request = CorrectionRequest(0, correction.kind, value, clause)
            new = [
                replace(new[0], kind=kind, value=each, said=said, clause=clause)
                for kind, each, said in statements(request, read, code_frame, exporter.topics.values())
            ]
        store.corrections.add(connection, workspace_id, new)
        if any(each.kind is CorrectionKind.CAUSE for each in new):
            save_edited_topics(connection, workspace_id)


def _suspects(
    connection: Connection, workspace_id: int, model: str | None
) -> Iterable[tuple[Correction, SuspectLabel]]:
    """The standing corrections that are suspected, in no order."""
    log = store.corrections.log(connection, workspace_id)
    confirmed: Counter[tuple[object, str | None]] = Counter((each.key, each.value) for each in log)
    corrections = [each for each in standing(log) if each.kind in _KINDS]
    if model is None or not corrections:
        return
    hashes = {each.content_hash for each in corrections}
    annotations = store.annotations.by_hash(connection, workspace_id, model, hashes)
    for kind in _KINDS:
        for of_clause in (False, True):
            chosen = [each for each in corrections if each.kind is kind and (each.clause is not None) == of_clause]
            with_vector = [(each, vector) for each in chosen if (vector := _vector(each, annotations)) is not None]
            yield from _of_kind(with_vector, confirmed)


def _of_kind(
    corrections: Sequence[tuple[Correction, Vectors]], confirmed: Counter[tuple[object, str | None]]
) -> Iterable[tuple[Correction, SuspectLabel]]:
    if not corrections:
        return
    vectors = np.stack([vector for _, vector in corrections])
    for suspect in suspect_labels(vectors, [correction.value or "" for correction, _ in corrections]):
        correction, _ = corrections[suspect.index]
        if confirmed[correction.key, correction.value] < 2:
            yield correction, suspect


def _vector(correction: Correction, annotations: Mapping[str, Annotation]) -> Vectors | None:
    """The vector of the comment or of the clause; None if the model has no such clause."""
    annotation = annotations.get(correction.content_hash)
    if annotation is None:
        return None
    if correction.clause is None:
        return unpack(annotation.vector)
    vectors: dict[Span, bytes] = {clause.span: clause.vector for clause in annotation.clauses}
    clause = clause_at(correction.clause, vectors)
    return None if clause is None else unpack(vectors[clause])
