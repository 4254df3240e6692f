"""`/label-studio/…`: a machine-learning backend of Label Studio, which predicts and takes annotations as corrections.

The paths, and what is sent and answered, are those that Label Studio asks any backend for
(https://labelstud.io/guide/ml_create), so they are no part of our OpenAPI document. Label Studio sends a user and a
password (HTTP Basic); the password is a key.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from api.http.auth import ClassifyAccess, PersonalDataDep, PrincipalDep, WriteAccess
from api.http.bodies import Items, SentObject
from api.v1.labels import ImportedLabelsOut
from service.labelling import label_studio
from service.labelling.label_studio import MOST_TASKS, Event

router = APIRouter(prefix="/label-studio", include_in_schema=False)


class SentByLabelStudio(SentObject):
    """What Label Studio sends has more members than are needed."""

    model_config = ConfigDict(extra="ignore")


class TasksIn(SentByLabelStudio):
    """Tasks to predict."""

    tasks: Items[Any] = Field(max_length=MOST_TASKS)


class SetupIn(SentByLabelStudio):
    """The project that connects: `schema` is its labelling interface."""

    interface: str = Field(default="", alias="schema", max_length=1_000_000)


class WebhookIn(SentByLabelStudio):
    """An event. Of `ANNOTATIONS_CREATED`, `annotation` and `task` are lists."""

    action: str = Field(max_length=100)
    annotation: Any = None
    task: Any = None


@router.get("/health")
def health(resources: ClassifyAccess) -> dict[str, str]:
    """Whether the backend answers."""
    return {"status": "UP", "model_version": resources.annotator.model}


@router.post("/setup")
def setup(setup: SetupIn, resources: ClassifyAccess) -> dict[str, str]:
    """The model version, if the project's labelling interface can show what the model predicts."""
    if setup.interface:
        label_studio.check_interface(setup.interface)
    return {"model_version": resources.annotator.model}


@router.post("/predict")
def predict(asked: TasksIn, resources: ClassifyAccess) -> dict[str, Any]:
    """Sentiment, and a region with theme, polarity and cause for each clause that names something, with scores."""
    results = label_studio.predict(asked.tasks, resources.annotator)
    return {"results": results, "model_version": resources.annotator.model}


@router.post("/webhook")
def receive_annotations(
    event: WebhookIn, resources: WriteAccess, principal: PrincipalDep, with_personal_data: PersonalDataDep
) -> ImportedLabelsOut:
    """Annotations become corrections. An event that comes again changes nothing; other events say nothing."""
    annotations = event.annotation if isinstance(event.annotation, list) else [event.annotation]
    tasks = event.task if isinstance(event.task, list) else [event.task]
    result = label_studio.receive(
        resources.engine,
        resources.workspace,
        Event(event.action, annotations, tasks),
        by=principal.name,
        annotator=resources.annotator,
        with_personal_data=with_personal_data,
    )
    return ImportedLabelsOut.of(result)
