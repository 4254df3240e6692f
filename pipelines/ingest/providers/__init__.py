"""Reads what survey tools send by webhook, and what their interfaces return: events and pages in, responses out.

`provider` says what a tool is made of: what its webhooks mean (`Event`), how its answers are asked for page by page
(`Api`), and which fields hold what where names do not tell (`Reading`). Each tool has a module. `records` reads the
records of an event or a page as the rows of a file are read. Nothing here opens a connection: `service.sources` does.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.ingest.providers import delighted, generic, hubspot, promoterio, surveymonkey, typeform
from pipelines.ingest.providers.provider import Api, ApiRequest, Event, Page, Position, Provider
from pipelines.ingest.providers.records import read_records
from saywhy.source import SourceKind

__all__ = ["PROVIDERS", "Api", "ApiRequest", "Event", "Page", "Position", "Provider", "read_records"]

PROVIDERS: Mapping[SourceKind, Provider] = MappingProxyType(
    {
        SourceKind.TYPEFORM: typeform.PROVIDER,
        SourceKind.SURVEYMONKEY: surveymonkey.PROVIDER,
        SourceKind.DELIGHTED: delighted.PROVIDER,
        SourceKind.PROMOTERIO: promoterio.PROVIDER,
        SourceKind.HUBSPOT: hubspot.PROVIDER,
        SourceKind.GENERIC: generic.PROVIDER,
    }
)
