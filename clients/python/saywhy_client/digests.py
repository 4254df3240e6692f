"""Digests: saved views that are sent again and again."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from saywhy_client import models as m
from saywhy_client.operations import Resource, delete, get, patch, post

Language = Literal["en", "de", "zh-Hans", "zh-Hant"]


class Digests(Resource):
    """What is sent to whom, and when."""

    @get("/v1/digests", items="digests")
    def list(self) -> Sequence[m.Digest]:
        """All of them, the oldest first."""

    @post("/v1/digests")
    def add(
        self,
        view: str,
        *,
        endpoints: Sequence[int],
        cron: str,
        address: str | None = None,
        time_zone: str = "UTC",
        language: Language = "en",
    ) -> m.Digest:
        """Send a saved view, by its name; with an `address` it is saved first."""

    @get("/v1/digests/{digest}")
    def read(self, digest: int) -> m.Digest:
        """A digest, and what came of it the last time."""

    @patch("/v1/digests/{digest}")
    def change(
        self,
        digest: int,
        *,
        view: str | None = None,
        address: str | None = None,
        endpoints: Sequence[int] | None = None,
        cron: str | None = None,
        time_zone: str | None = None,
        language: Language | None = None,
        is_paused: bool | None = None,
    ) -> m.Digest:
        """Change what you pass; None stays as it is."""

    @delete("/v1/digests/{digest}")
    def remove(self, digest: int) -> None:
        """Remove a digest; its view and its endpoints stay."""

    @post("/v1/digests/{digest}/test")
    def test(self, digest: int) -> m.Job:
        """Send it now, marked as a test; the job says how that went."""
