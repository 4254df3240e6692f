"""The responses of a workspace as columns: the analysis keeps what it tabulated, and it is read as long as it holds."""

from __future__ import annotations

from pipelines.annotate.columns import Annotations
from pipelines.tabulate.packing import pack, unpack
from pipelines.tabulate.survey_data import SurveyData
from pipelines.tabulate.tabulation import tabulate
from saywhy import store
from saywhy.code_frame import VERDICT, CodeFrame
from saywhy.store import Connection


def load_survey(
    connection: Connection, workspace_id: int, model: str, code_frame: CodeFrame, *, as_analysed: bool = False
) -> SurveyData:
    """All responses with the annotations of that model version and with the topics; nothing is annotated.

    They are as they are now, or, if that is kept, `as_analysed`. In both cases there may be no texts and no vectors.
    """
    packed = store.tabulations.find(connection, workspace_id, model, as_analysed=as_analysed)
    if packed is not None and _has_themes(data := unpack(packed), code_frame):
        return data
    return tabulate(
        store.responses.load(connection, workspace_id),
        Annotations.of(store.annotations.load(connection, workspace_id, model)),
        store.topics.load(connection, workspace_id),
        store.topics.assignments(connection, workspace_id),
        code_frame,
    )


def keep_survey(connection: Connection, workspace_id: int, model: str, data: SurveyData, revision: int) -> None:
    """Keep what was tabulated of the workspace as it was at a revision."""
    store.tabulations.put(connection, workspace_id, model, revision, pack(data))


def _has_themes(data: SurveyData, code_frame: CodeFrame) -> bool:
    """Whether the themes of the survey are those of the code frame, which may be another one than at the analysis."""
    themes = [(theme.id, theme.name()) for theme in code_frame if theme.id != VERDICT]
    return themes == [(cause.id, cause.label) for cause in data.causes if cause.is_coded]
