"""Delighted: webhooks with score and comment, and the list of survey responses.

<https://app.delighted.com/docs/api/listing-survey-responses>, <https://app.delighted.com/docs/api/webhooks>
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pipelines.ingest.providers.provider import (
    Api,
    ApiRequest,
    Event,
    Page,
    Position,
    Provider,
    Record,
    after,
    an_object,
    basic,
    objects,
    page_of,
    score_and_comment,
    since_of,
)
from pipelines.ingest.tools import DELIGHTED

#: Responses on a page, as many as possible.
PAGE = 100

_READ = ("survey_response.created", "survey_response.updated")


def event(payload: Any) -> Event:
    """A response to an NPS survey that is new or has changed."""
    body = an_object(payload, "the webhook")
    kind = str(body.get("event_type"))[:50]
    if kind not in _READ:
        return Event(note=f"nothing to do for a {kind}")
    data = an_object(body.get("event_data"), "event_data")
    if (survey_type := data.get("survey_type", "nps")) != "nps":
        return Event(note=f"a survey of type {str(survey_type)[:50]}, not NPS")
    return Event([_record(data)])


def request(_: str, since: datetime | None, position: Position) -> ApiRequest:
    """Responses by the time of their last change, the earliest first, with who gave them."""
    parameters = {
        "per_page": str(PAGE),
        "page": str(page_of(position)),
        "order": "asc:updated_at",
        "expand[]": "person",
    }
    if (start := since_of(position, since)) is not None:
        parameters["updated_since"] = str(int(start.timestamp()))
    return ApiRequest("/v1/survey_responses.json", parameters)


def page(body: Any, position: Position) -> Page:
    """The responses; a page that is not full is the last one."""
    data = objects(body, "the page")
    moments = [int(moment) for response in data if isinstance(moment := response.get("updated_at"), int | float)]
    latest = datetime.fromtimestamp(max(moments), UTC) if moments else None
    return Page([_record(response) for response in data], after(latest, position, is_last=len(data) < PAGE))


def _record(response: Record) -> Record:
    """The response without answers to further questions, notes and tags, which are lists of objects."""
    return {name: value for name, value in response.items() if name not in ("additional_answers", "notes", "tags")}


PROVIDER = Provider(
    DELIGHTED,
    event,
    Api(hosts=("https://api.delighted.com",), authorization=basic, request=request, page=page),
    reading=score_and_comment,
)
