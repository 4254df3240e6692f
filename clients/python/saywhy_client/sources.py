"""Survey tools whose answers come in by themselves: sources, and what they send."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from saywhy_client import models as m
from saywhy_client.operations import Resource, covers, delete, get, operation, post, put, queryable, url

_WEBHOOK = "/v1/webhooks/{kind}/{source}"
_WEBHOOKS = [_WEBHOOK.replace("{kind}", kind) for kind in get_args(m.SourceKind.__value__)]


class Sources(Resource):
    """Survey tools that send webhooks, or whose answers are pulled."""

    @get("/v1/sources", items="sources")
    def list(self) -> Sequence[m.Source]:
        """All of them, by name."""

    @post("/v1/sources")
    def add(
        self,
        name: str,
        *,
        kind: m.SourceKind,
        namespace: str = "",
        form: str | None = None,
        host: str | None = None,
        mapping: str | None = None,
        columns: m.Roles | Mapping[str, Any] | None = None,
        scale: m.Scale | None = None,
        wave: str | None = None,
        secret: str | None = None,
        token: str | None = None,
    ) -> m.CreatedSource:
        """Add a survey tool; a secret that is made for it is in this answer and nowhere else."""

    @put("/v1/sources/{source}")
    def change(
        self,
        source: str,
        *,
        name: str,
        kind: m.SourceKind,
        namespace: str = "",
        form: str | None = None,
        host: str | None = None,
        mapping: str | None = None,
        columns: m.Roles | Mapping[str, Any] | None = None,
        scale: m.Scale | None = None,
        wave: str | None = None,
        secret: str | None = None,
        token: str | None = None,
    ) -> m.Source:
        """Replace what is said of a source; its kind stays, and so do a secret and a token that you do not pass."""

    @delete("/v1/sources/{source}")
    def remove(self, source: str) -> None:
        """Remove a source with its secrets and deliveries; its responses stay."""

    @post("/v1/sources/{source}/pull", query=("everything",))
    def pull(self, source: str, *, everything: bool = False) -> m.Job:
        """Start a job that pulls what is new or has changed; with `everything`, also what was pulled already."""

    @get("/v1/sources/{source}/deliveries", items="deliveries")
    def deliveries(
        self, source: str, *, state: Sequence[m.SourceDeliveryState] | None = None, limit: int = 50
    ) -> Iterator[m.SourceDelivery]:
        """Webhooks that came in, the latest first; `limit` is the size of a page."""

    @post("/v1/sources/{source}/deliveries/{delivery}/reprocess")
    def reprocess(self, source: str, delivery: int) -> m.SourceDelivery:
        """Process a webhook that failed again, by the present settings of its source."""

    @covers("POST", *_WEBHOOKS)
    def forward(
        self, kind: m.SourceKind, source: str, body: bytes, *, headers: Mapping[str, str], token: str | None = None
    ) -> m.Receipt:
        """Hand a webhook over as it came in: the same bytes, and the headers with the signature of its tool.

        Promoter.io has the secret as `token` in the address instead. One that was received before does nothing.
        """
        answer = self._transport.send(
            "POST",
            url(_WEBHOOK, kind=kind, source=source),
            query=queryable({"token": token}),
            content=lambda: body,
            headers={"Content-Type": "application/json", **headers},
        )
        return m.Receipt.model_validate_json(answer.content)

    @operation("HEAD", "/v1/webhooks/surveymonkey/{source}")
    def check_webhook(self, source: str) -> None:
        """Ask as SurveyMonkey does before it takes the address of a webhook: 404 where there is no such source."""
