"""SurveyMonkey: webhooks that only say that there is an answer, and the bulk interface.

<https://api.surveymonkey.com/v3/docs#survey-responses>
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
    bearer,
    objects,
    page_of,
    since_of,
)
from pipelines.ingest.tools import SURVEYMONKEY

#: Responses on a page, as many as possible.
PAGE = 100

_PULLED = ("response_completed", "response_updated")


def event(payload: Any) -> Event:
    """A response that is complete or has changed is to be pulled."""
    kind = str(an_object(payload, "the webhook").get("event_type"))[:50]
    return Event(is_to_pull=True) if kind in _PULLED else Event(note=f"nothing to do for a {kind}")


def request(survey: str, since: datetime | None, position: Position) -> ApiRequest:
    """Complete responses by the time of their last change, the earliest first, with the wording of the questions."""
    parameters = {
        "per_page": str(PAGE),
        "page": str(page_of(position)),
        "simple": "true",
        "status": "completed",
        "sort_by": "date_modified",
        "sort_order": "ASC",
    }
    if (start := since_of(position, since)) is not None:
        parameters["start_modified_at"] = start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return ApiRequest(f"/v3/surveys/{survey}/responses/bulk", parameters)


def page(body: Any, position: Position) -> Page:
    """The responses; the last page links to no next one."""
    content = an_object(body, "the page")
    data = objects(content.get("data"), "data")
    links = content.get("links")
    is_last = not data or not (isinstance(links, dict) and links.get("next"))
    moments = [moment for response in data if (moment := _moment(response.get("date_modified")))]
    return Page([_record(response) for response in data], after(max(moments, default=None), position, is_last=is_last))


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _record(response: Record) -> Record:
    """The response with the names that exports have; custom variables by their names."""
    variables = response.get("custom_variables")
    return {
        **(variables if isinstance(variables, dict) else {}),
        "respondent_id": response.get("id"),
        "collector_id": response.get("collector_id"),
        "date_modified": response.get("date_modified"),
        "email_address": response.get("email_address") or None,
        "first_name": response.get("first_name") or None,
        "last_name": response.get("last_name") or None,
        "pages": response.get("pages"),
    }


PROVIDER = Provider(
    SURVEYMONKEY,
    event,
    Api(
        hosts=("https://api.surveymonkey.com", "https://api.eu.surveymonkey.com", "https://api.surveymonkey.ca"),
        authorization=bearer,
        request=request,
        page=page,
        needs_form=True,
    ),
)
