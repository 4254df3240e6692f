"""What Label Studio asks a machine-learning backend, and the annotations that it tells it of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.annotate.classification import CommentAnnotator
from pipelines.label_formats import label_studio
from pipelines.label_formats.task import LabelRecord, RejectedRecord
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import InvalidInput
from saywhy.store import Engine
from saywhy.topic import Assignment
from service.cases import following_up
from service.classification import classify
from service.labelling.exporting import labels_of
from service.labelling.importing import ImportedLabels, import_labels
from service.workspaces import reading

#: Tasks that are predicted at once, and the longest text, in characters; Label Studio asks for far fewer.
MOST_TASKS, LONGEST_TEXT = 500, 10_000

#: Events that bring annotations. What is deleted in Label Studio stays a correction until it is taken back here.
_ANNOTATED = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_CREATED")


@dataclass(frozen=True, slots=True)
class Event:
    """What Label Studio tells: the action, and the annotations with their tasks, one for each."""

    action: str
    annotations: Sequence[Any]
    tasks: Sequence[Any]


def predict(tasks: Sequence[Any], annotator: CommentAnnotator) -> list[dict[str, Any]]:
    """The prediction for each task, in order. Raises `InvalidInput` for too many, or for one without a text."""
    if len(tasks) > MOST_TASKS:
        raise InvalidInput(f"at most {MOST_TASKS} tasks are predicted at once")
    texts = [_text(task, number) for number, task in enumerate(tasks, 1)]
    predictions = []
    for text, classified in zip(texts, classify([(text, None) for text in texts], annotator), strict=True):
        causes = [Assignment("", cause.start, cause.end, cause.cause, cause.confidence) for cause in classified.causes]
        prediction = labels_of(classified.annotation, causes, text, classified.comment.language)
        predictions.append(label_studio.to_prediction(prediction))
    return predictions


def check_interface(interface: str) -> None:
    """Raise `InvalidInput` if a labelling interface lacks a control that predictions are for."""
    if missing := label_studio.missing_controls(interface):
        raise InvalidInput(
            f"the labelling interface has no control named {', '.join(missing)}; "
            "`saywhy corrections interface` writes one that has all"
        )


def read_interface(engine: Engine, workspace: str, code_frame: CodeFrame) -> str:
    """The labelling interface (XML) with the themes and the causes of a workspace.

    Raises `WorkspaceNotFound` and `NoFollowUp`.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        topics = store.topics.load(connection, workspace_id)
    themes = {theme.id: theme.name() for theme in code_frame}
    return label_studio.interface(themes, {topic.id: topic.label for topic in topics})


def receive(
    engine: Engine, workspace: str, event: Event, *, by: str, annotator: CommentAnnotator, with_personal_data: bool
) -> ImportedLabels:
    """Keep the annotations of an event; the same event once more changes nothing, and other events say nothing.

    Raises what `import_labels` raises.
    """
    records: list[LabelRecord | RejectedRecord] = []
    if event.action in _ANNOTATED:
        records += _records(event)
    return import_labels(
        engine,
        workspace,
        records,
        by=by,
        code_frame=annotator.code_frame,
        with_personal_data=with_personal_data,
    )


def _records(event: Event) -> Iterator[LabelRecord | RejectedRecord]:
    tasks = {task.get("id"): task for task in event.tasks if isinstance(task, Mapping)}
    for position, annotation in enumerate(event.annotations, 1):
        of_one = event.tasks[0] if len(event.tasks) == 1 else None
        task = tasks.get(annotation.get("task"), of_one) if isinstance(annotation, Mapping) else None
        try:
            if not isinstance(task, Mapping):
                raise InvalidInput("the event has no task of the annotation")
            yield from label_studio.read_task({**task, "annotations": [annotation]})
        except InvalidInput as error:
            yield RejectedRecord(position, error.detail)


def _text(task: Any, number: int) -> str:
    data = task.get("data") if isinstance(task, Mapping) else None
    text = data.get(label_studio.TEXT) if isinstance(data, Mapping) else None
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise InvalidInput(
            f'task {number} has no "{label_studio.TEXT}" in its data, of at most {LONGEST_TEXT:,} characters'
        )
    return text
