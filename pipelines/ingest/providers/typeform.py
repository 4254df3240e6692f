"""Typeform: webhooks with all answers, and the Responses API.

<https://www.typeform.com/developers/webhooks/example-payload/>, <https://www.typeform.com/developers/responses/>
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pipelines.ingest.fields import flatten
from pipelines.ingest.providers.provider import (
    Api,
    ApiRequest,
    Event,
    Page,
    Position,
    Provider,
    Reading,
    Record,
    an_object,
    bearer,
    objects,
)
from pipelines.ingest.tools import TYPEFORM
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice

#: Responses on a page; 1,000 are possible.
PAGE = 500


def event(payload: Any) -> Event:
    """A form that was sent in. Partial responses and other events are none."""
    body = an_object(payload, "the webhook")
    if body.get("event_type", "form_response") != "form_response":
        return Event(note=f"nothing to do for a {str(body['event_type'])[:50]}")
    return Event([_record(an_object(body.get("form_response"), "form_response"))])


def _record(response: Record) -> Record:
    """The response with the names that exports have: hidden fields by their name, and no points of a quiz."""
    hidden = response.get("hidden")
    return {
        **(hidden if isinstance(hidden, dict) else {}),
        "token": response.get("token"),
        "submitted_at": response.get("submitted_at") or response.get("landed_at"),
        "answers": response.get("answers"),
        "definition": response.get("definition"),
    }


def reading(records: Sequence[Record]) -> Reading:
    """The score is the answer to a question of the type NPS, else to an opinion scale that is known to run from 0 to
    10; the comments are the answers to long texts.
    """
    questions = {name: field for record in records for name, field in _questions(record)}
    scores = [name for name, field in questions.items() if field.get("type") == "nps"]
    scores = scores or [name for name, field in questions.items() if _runs_from_0_to_10(field)]
    comments = tuple(name for name, field in questions.items() if field.get("type") == "long_text")
    return Reading(
        ColumnChoice(score=tuple(scores[:1]) or None, comment=comments or None), Scale.NPS if scores else None
    )


def _questions(record: Record) -> Iterator[tuple[str, Record]]:
    """Each question's column and field: those of the form's definition, also if they were not answered, and others."""
    definition = record.get("definition")
    fields = {str(field.get("id")): field for field in _fields(definition, 0)}
    for answer in record.get("answers") or ():
        field = answer.get("field") if isinstance(answer, dict) else None
        if isinstance(field, dict):
            fields[str(field.get("id"))] = {**fields.get(str(field.get("id")), {}), **field}
    for field in fields.values():
        named = {name: field[name] for name in ("id", "ref", "type") if name in field}
        yield from (
            (name, field) for name in flatten({"answers": [{"text": "-", "field": named}], "definition": definition})
        )


def _runs_from_0_to_10(field: Record) -> bool:
    properties = field.get("properties")
    if field.get("type") != "opinion_scale" or not isinstance(properties, dict):
        return False
    return properties.get("steps") == 11 and not properties.get("start_at_one")


def request(form: str, since: datetime | None, position: Position) -> ApiRequest:
    """The latest responses first; a page holds those before the last one of the page before it."""
    parameters = {"page_size": str(PAGE)}
    if since is not None:
        parameters["since"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return ApiRequest(f"/forms/{form}/responses", parameters | position)


def page(body: Any, _: Position) -> Page:
    """The responses; a page that is not full is the last one."""
    items = objects(an_object(body, "the page").get("items"), "items")
    position = {"before": str(items[-1].get("token"))} if len(items) >= PAGE else None
    return Page([_record(item) for item in items], position)


def complete(record: Record, form: Any) -> Record:
    """The response with the definition of its form, which has the wording of the questions."""
    return {**record, "definition": {"fields": list(_fields(form, 0))}}


def _fields(container: Any, depth: int) -> Iterator[Record]:
    """The fields of a form, and those in its groups."""
    fields = container.get("fields") if isinstance(container, dict) else None
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, dict):
            yield field
            if depth < 5:
                yield from _fields(field.get("properties"), depth + 1)


PROVIDER = Provider(
    TYPEFORM,
    event,
    Api(
        hosts=("https://api.typeform.com", "https://api.eu.typeform.com", "https://api.typeform.eu"),
        authorization=bearer,
        request=request,
        page=page,
        needs_form=True,
        describe=lambda form: ApiRequest(f"/forms/{form}"),
        complete=complete,
    ),
    reading,
)
