"""The responses of a workspace as columns, as the latest analysis left them."""

from __future__ import annotations

from pipelines.annotate.columns import Annotations
from pipelines.tabulate.survey_data import SurveyData
from pipelines.tabulate.tabulation import tabulate
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.store import Connection


def load_survey(connection: Connection, workspace_id: int, model: str, code_frame: CodeFrame) -> SurveyData:
    """All responses with the annotations of that model version and with the topics; nothing is annotated."""
    return tabulate(
        store.responses.load(connection, workspace_id),
        Annotations.of(store.annotations.load(connection, workspace_id, model)),
        store.topics.load(connection, workspace_id),
        store.topics.assignments(connection, workspace_id),
        code_frame,
    )
