"""Feedback in: responses, files, and how files are read."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, TypedDict, Unpack
from uuid import uuid4

from saywhy_client import models as m
from saywhy_client.files import download, upload
from saywhy_client.operations import Resource, covers, delete, get, post, put, url
from saywhy_client.transport import IDEMPOTENCY_KEY


class Responses(Resource):
    """Responses that a program sends."""

    @post("/v1/responses")
    def send(
        self,
        source: str,
        responses: Sequence[m.ResponseIn | Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
    ) -> m.SavedResponses:
        """Save 1 to 1,000 responses of one source; what is invalid is rejected one by one."""


class ImportOptions(TypedDict, total=False):
    """How to read a file, as the options of `saywhy import`; what is left out is detected."""

    file: str
    wave: str
    source: str
    scale: m.Scale
    keep_unknown: bool
    encoding: str
    delimiter: str
    sheet: str
    mapping: str
    save_mapping: str
    question: str
    score_column: Sequence[str]
    comment_column: Sequence[str]
    id_column: str
    answered_column: str
    wave_column: str
    customer_column: str
    name_column: str
    email_column: str
    account_column: str
    revenue_column: str
    lifetime_value_column: str
    segment_column: Sequence[str]
    day_first: bool


class Imports(Resource):
    """Files with responses."""

    @covers("POST", "/v1/imports")
    def start(
        self, path: str | PathLike[str], *, idempotency_key: str | None = None, **options: Unpack[ImportOptions]
    ) -> m.Job:
        """Upload a CSV, TSV, XLSX, JSON or JSONL file, streamed from disk; the job that imports it."""
        headers = {IDEMPOTENCY_KEY: idempotency_key or str(uuid4())}
        return m.Job.model_validate_json(upload(self, "/v1/imports", path, named(path, options), headers))

    @covers("POST", "/v1/imports/preview")
    def preview(self, path: str | PathLike[str], **options: Unpack[ImportOptions]) -> m.ImportPreview:
        """How a file of at most 8 MiB would be read; nothing is stored but the mapping, with `save_mapping`."""
        return m.ImportPreview.model_validate_json(upload(self, "/v1/imports/preview", path, named(path, options)))

    @covers("GET", "/v1/imports/{import_id}/rejections")
    def rejections(self, import_id: int, to: str | PathLike[str]) -> Path:
        """Write the rejected rows of an import as CSV into a file: line, reason, and the row as it was."""
        return download(self, url("/v1/imports/{import_id}/rejections", import_id=import_id), to)


class Mappings(Resource):
    """Saved mappings: how files with certain columns are imported."""

    @get("/v1/mappings", items="mappings")
    def list(self) -> Sequence[m.Mapping]:
        """All of them, the last one first."""

    @put("/v1/mappings/{name}")
    def save(
        self,
        name: str,
        *,
        columns: Sequence[str],
        roles: m.Roles | Mapping[str, Any],
        scale: m.Scale | None = None,
        source: str | None = None,
        keep_unknown: bool = False,
    ) -> m.Mapping:
        """Save a mapping and replace that of the same name."""

    @delete("/v1/mappings/{name}")
    def delete(self, name: str) -> None:
        """Delete a mapping."""


def named(path: str | PathLike[str], options: ImportOptions) -> dict[str, Any]:
    """Options with the name of the file, unless it is given another one."""
    return {"file": Path(path).name, **options}
