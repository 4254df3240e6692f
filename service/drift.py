"""Drift: each analysis looks whether the newest comments are as those before, and tells subscribers what is not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from saywhy import store
from saywhy.correction import standing
from saywhy.drift import Drift
from saywhy.store import Connection, Engine
from service.webhooks.events import tell_drift
from service.workspaces import reading

if TYPE_CHECKING:
    from pipelines.annotate.classification import CommentAnnotator
    from pipelines.annotate.columns import Annotations
    from pipelines.tabulate.survey_data import SurveyData


def look(
    snapshot: Connection,
    workspace_id: int,
    data: SurveyData,
    annotations: Annotations,
    annotator: CommentAnnotator,
    now: datetime,
) -> Drift | None:
    """Look at what an analysis has tabulated; in an anonymous workspace without numbers. None if it is too little."""
    from pipelines.drift import look_at  # loads scipy, which reading does not need

    corrected = _looked_at(snapshot, workspace_id, annotator.model)
    library = {cause.id for cause in annotator.code_frame.causes}
    drift = look_at(data, annotations, corrected, library, annotator.model, now)
    if drift is not None and store.workspaces.is_anonymous(snapshot, workspace_id):
        return drift.without_numbers()
    return drift


def keep_look(connection: Connection, workspace_id: int, drift: Drift | None) -> None:
    """Keep the look of an analysis, and tell what it has found, in the transaction of its reports."""
    if drift is not None:
        tell_drift(connection, workspace_id, store.drift.find(connection, workspace_id), drift)
    store.drift.save(connection, workspace_id, drift)


def read_drift(engine: Engine, workspace: str) -> Drift | None:
    """The look of the latest analysis; None if there was too little to look at. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        drift = store.drift.find(connection, workspace_id)
        is_anonymous = drift is not None and store.workspaces.is_anonymous(connection, workspace_id)
        return drift.without_numbers() if drift is not None and is_anonymous else drift


def _looked_at(connection: Connection, workspace_id: int, model: str) -> dict[str, bool]:
    """The comments that people looked at as this model version annotated them, by content hash: whether they found
    something wrong. What was said of earlier versions says nothing of this one.
    """
    log = [each for each in store.corrections.log(connection, workspace_id) if each.model == model]
    corrected: dict[str, bool] = {}
    for each in standing(log):
        corrected[each.content_hash] = corrected.get(each.content_hash, False) or not each.is_confirmation
    return corrected
