"""What the analysis found: reports, scenarios, fixes, handling, comments."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Literal

from saywhy_client import models as m
from saywhy_client.files import download, upload
from saywhy_client.operations import Resource, covers, delete, get, patch, post, put, url

LabelFormat = Literal["jsonl", "csv", "label-studio", "argilla"]


class Reports(Resource):
    """The ranking of what costs NPS points."""

    @get("/v1/reports", items="waves")
    def list(self) -> Sequence[str]:
        """The waves that have a report; `all` is all of them together."""

    @get("/v1/reports/{wave}")
    def read(self, wave: str, *, against: str | None = None, staff_names: bool = False) -> m.Report:
        """The report on a wave or on `all`; `against` as in the CLI: `wave:WAVE`, `segment:NAME=VALUE` …"""

    @get("/reports/{wave}")
    def page(self, wave: str, *, language: str | None = None, against: str | None = None) -> str:
        """The report on a wave or on `all` as an HTML page; `language` is en, de, zh-Hans or zh-Hant."""

    @covers("GET", "/reports/{wave}.pdf")
    def pdf(self, wave: str, to: str | PathLike[str], *, language: str | None = None) -> Path:
        """Write the report on a wave or on `all` into a file, as A4 pages in PDF."""
        return download(self, url("/reports/{wave}.pdf", wave=wave), to, {"language": language})

    @get("/v1/scenarios", items="scenarios")
    def scenarios(self, cause: Sequence[str], *, wave: str = "all") -> Sequence[m.Scenario]:
        """What it would bring if these causes, together, were named half as often or by nobody."""


class SharedLinks(Resource):
    """Read-only links to parts of reports, for people who do not sign in."""

    @get("/v1/shared-links", items="links")
    def list(self) -> Sequence[m.SharedLink]:
        """All of them, the latest first, also those that have ended."""

    @post("/v1/shared-links")
    def create(
        self,
        name: str,
        *,
        view: m.SharedView | None = None,
        days: int = 30,
        quotes: Literal["masked", "none"] = "masked",
        password: str | None = None,
    ) -> m.CreatedLink:
        """Share the report on all waves, or the part of a report that `view` says; the address is in this answer and
        nowhere else.
        """

    @delete("/v1/shared-links/{link}")
    def revoke(self, link: int) -> m.SharedLink:
        """Revoke a link."""


class Fixes(Resource):
    """Causes that are marked as fixed, against the feedback since then."""

    @get("/v1/fixes", items="fixes")
    def list(self) -> Sequence[m.Fix]:
        """All of them."""

    @post("/v1/fixes")
    def mark(
        self,
        cause: str,
        *,
        wave: str | None = None,
        date: date | None = None,
        target: float | None = None,
        release: str | None = None,
    ) -> m.Fix:
        """Mark a cause as fixed since a wave or a date; `target` is the share that may still name it, 0 … 1."""

    @delete("/v1/fixes/{cause}")
    def remove(self, cause: str) -> None:
        """Remove the mark."""


class Handling(Resource):
    """How people handle causes, named by key (`theme:support`)."""

    @get("/v1/handling", items="causes")
    def list(self) -> Sequence[m.Handling]:
        """The causes of which people ever set anything."""

    @get("/v1/handling/{cause}")
    def read(self, cause: str) -> m.HandlingDetails:
        """How a cause is handled, with all changes."""

    @patch("/v1/handling/{cause}")
    def change(
        self,
        cause: str,
        *,
        author: str | None = None,
        progress: m.Progress | None = None,
        owner: str | None = None,
        ticket: str | None = None,
        aside: m.AsideIn | None = None,
    ) -> m.HandlingDetails:
        """Change what you pass; None takes it away. A cause is set `aside` until one of the conditions holds."""

    @put("/v1/handling/{cause}/effort")
    def set_effort(self, cause: str, *, effort_days: float | None, author: str | None = None) -> m.HandlingDetails:
        """The days that fixing it takes; None: nobody knows."""

    @post("/v1/handling-changes/{change}/undo")
    def undo(self, change: int, *, author: str | None = None) -> m.HandlingDetails:
        """Undo the latest change of a field; undoing an undo restores it."""


class Comments(Resource):
    """What people wrote."""

    @get("/v1/comments", items="comments")
    def list(
        self,
        *,
        wave: str = "all",
        cause: str | None = None,
        theme: str | None = None,
        sentiment: m.Polarity | None = None,
        segment: Sequence[str] | None = None,
        group: m.Group | None = None,
        score: int | None = None,
        language: str | None = None,
        text: str | None = None,
        meaning: str | None = None,
        source: str | None = None,
        limit: int = 50,
    ) -> Iterator[m.ExportedResponse]:
        """The comments for which all of this holds, the last imported first; with `meaning` those that come close to
        it, the closest first. `limit` is the size of a page.
        """

    @get("/v1/corrections", items="corrections")
    def corrections(self, *, limit: int = 50) -> Iterator[m.ExportedCorrection]:
        """What people corrected of that which models said, the latest first; `limit` is the size of a page."""

    @covers("POST", "/v1/corrections/import")
    def import_labels(self, file: str | PathLike[str], *, format: LabelFormat | None = None) -> m.ImportedLabels:
        """Labels of a file become corrections; what is rejected is listed. By default the content tells the format."""
        return m.ImportedLabels.model_validate_json(upload(self, "/v1/corrections/import", file, {"format": format}))

    @covers("GET", "/v1/corrections/export")
    def export_labels(
        self,
        to: str | PathLike[str],
        *,
        format: LabelFormat = "jsonl",
        next: int = 0,
        strategy: m.Strategy = "diverse",
    ) -> Path:
        """Write what each person said of each comment into a file; with `next` so many comments to label next."""
        return download(self, "/v1/corrections/export", to, {"format": format, "next": next, "strategy": strategy})

    @get("/v1/corrections/agreement")
    def agreement(self) -> m.LabelAgreement:
        """How far the people agree who labelled the same comments."""

    @get("/v1/corrections/suspects", items="suspects")
    def suspects(self, *, limit: int = 50) -> Sequence[m.Suspect]:
        """Labels that are probably wrong, the worst first."""

    @post("/v1/corrections/suspects/{correction}")
    def decide(self, correction: int, *, decision: m.Decision) -> None:
        """Accept the suggestion for a suspect label, or dismiss it, which confirms the label."""

    @get("/v1/corrections/next", items="comments")
    def next_to_label(self, *, strategy: m.Strategy = "diverse", size: int = 50) -> Sequence[m.NextComment]:
        """The comments whose labels would teach or tell most."""
