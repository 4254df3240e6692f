"""Who may, who did, and how the server is."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from saywhy_client import models as m
from saywhy_client.operations import Resource, delete, get, post


class Keys(Resource):
    """API keys of the workspace."""

    @get("/v1/keys", items="keys")
    def list(self) -> Sequence[m.Key]:
        """All of them, the latest first, also those that have ended."""

    @post("/v1/keys")
    def create(self, name: str, *, scopes: Sequence[m.Scope], expires_at: datetime | None = None) -> m.CreatedKey:
        """Create a key; its secret is in this answer and nowhere else."""

    @delete("/v1/keys/{key}")
    def revoke(self, key: int) -> m.Key:
        """Revoke a key."""


class Session(Resource):
    """Signing in as a person; the client keeps the cookie. Programs have keys instead."""

    @get("/v1/session")
    def read(self) -> m.Principal:
        """Who makes these requests, and what it may do."""

    @post("/v1/session")
    def sign_in(self, name: str, password: str) -> m.Principal:
        """Sign in."""

    @delete("/v1/session")
    def sign_out(self) -> None:
        """Sign out."""


class AuditLog(Resource):
    """Who wrote what."""

    @get("/v1/audit-log", items="entries")
    def list(self, *, limit: int = 50) -> Iterator[m.Entry]:
        """Writes that were done, the latest first; `limit` is the size of a page."""


class Models(Resource):
    """Versions of the models, for admins of the server's own workspace."""

    @get("/v1/models")
    def list(self) -> m.Models:
        """All versions, and the one that serves."""

    @post("/v1/models/{model}/promote")
    def promote(self, model: str, *, despite_gate: str | None = None, analyse: bool = True) -> m.Promoted:
        """Make a version the one that serves; `despite_gate` says why, if it was not shown to be better."""

    @post("/v1/models/rollback")
    def roll_back(self) -> m.Promoted:
        """Go back to the version that served before."""

    @post("/v1/models/reannotate")
    def reannotate(self, *, idempotency_key: str | None = None) -> m.Job:
        """Annotate all comments of the workspace with the version that serves, as a job."""

    @get("/v1/models/shadow")
    def shadow(self) -> m.ShadowOut:
        """What runs in the shadow of the version that serves, and how far both agree."""

    @post("/v1/models/shadow")
    def start_shadow(self, *, version: str = "candidate", share: float = 0.1, analyses: bool = True) -> m.ShadowOut:
        """Let a version run in the shadow: it answers this share of the requests too, and nobody waits for that."""

    @delete("/v1/models/shadow")
    def stop_shadow(self) -> None:
        """Run nothing in the shadow any more."""

    @get("/v1/drift")
    def drift(self) -> m.DriftLook:
        """What of the newest comments is otherwise than before, as of the latest analysis."""


class Server(Resource):
    """How the server is."""

    @get("/health/live")
    def live(self) -> m.Live:
        """Whether the process is alive."""

    @get("/health/ready")
    def ready(self) -> m.Ready:
        """Whether it can serve requests, its version and that of the model."""

    @get("/metrics")
    def metrics(self) -> str:
        """Metrics in the text format of Prometheus."""
