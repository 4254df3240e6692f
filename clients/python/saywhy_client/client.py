"""The client: a connection to a server, and the resources on it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx2

from saywhy_client import access, feedback, follow_up, jobs, reports, topics, webhooks
from saywhy_client.classify import Classify
from saywhy_client.digests import Digests
from saywhy_client.sources import Sources
from saywhy_client.transport import Transport
from saywhy_client.wave_plans import WavePlans


class Client:
    """A client of a saywhy server: `Client("https://nps.example.com", key="saywhy_…")`.

    Close it, or use it with `with`. A request that the server is too busy for (429, 503) is sent again after the time
    that it names, `retries` times at most. `timeout` is in seconds, of each step of a request. For proxies,
    certificates and the like, pass an `httpx2.Client` of your own, whose settings then hold.
    """

    def __init__(
        self,
        base_url: str = "http://localhost:8000",
        key: str | None = None,
        *,
        timeout: float = 60.0,
        retries: int = 5,
        http: httpx2.Client | None = None,
    ) -> None:
        self._http = http or httpx2.Client(timeout=timeout)
        self._http.base_url = base_url
        if key is not None:
            self._http.headers["Authorization"] = f"Bearer {key}"
        transport = Transport(self._http, retries)
        self.classify = Classify(transport)
        self.reports = reports.Reports(transport)
        self.shared_links = reports.SharedLinks(transport)
        self.fixes = reports.Fixes(transport)
        self.handling = reports.Handling(transport)
        self.comments = reports.Comments(transport)
        self.responses = feedback.Responses(transport)
        self.imports = feedback.Imports(transport)
        self.mappings = feedback.Mappings(transport)
        self.sources = Sources(transport)
        self.wave_plans = WavePlans(transport)
        self.jobs = jobs.Jobs(transport)
        self.analyses = jobs.Analyses(transport)
        self.exports = jobs.Exports(transport)
        self.schedules = jobs.Schedules(transport)
        self.cases = follow_up.Cases(transport)
        self.follow_up = follow_up.FollowUp(transport)
        self.customers = follow_up.Customers(transport)
        self.webhook_endpoints = webhooks.WebhookEndpoints(transport)
        self.webhook_deliveries = webhooks.WebhookDeliveries(transport)
        self.digests = Digests(transport)
        self.topics = topics.Topics(transport)
        self.code_frames = topics.CodeFrames(transport)
        self.audits = topics.Audits(transport)
        self.keys = access.Keys(transport)
        self.session = access.Session(transport)
        self.audit_log = access.AuditLog(transport)
        self.models = access.Models(transport)
        self.server = access.Server(transport)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
