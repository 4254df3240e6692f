"""Any sender that signs as Standard Webhooks say. <https://www.standardwebhooks.com>"""

from __future__ import annotations

from typing import Any

from pipelines.ingest.providers.provider import Event, Provider, an_object, objects, score_and_comment
from pipelines.ingest.tools import Tool


def event(payload: Any) -> Event:
    """The responses: in `data`, or else the payload itself; one, or a list of them."""
    inner = payload.get("data", payload) if isinstance(payload, dict) else payload
    if isinstance(inner, dict) and isinstance(responses := inner.get("responses"), list):
        inner = responses
    records = objects(inner, "the payload") if isinstance(inner, list) else [an_object(inner, "the payload")]
    return Event(records) if records else Event(note="there is no response in it")


#: Not the `GENERIC` of files, whose ids may be row numbers: here an id is one.
PROVIDER = Provider(Tool("webhook"), event, reading=score_and_comment)
