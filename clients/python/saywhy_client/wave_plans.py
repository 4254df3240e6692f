"""Plans of survey waves: whom to ask when, and what came of it."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

from saywhy_client import models as m
from saywhy_client.files import download, upload
from saywhy_client.operations import Resource, covers, delete, get, post, url


class FilePlanOptions(TypedDict, total=False):
    """How to plan, and how to read the list; what is left out is as in `create`, or detected."""

    start: date
    count: int
    wave: Sequence[str]
    stratify_by: Sequence[str]
    min_days: int
    sample_size: int
    at_least_one: bool
    seed: int
    replace: bool
    id_column: str
    name_column: str
    email_column: str
    opted_out_column: str
    asked_column: str
    day_first: bool
    encoding: str
    delimiter: str
    sheet: str


class WavePlans(Resource):
    """Plans of survey waves."""

    @get("/v1/wave-plans", items="plans")
    def list(self) -> Sequence[m.PlanSummary]:
        """All of them, that with the latest first wave first."""

    @post("/v1/wave-plans")
    def create(
        self,
        name: str,
        *,
        customers: Sequence[m.ListedCustomerIn | Mapping[str, Any]],
        start: date | None = None,
        count: int | None = None,
        waves: Sequence[m.WaveModel | Mapping[str, Any]] = (),
        stratify_by: Sequence[str] = (),
        min_days: int = 90,
        sample_size: int | None = None,
        at_least_one: bool = False,
        seed: int | None = None,
        replace: bool = False,
    ) -> m.Plan:
        """Give every customer a wave, or draw a sample of them: `count` quarterly waves from `start`, or named ones."""

    @covers("POST", "/v1/wave-plans/file")
    def create_from_file(self, path: str | PathLike[str], name: str, **options: Unpack[FilePlanOptions]) -> m.FilePlan:
        """The same from a CSV, TSV, XLSX, JSON or JSONL file; its waves are named as `NAME=YYYY-MM-DD`."""
        return m.FilePlan.model_validate_json(upload(self, "/v1/wave-plans/file", path, {"name": name, **options}))

    @get("/v1/wave-plans/{plan}")
    def read(self, plan: str) -> m.Plan:
        """A plan in numbers."""

    @delete("/v1/wave-plans/{plan}")
    def delete(self, plan: str) -> None:
        """Delete a plan with its customers; later plans may then ask them again at once."""

    @covers("GET", "/v1/wave-plans/{plan}/customers")
    def export(
        self,
        plan: str,
        to: str | PathLike[str],
        *,
        wave: str | None = None,
        left_out: bool = False,
        format: Literal["csv", "xlsx"] = "csv",
    ) -> Path:
        """Write who is asked in which wave, or who is left out and why, as a table for the survey tool."""
        options = {"wave": wave, "left_out": left_out, "format": format}
        return download(self, url("/v1/wave-plans/{plan}/customers", plan=plan), to, options)

    @get("/v1/wave-plans/{plan}/responses")
    def responses(self, plan: str) -> m.PlanResponses:
        """What came of each wave: response rates, how those who answered differ from the list, the weighted NPS."""
