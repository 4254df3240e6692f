"""HubSpot: webhooks that only say that there is an answer, and the feedback submissions of the CRM.

<https://developers.hubspot.com/docs/api-reference/crm-feedback-submissions-v3/guide>
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pipelines.ingest.providers.provider import (
    Api,
    ApiRequest,
    Event,
    Page,
    Position,
    Provider,
    an_object,
    bearer,
    objects,
)
from pipelines.ingest.tools import HUBSPOT

#: Submissions on a page, as many as possible.
PAGE = 100

_PROPERTIES = (
    "hs_survey_type,hs_value,hs_response_group,hs_content,hs_submission_timestamp,hs_contact_id,"
    "hs_contact_email_rollup,hs_survey_id,hs_survey_name,hs_survey_channel"
)


def event(payload: Any) -> Event:
    """Changes of objects, several in one webhook: what they changed is to be pulled."""
    changes = objects(payload if isinstance(payload, list) else [payload], "the webhook")
    return Event(is_to_pull=True) if changes else Event(note="nothing to do for no change")


def request(_: str, since: datetime | None, position: Position) -> ApiRequest:  # noqa: ARG001
    """All submissions: the list cannot be limited to what has changed."""
    return ApiRequest(
        "/crm/v3/objects/feedback_submissions",
        {"limit": str(PAGE), "properties": _PROPERTIES, "archived": "false"} | position,
    )


def page(body: Any, _: Position) -> Page:
    """The submissions, and the cursor of the next page."""
    content = an_object(body, "the page")
    paging = content.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    cursor = following.get("after") if isinstance(following, dict) else None
    return Page(objects(content.get("results"), "results"), None if cursor is None else {"after": str(cursor)})


PROVIDER = Provider(
    HUBSPOT,
    event,
    Api(hosts=("https://api.hubapi.com",), authorization=bearer, request=request, page=page),
)
