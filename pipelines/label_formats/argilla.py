"""Argilla: records as JSON, as `dataset.records.to_json` writes and `from_json` reads them.

The questions are `sentiment` (a label) and `theme`, `polarity` and `cause` (spans of the field `text`). Argilla's page
counts UTF-16 code units in spans (https://github.com/argilla-io/argilla/issues/5729), so files have these.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipelines.label_formats.code_units import to_characters, to_units
from pipelines.label_formats.regions import CAUSE, POLARITY, SENTIMENT, THEME, Regions, polarity, text_list, words_of
from pipelines.label_formats.task import LabelRecord, LabelTask, Prediction, RejectedRecord, optional_text
from saywhy.errors import InvalidInput
from saywhy.label import LabelledComment

TEXT = "text"


def read(data: Any) -> Iterator[LabelRecord | RejectedRecord]:
    """What each person says of each record; records without responses say nothing."""
    for position, record in enumerate(data if isinstance(data, list) else [data], 1):
        try:
            yield from _read_record(record, position)
        except InvalidInput as error:
            yield RejectedRecord(position, error.detail)


def write(tasks: Iterable[LabelTask]) -> Iterator[str]:
    """The records as a JSON array, piece by piece."""
    separator = "["
    for task in tasks:
        yield separator + json.dumps(_to_record(task), ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def _read_record(record: Any, position: int) -> Iterator[LabelRecord | RejectedRecord]:
    fields = record.get("fields") if isinstance(record, Mapping) else None
    if not isinstance(fields, Mapping):
        raise InvalidInput("a record must be an object with fields")
    text = fields.get(TEXT)
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(f'"fields" must have the comment as "{TEXT}"')
    metadata = record.get("metadata") or {}
    metadata = metadata if isinstance(metadata, Mapping) else {}
    for author, answers in _by_person(record.get("responses") or {}).items():
        try:
            yield LabelRecord(
                _labels(text, optional_text(metadata.get("language"), "language"), answers),
                optional_text(metadata.get("comment"), '"comment"'),
                author,
                position=position,
            )
        except InvalidInput as error:
            yield RejectedRecord(position, error.detail)


def _by_person(responses: Any) -> dict[str, dict[str, Any]]:
    """The answers of each person, by question."""
    if not isinstance(responses, Mapping):
        raise InvalidInput(f'"responses" must be an object, found {responses!r:.80}')
    answers: dict[str, dict[str, Any]] = {}
    for question, given in responses.items():
        if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
            raise InvalidInput(f"the responses to {question!r:.80} must be a list of objects")
        for each in given:
            answers.setdefault(str(each.get("user_id") or ""), {})[question] = each.get("value")
    return answers


def _labels(text: str, language: str | None, answers: Mapping[str, Any]) -> LabelledComment:
    regions = Regions()
    for question in (THEME, POLARITY, CAUSE):
        spans = answers.get(question) or []
        if not isinstance(spans, list) or not all(isinstance(each, Mapping) for each in spans):
            raise InvalidInput(f"{question} must be a list of spans, found {spans!r:.80}")
        for each in spans:
            start, end = each.get("start"), each.get("end")
            if type(start) is not int or type(end) is not int or not 0 <= start < end:
                raise InvalidInput(f"a span needs start and end, found {start!r:.40} and {end!r:.40}")
            span = to_characters(text, (start, end))
            regions.add(span, span, question, each.get("label"))
    said = answers.get(SENTIMENT)
    sentiment = polarity(text_list(said, SENTIMENT), SENTIMENT) if said else None
    return LabelledComment(text, language, sentiment=sentiment, clauses=tuple(regions.clauses()))


def _to_record(task: LabelTask) -> dict[str, Any]:
    responses: dict[str, list[dict[str, Any]]] = {}
    for record in task.labels:
        for question, value in _answers(record.comment).items():
            responses.setdefault(question, []).append({"value": value, "user_id": record.author})
    return {
        "id": task.id,
        "fields": {TEXT: task.text},
        "metadata": {"comment": task.id, "language": task.language},
        "suggestions": _suggestions(task.prediction) if task.prediction else {},
        "responses": responses,
        "vectors": {},
    }


def _suggestions(prediction: Prediction) -> dict[str, Any]:
    scores = {SENTIMENT: round(prediction.score, 4)}
    return {
        question: {"value": value, "score": scores.get(question), "agent": prediction.model}
        for question, value in _answers(prediction.labels).items()
    }


def _answers(labels: LabelledComment) -> dict[str, Any]:
    """The answer to each question that is answered."""
    answers: dict[str, Any] = {} if labels.sentiment is None else {SENTIMENT: labels.sentiment.value}
    for clause in labels.clauses:
        start, end = to_units(labels.text, (clause.start, clause.end))
        for question, words in words_of(clause):
            spans = [{"start": start, "end": end, "label": word} for word in words]
            answers.setdefault(question, []).extend(spans)
    return answers
