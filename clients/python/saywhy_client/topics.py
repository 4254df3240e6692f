"""Root causes and how people correct them, and audits of the model."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from saywhy_client import models as m
from saywhy_client.operations import Resource, covers, get, post, queryable

#: The edits of topics.
Edit = m.Rename | m.Merge | m.Split | m.Move | m.Mark | m.Adopt | m.Create


class Topics(Resource):
    """Root causes, and the edits by which people correct them."""

    @get("/v1/topics", items="topics")
    def list(self) -> Sequence[m.Topic]:
        """Pinned ones first, then by size."""

    @get("/v1/topics/{topic}")
    def read(self, topic: str) -> m.Details:
        """A topic, by id or label, with examples, history and edits."""

    @get("/v1/topic-edits", items="edits")
    def edits(self) -> Sequence[m.Edit]:
        """All edits with their outcomes, the latest first."""

    @post("/v1/topic-edits", body="edit")
    def edit(self, edit: Edit) -> m.Edit:
        """Rename, merge, split, move, pin or ignore, adopt or create: `Rename(kind="rename", topic=…, name=…)`."""

    @post("/v1/topic-edits/{edit}/undo")
    def undo(self, edit: int, *, author: str | None = None, note: str | None = None) -> m.Edit:
        """Undo an edit; undoing an undo restores the edit."""

    @get("/v1/topic-proposals", items="proposals")
    def proposals(self) -> Sequence[m.Proposal]:
        """Merges that a language model proposes."""

    @post("/v1/topic-proposals/{proposal}/accept")
    def accept(self, proposal: int, *, author: str | None = None, note: str | None = None) -> m.Edit:
        """Merge the topics of a proposal."""

    @post("/v1/topic-proposals/{proposal}/dismiss")
    def dismiss(self, proposal: int, *, author: str | None = None, note: str | None = None) -> m.Proposal:
        """Keep the topics of a proposal apart."""


class CodeFrames(Resource):
    """Which themes and causes comments are told apart by."""

    @get("/v1/code-frames", items="code_frames")
    def list(self) -> Sequence[m.CodeFrame]:
        """That of the models, those that ship and those that were added."""

    @get("/v1/code-frames/{frame}")
    def read(self, frame: str) -> m.CodeFrameDetails:
        """A code frame with its themes, causes and versions."""

    @post("/v1/code-frames")
    def add(self, yaml: str, *, check: bool = False) -> m.Added:
        """Add a code frame, or another version of it; `check` only says what is wrong with it."""

    @post("/v1/code-frames/{frame}/use")
    def use(self, frame: str) -> m.CodeFrame:
        """Use a code frame from the next analysis on."""


class Audits(Resource):
    """The model measured against a person, who labels a random sample."""

    @get("/v1/audits")
    def read(self) -> m.StandingOut:
        """How far the audit is."""

    @get("/v1/audits/sample")
    def sample(self, *, size: int = 200, language: str = "en") -> m.Sample:
        """The next comments of the sample, and the themes to label them with."""

    @post("/v1/audits")
    def label(self, comments: Sequence[m.Labelled | Mapping[str, Any]]) -> m.Returned:
        """Hand in labels."""

    @covers("GET", "/v1/audits/sample")
    def sheet(self, *, size: int = 200, language: Literal["en", "de", "zh-Hans", "zh-Hant"] = "en") -> str:
        """The sample as a CSV sheet."""
        query = queryable({"size": size, "language": language, "format": "csv"})
        return self._transport.send("GET", "/v1/audits/sample", query=query).text

    @covers("POST", "/v1/audits/sheet")
    def label_by_sheet(self, sheet: str) -> m.Returned:
        """Hand in a sheet that somebody has filled in."""
        headers = {"Content-Type": "text/csv; charset=utf-8"}
        answer = self._transport.send("POST", "/v1/audits/sheet", content=sheet.encode, headers=headers)
        return m.Returned.model_validate_json(answer.content)
