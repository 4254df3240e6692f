"""Label Studio: tasks as JSON with annotations and predictions, and the labelling interface that they are for.

Label Studio counts characters (code points) in texts, as its page converts the offsets of the browser
(`fixCodePointsInRange`, https://github.com/HumanSignal/label-studio-frontend/pull/308). Versions before that counted
UTF-16 code units. A region has its words too, which tell the two apart.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr  # nosec B406  # writes, and parses nothing

from pipelines.label_formats.code_units import to_characters
from pipelines.label_formats.regions import (
    CAUSE,
    POLARITY,
    SENTIMENT,
    THEME,
    Regions,
    polarity,
    text_list,
    words_of,
)
from pipelines.label_formats.task import (
    NONE,
    LabelRecord,
    LabelTask,
    Prediction,
    RejectedRecord,
    moment,
    optional_text,
)
from saywhy.annotation import Polarity, Span
from saywhy.errors import InvalidInput
from saywhy.label import LabelledComment

#: The object of the labelling interface, and the field of `data` that it shows.
TEXT = "text"

#: The question that a control asks whose name is none of ours, by what its results are.
_TYPES = {"labels": THEME, "choices": SENTIMENT}


def read(data: Any) -> Iterator[LabelRecord | RejectedRecord]:
    """What each annotation of each task says; tasks that nobody has annotated say nothing."""
    for position, task in enumerate(data if isinstance(data, list) else [data], 1):
        try:
            yield from read_task(task, position)
        except InvalidInput as error:
            yield RejectedRecord(position, error.detail)


def read_task(task: Any, position: int = 1) -> Iterator[LabelRecord | RejectedRecord]:
    """What each annotation of a task says. Raises `InvalidInput` for what is no task."""
    if not isinstance(task, Mapping) or not isinstance(task.get("data"), Mapping):
        raise InvalidInput("a task must be an object with data")
    annotations = task.get("annotations") or []
    if not isinstance(annotations, list):
        raise InvalidInput('"annotations" must be a list; export as JSON, not as JSON-MIN')
    for annotation in annotations:
        try:
            if not isinstance(annotation, Mapping):
                raise InvalidInput("an annotation must be an object")
            if not annotation.get("was_cancelled"):
                yield read_annotation(task["data"], annotation, position)
        except InvalidInput as error:
            yield RejectedRecord(position, error.detail)


def read_annotation(data: Mapping[str, Any], annotation: Mapping[str, Any], position: int = 1) -> LabelRecord:
    """What an annotation of a task with this data says. Raises `InvalidInput`."""
    text = data.get(TEXT)
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(f'"data" must have the comment as "{TEXT}"')
    results = annotation.get("result") or []
    if not isinstance(results, list) or not all(isinstance(each, Mapping) for each in results):
        raise InvalidInput('"result" must be a list of objects')
    regions, sentiments = Regions(), list[str]()
    for result in results:
        value, kind = result.get("value"), result.get("type")
        if not isinstance(value, Mapping) or kind not in _TYPES:
            continue  # relations, ratings and notes say nothing that we ask for
        name = result.get("from_name")
        question = name if name in (SENTIMENT, THEME, POLARITY, CAUSE) else _TYPES[kind]
        words = text_list(value.get(kind), kind)
        if "start" not in value:
            sentiments += words
        else:
            span = _span(text, value)
            regions.add(result.get("id") or span, span, POLARITY if question == SENTIMENT else question, words)
    return LabelRecord(
        LabelledComment(
            text,
            optional_text(data.get("language"), "language"),
            sentiment=polarity(sentiments, SENTIMENT),
            clauses=tuple(regions.clauses()),
        ),
        optional_text(data.get("comment"), '"comment"'),
        _author(annotation),
        moment(annotation.get("updated_at") or annotation.get("created_at")),
        position,
    )


def write(tasks: Iterable[LabelTask]) -> Iterator[str]:
    """The tasks as a JSON array, piece by piece."""
    separator = "["
    for task in tasks:
        yield separator + json.dumps(to_task(task), ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def to_task(task: LabelTask) -> dict[str, Any]:
    """A task with an annotation of each person and the prediction of the model."""
    annotations = [
        {
            "result": to_result(record.comment),
            "author": record.author,
            **({"created_at": record.at.isoformat()} if record.at else {}),
        }
        for record in task.labels
    ]
    return {
        "data": {TEXT: task.text, "comment": task.id, "language": task.language},
        "annotations": annotations,
        "predictions": [to_prediction(task.prediction)] if task.prediction else [],
    }


def to_prediction(prediction: Prediction) -> dict[str, Any]:
    """What a model says, as Label Studio takes it in tasks and from its machine-learning backends."""
    return {
        "model_version": prediction.model,
        "score": round(prediction.score, 4),
        "result": to_result(prediction.labels, prediction.scores),
    }


def to_result(labels: LabelledComment, scores: Mapping[Span, float] | None = None) -> list[dict[str, Any]]:
    """Labels as the results of an annotation or a prediction. Results of one clause have the same id."""
    results: list[dict[str, Any]] = []
    if labels.sentiment is not None:
        value: dict[str, Any] = {"choices": [labels.sentiment.value]}
        results.append({"id": SENTIMENT, "from_name": SENTIMENT, "to_name": TEXT, "type": "choices", "value": value})
    for clause in labels.clauses:
        span = clause.start, clause.end
        region = {"start": span[0], "end": span[1], "text": labels.text[span[0] : span[1]]}
        score = {"score": round(scores[span], 4)} if scores and span in scores else {}
        for question, words in words_of(clause):
            kind = "labels" if question == THEME else "choices"
            results.append(
                {
                    "id": f"{span[0]}-{span[1]}",
                    "from_name": question,
                    "to_name": TEXT,
                    "type": kind,
                    "value": {**region, kind: words},
                    **score,
                }
            )
    return results


def interface(themes: Mapping[str, str], causes: Mapping[str, str]) -> str:
    """The labelling interface (XML) for these themes and causes, names by id."""
    polarities = [each.value for each in Polarity if each is not Polarity.MIXED]
    return "\n".join(
        [
            "<View>",
            f'  <Text name="{TEXT}" value="${TEXT}"/>',
            *_control(f'Choices name="{SENTIMENT}" toName="{TEXT}" choice="single"', dict.fromkeys(Polarity, "")),
            *_control(f'Labels name="{THEME}" toName="{TEXT}"', {**themes, NONE: ""}),
            *_control(
                f'Choices name="{POLARITY}" toName="{TEXT}" perRegion="true" choice="single"',
                dict.fromkeys(polarities, ""),
            ),
            *_control(f'Choices name="{CAUSE}" toName="{TEXT}" perRegion="true"', {**causes, NONE: ""}),
            "</View>\n",
        ]
    )


def missing_controls(interface: str) -> Collection[str]:
    """The questions of which a labelling interface has no control of that name; it need not ask for causes."""
    asked = (TEXT, SENTIMENT, THEME)
    return [name for name in asked if f'name="{name}"' not in interface and f"name='{name}'" not in interface]


def _control(tag: str, names: Mapping[Any, str]) -> Iterator[str]:
    entry = "Label" if tag.startswith("Labels") else "Choice"
    yield f"  <{tag}>"
    for id, name in names.items():
        hint = f" hint={quoteattr(name)}" if name and name != id else ""
        yield f"    <{entry} value={quoteattr(str(id))}{hint}/>"
    yield f"  </{tag.partition(' ')[0]}>"


def _span(text: str, value: Mapping[str, Any]) -> Span:
    """The span of a region, in characters."""
    start, end, quoted = value.get("start"), value.get("end"), value.get("text")
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        raise InvalidInput(f"a region needs start and end, found {start!r:.40} and {end!r:.40}")
    words = quoted.replace("\\n", "\n") if isinstance(quoted, str) else None
    if end <= len(text) and words in (None, text[start:end]):
        return start, end
    if words is not None:
        try:
            span = to_characters(text, (start, end))
        except InvalidInput:
            span = 0, 0
        if text[span[0] : span[1]] == words:
            return span
    raise InvalidInput(f"the words of the region {start}-{end} are not there in the comment")


def _author(annotation: Mapping[str, Any]) -> str | None:
    """Who made an annotation: as we name them, else by mail address, else by the number of their account."""
    person = annotation.get("completed_by")
    if isinstance(person, Mapping):
        person = person.get("email") or person.get("id")
    if isinstance(person, int):
        person = f"label-studio:{person}"
    return optional_text(annotation.get("author") or person, "the author")
